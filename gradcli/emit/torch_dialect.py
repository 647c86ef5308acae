"""Instructions in PyTorch, in double precision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, cast

from gradcli.emit.numpy_dialect import NumpyDialect, Rule, factorisation_rules, shape_of
from gradcli.emit.optimise.rewrite import Pass, Rules
from gradcli.emit.optimise.targets import TORCH_PASSES
from gradcli.emit.plan import Instr
from gradcli.emit.torch_helpers import HELPERS
from gradcli.emit.writer import Code, Level

_CALLS: dict[str, str] = {
    "sqrt": "sqrt", "solve": "linalg.solve", "inv": "linalg.inv", "trace": "trace",
    "det": "linalg.det", "diag": "diag", "diagonal": "diagonal", "norm": "linalg.norm",
    "maximum": "maximum", "minimum": "minimum",
}  # fmt: skip

_MAPS: dict[str, str] = {
    name: name
    for name in (
        *("exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh"),
        *("sigmoid", "erf", "relu", "abs", "sign", "log1p", "expm1"),
    )
}

# Functions of PyTorch that take tensors only: a number has to become one.
_OF_TENSORS = frozenset({"sqrt", "maximum", "minimum", "map", "where", "call", "defined", "field", "compare"})
_NUMBERS = frozenset({"number", "const", "size", "length", "least"})


class TorchDialect(NumpyDialect):
    """Writes instructions for `torch`."""

    package: ClassVar[str] = "torch"
    module: ClassVar[str] = "torch"
    alias: ClassVar[str] = "torch"
    helpers: ClassVar[Mapping[str, str]] = HELPERS
    calls: ClassVar[Mapping[str, str]] = _CALLS
    maps: ClassVar[Mapping[str, str]] = _MAPS
    axis: ClassVar[str] = "dim"
    axes: ClassVar[str] = "dims"
    einsum_options: ClassVar[tuple[str, ...]] = ()
    permute: ClassVar[str] = "permute"
    passes: ClassVar[Sequence[tuple[type[Pass], Rules]]] = TORCH_PASSES

    def code(self, instr: Instr, args: list[Code]) -> Code:
        if instr.kind in _OF_TENSORS:
            args = [
                self.help("array", code) if is_number(arg) else code for arg, code in zip(instr.args, args, strict=True)
            ]
        return super().code(instr, args)

    def rules(self) -> Mapping[str, Rule]:
        return _RULES

    def decorators(self) -> list[str]:
        """PyTorch does not warn."""
        return []

    def array(self, text: str) -> Code:
        return self.help("array", text)

    def fast_arrays(self, helper: Callable[[str], str]) -> tuple[str, str] | None:
        return f"{self.xp}.Tensor", f"{self.xp}.float64"

    def copied(self, code: Code) -> Code:
        return Code(f"{code.at(Level.ATOM)}.clone()", Level.ATOM)

    def constant(self, code: Code) -> Code:
        return self.help("array", code)

    def spread(self, text: str, like: str) -> str:
        return f"{self.xp}.zeros_like({self.help('array', like).text}) + {text}"


def is_number(instr: Instr) -> bool:
    """Whether an instruction's value is a Python number: made of numbers by arithmetic alone."""
    todo = [instr]
    while todo:
        part = todo.pop()
        if part.kind in ("sum", "product", "power"):
            todo.extend(part.args)
        elif part.kind not in _NUMBERS:
            return False
    return True


def _filled(name: str) -> Rule:
    return lambda d, i, args: d.call(name, shape_of(args), f"dtype={d.xp}.float64")


def _map(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    name = str(instr.data)
    if name == "softplus":
        return dialect.call("logaddexp", *args, dialect.help("array", "0.0"))
    return dialect.call(dialect.maps[name], *args)


def _soft(function: str) -> Rule:
    return lambda d, i, args: d.call(function, *args, f"dim={0 if i.data is None else i.data}")


def _stack(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    shape = cast("tuple[int, ...]", instr.data)
    items = f"[{', '.join(arg.text for arg in args)}]"
    return dialect.help("stack", items, str(shape))


def _blocks(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    """The core, every axis at its full length, with an axis more for each letter that stands twice."""
    pattern = str(instr.data)
    letters = "".join(dict.fromkeys(pattern))
    sizes = [args[1 + pattern.index(letter)].text for letter in letters]
    text = f"{args[0].at(Level.ATOM)}.expand({', '.join(sizes)})"
    for letter in [letter for letter in letters if pattern.count(letter) > 1]:
        place, rank = letters.index(letter), len(letters)
        if place != rank - 1:
            text += f".movedim({place}, -1)"
        seen: list[str] = []
        for other in pattern:
            if other == letter or (other in letters and (other not in seen or letters.count(other) > 1)):
                seen.append(other)
        first = seen.index(letter)
        second = seen.index(letter, first + 1)
        text = f"{dialect.xp}.diag_embed({text}, dim1={first}, dim2={second})"
        letters = "".join(seen)
    return Code(text, Level.ATOM)


_RULES: dict[str, Rule] = {
    **NumpyDialect.base_rules,
    **factorisation_rules(),
    "chol_lower": lambda d, i, args: d.help("cholesky_lower", *args),
    "cho_inverse": lambda d, i, args: d.call("cholesky_inverse", *args),
    "blocks": _blocks,
    "map": _map,
    "indicator": lambda d, i, args: Code(f"{args[0].at(Level.ATOM)}.to({d.xp}.float64)", Level.ATOM),
    "dot": lambda d, i, args: Code(f"{d.xp}.sum({args[0].at(Level.UNARY)} * {args[1].at(Level.UNARY)})", Level.ATOM),
    "softmax": _soft("softmax"),
    "logsoftmax": _soft("log_softmax"),
    "logsumexp": _soft("logsumexp"),
    "stack": _stack,
    "kron": lambda d, i, args: d.call("kron", *(f"{arg.at(Level.ATOM)}.contiguous()" for arg in args)),
    "einsum": lambda d, i, args: d.call("einsum", f'"{i.data}"', *args),
    "zeros": _filled("zeros"),
    "ones": _filled("ones"),
    "eye": _filled("eye"),
    "columns": lambda d, i, args: Code(f"{args[0].at(Level.ATOM)}.T.reshape(-1)", Level.ATOM),
}
