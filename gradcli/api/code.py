"""Emitted code as a function."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from typing import Any

from gradcli.api.errors import ProgramError
from gradcli.api.needed import need
from gradcli.derive.model import Answer
from gradcli.diagnostics.diagnostic import error
from gradcli.program.model import Program


class Code:
    """A function that computes a derivative; it takes every free name of the program by keyword.

    `source` is the module's text, `value` its function for the value that is derived, `value_and_derivatives` the one
    for both at once.  An opaque function g is passed as `g`, `g_1`, `g_2`, the gradient of an arbitrary scalar function
    of y as `grad_y`.
    """

    def __init__(self, target: str, source: str, function: str) -> None:
        """Compile `source`, a module that this package wrote.  Raises ImportError without the target's package."""
        need(target, f"to_{target}()")
        self.target = target
        self.source = source
        names: dict[str, Any] = {"__name__": f"gradcli_{target}_code"}
        exec(compile(source, f"<gradcli {target} code>", "exec"), names)
        self._function: Callable[..., Any] = names[function]
        self._parameters = frozenset(signature(self._function).parameters)
        self.value: Callable[..., Any] = names["value"]
        self.value_and_derivatives: Callable[..., Any] = names["value_and_derivatives"]
        self.__name__ = function
        self.__doc__ = self._function.__doc__

    def __call__(self, *args: Any, **names: Any) -> Any:
        """The derivative at a point; a name that is a word of the language, `cos`, is taken for its `cos_`."""
        given = {f"{name}_" if name not in self._parameters and f"{name}_" in self._parameters else name: value
                 for name, value in names.items()}  # fmt: skip
        return self._function(*args, **given)

    def __repr__(self) -> str:
        return f"<gradcli.Code {self.__name__} for {self.target}>"


def code_of(target: str, program: Program, answer: Answer) -> Code:
    """The code of one answer.  Raises ProgramError where there is none."""
    from gradcli.emit.errors import EmitError
    from gradcli.emit.names import as_part
    from gradcli.emit.targets import emit

    try:
        source = emit(target, program, answer.of, [answer])
    except EmitError as missing:
        raise ProgramError([error("E402", f"there is no code for this: {missing}")]) from None
    return Code(target, source, f"{answer.kind}_{as_part(answer.wrt)}")
