"""Programs from Python functions, which are read and never run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.api.program import Program, ProgramError, program_of
from gradcli.diagnostics.diagnostic import error
from gradcli.pysource.module import PythonFile, Unreadable, read_file
from gradcli.pysource.program import read_function
from gradcli.pysource.refusal import Refused
from gradcli.pysource.signature import BadShapes, Parameter, read_shapes
from gradcli.syntax.ast import Source, Span


def from_python(function: Callable[..., Any] | str, shapes: str | None = None, *, name: str | None = None) -> Program:
    """The program of a Python function; its source is read, it is never called.

    `function` is a function, or the text of a file with the `name` of one in it.  `shapes` says what the function's
    comment, annotations and docstring do not: `"X: n d, w: d, y: n of C"`.  The value that it returns is the last
    definition.  Raises ProgramError with the line and the construct that is not read.

        >>> p = from_python("def f(x, A): return x @ A @ x", shapes="x: n, A: n n")
        >>> print(p.grad("out", "x").text)
        (A + Aᵀ) x
    """
    file, wanted, before = _read(function, name)
    return program_from(file, wanted, shapes, before)


def program_from(file: PythonFile, name: str, shapes: str | None, lines_before: int = 0) -> Program:
    """The program of a function of a file.  Raises ProgramError."""
    return _parsed(program_text(file, name, shapes, lines_before), file.name)


def program_text(file: PythonFile, name: str, shapes: str | None, lines_before: int = 0) -> str:
    """The same as text of the language.  Raises ProgramError."""
    source = Source(file.name, file.text)
    try:
        return read_function(file, name, given_shapes(shapes)).text()
    except Refused as refused:
        told = f"{name} cannot be read: {refused.message}"
        raise ProgramError([error("P702", told, source, _place(file, refused), refused.hint)]) from None


def _parsed(text: str, name: str) -> Program:
    from gradcli.syntax.parse import parse_module

    module, diagnostics = parse_module(Source(name, text))
    return program_of(module, diagnostics)


def given_shapes(shapes: str | None) -> dict[str, Parameter]:
    """Shapes as they are given in an argument.  Raises ValueError."""
    try:
        return read_shapes(shapes) if shapes else {}
    except BadShapes as wrong:
        raise ValueError(f"shapes: {wrong}") from None


def _read(function: Callable[..., Any] | str, name: str | None) -> tuple[PythonFile, str, int]:
    if isinstance(function, str):
        try:
            file = read_file("<python>", function)
        except Unreadable as wrong:
            source = Source("<python>", function)
            raise ProgramError([error("P701", str(wrong), source, Span(0, 0))]) from None
        wanted = name or next(iter(file.functions), None)
        if wanted is None:
            raise ValueError("the text holds no function")
        return file, wanted, 0
    import inspect

    found = inspect.unwrap(function)
    try:
        path = inspect.getsourcefile(found)
        lines, _ = inspect.findsource(found)
    except (OSError, TypeError):
        raise ValueError(f"the source of {function!r} is not to be had") from None
    try:
        return read_file(path or "<python>", "".join(lines)), getattr(found, "__qualname__", found.__name__), 0
    except Unreadable as wrong:
        raise ValueError(str(wrong)) from None


def _place(file: PythonFile, refused: Refused) -> Span:
    lines = file.lines()
    start = sum(len(line) + 1 for line in lines[: refused.line - 1])
    return Span(start + refused.column - 1, start + len(lines[refused.line - 1]))
