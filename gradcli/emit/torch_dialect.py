"""Instructions in PyTorch, in double precision."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar

from gradcli.emit.functions import helper_texts, spellings
from gradcli.emit.instr import Instr, held
from gradcli.emit.numpy_dialect import ACCURATE, NumpyDialect, Rule, factorisation_rules, product
from gradcli.emit.numpy_text import shape_of
from gradcli.emit.optimise.rewrite import Pass, Rules
from gradcli.emit.optimise.targets import TORCH_PASSES
from gradcli.emit.optimise.torch_calls import is_number
from gradcli.emit.torch_helpers import HELPERS
from gradcli.emit.writer import Code, Level

_CALLS: dict[str, str] = {
    "solve": "linalg.solve", "inv": "linalg.inv", "trace": "trace",
    "det": "linalg.det", "diag": "diag", "diagonal": "diagonal", "norm": "linalg.norm",
    "maximum": "maximum", "minimum": "minimum",
}  # fmt: skip

# Functions of PyTorch that take tensors only: a number has to become one.
_OF_TENSORS = frozenset(
    {"sqrt", "maximum", "minimum", "map", "call", "defined", "field", "polygamma", "atan2", "hypot", "logaddexp"}
)
_OF_ONE = frozenset({"where", "compare"})  # at least one of the last two arguments
_CALLED = {("matmul", 1): "addmv", ("matmul", 2): "addmm", ("outer", 2): "addr"}
# What makes a new tensor and keeps none for its derivative: it may be written to.
_WRITABLE = frozenset(
    {
        *("matmul", "outer", "scale_rows", "scale_cols", "diag", "zeros", "ones", "eye", "sum", "product"),
        *("add_diagonal", "blocks", "tensordot", "sample_gram", "grams", "add_product", "add_multiple"),
    }
)


class TorchDialect(NumpyDialect):
    """Writes instructions for `torch`."""

    package: ClassVar[str] = "torch"
    module: ClassVar[str] = "torch"
    alias: ClassVar[str] = "torch"
    helpers: ClassVar[Mapping[str, str]] = {**HELPERS, **helper_texts("torch")}
    calls: ClassVar[Mapping[str, str]] = _CALLS
    maps: ClassVar[Mapping[str, str]] = {**ACCURATE, **spellings("torch")}
    axis: ClassVar[str] = "dim"
    axes: ClassVar[str] = "dims"
    keep: ClassVar[str] = "keepdim"
    rolled_axis: ClassVar[str] = "dims"
    concatenate: ClassVar[str] = "cat"
    cross: ClassVar[str] = "linalg.cross"
    angle: ClassVar[str] = "atan2"
    ddof: ClassVar[str] = "correction"
    reductions: ClassVar[Mapping[str, str]] = {"max": "amax", "min": "amin"}
    einsum_options: ClassVar[tuple[str, ...]] = ()
    permute: ClassVar[str] = "permute"
    passes: ClassVar[Sequence[tuple[type[Pass], Rules]]] = TORCH_PASSES

    def code(self, instr: Instr, args: list[Code]) -> Code:
        pairs = list(zip(instr.args, args, strict=True))
        plain = instr.kind in _OF_ONE and all(map(is_number, instr.args[-2:]))
        if plain or (instr.kind in _OF_TENSORS and not is_number(instr)):
            args = [self.help("array", code) if is_number(arg) else code for arg, code in pairs]
        elif instr.kind in _OF_ONE:
            args = [_as_float(arg, code) for arg, code in pairs]
        return super().code(instr, args)

    def partial(self, instr: Instr, args: list[Code], start: int, stop: int, carried: Code | None) -> Code:
        if not is_number(instr):
            args = [_as_float(arg, code) for arg, code in zip(instr.args, args, strict=True)]
        return super().partial(instr, args, start, stop, carried)

    def rules(self) -> Mapping[str, Rule]:
        return _RULES

    def decorators(self) -> list[str]:
        """PyTorch does not warn."""
        return []

    def whole(self, code: Code) -> str:
        return f"{code.at(Level.ATOM)}.long()"

    def along_last(self, array: Code, places: str) -> Code:
        return self.call("take_along_dim", array, places, "dim=-1")

    def is_whole(self, array: str) -> str:
        return f"{array}.dtype is {self.xp}.int64"

    def array(self, text: str) -> Code:
        return self.help("array", text)

    def fast_arrays(self, helper: Callable[[str], str]) -> tuple[str, str] | None:
        return f"{self.xp}.Tensor", f"{self.xp}.float64"

    def fresh(self, instr: Instr, code: Code) -> Code:
        return code if instr.kind in _WRITABLE and instr.serial in self.own else self.copied(code)

    def flipped_axis(self, axis: int) -> str:
        return f"[{axis}]"

    def length(self, array: str) -> str:
        return f"{array}.shape[0]"

    def copied(self, code: Code) -> Code:
        return Code(f"{code.at(Level.ATOM)}.clone()", Level.ATOM)

    def constant(self, code: Code) -> Code:
        return self.help("array", code)

    def spread(self, text: str, like: str) -> str:
        return f"{self.xp}.zeros_like({self.help('array', like).text}) + {text}"


def _as_float(instr: Instr, code: Code) -> Code:
    """An integer beside a tensor as a float: it need not be converted at every call."""
    whole = instr.kind == "number" and code.text.removeprefix("-").isdigit()
    return Code(f"{code.text}.0", code.level, code.cheap) if whole else code


def _product(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return product(dialect, instr, args, str if is_number(instr) else lambda value: f"{value}.0")


def _matmul(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    """A transposed matrix times a list as one call: a list from the left becomes a matrix first."""
    a, b = instr.args
    if a.kind == "transpose" and b.rank == 1:
        return dialect.call("mv", *args)
    return NumpyDialect.base_rules["matmul"](dialect, instr, args)


def _add_product(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    """In one call; in place where that may be, and nothing else has what is added to."""
    base, a, b, *factors = args
    kind, in_place = held(instr, tuple)
    pairs = zip(("beta", "alpha"), instr.args[3:], factors, strict=True)
    more = [f"{name}={code.text}" for name, factor, code in pairs if factor.kind != "number" or factor.data != 1]
    function = _CALLED[kind, instr.rank]
    first = instr.args[0]
    if in_place and first.rank == instr.rank and first.kind in _WRITABLE and first.serial in dialect.own:
        given = ", ".join([a.text, b.text, *more])
        return Code(f"{base.at(Level.ATOM)}.{function}_({given})", Level.ATOM)
    return dialect.call(function, base, a, b, *more)


def _sqrt(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    """Of a length as a number, which need not become a tensor."""
    return Code(f"{args[0].at(Level.ATOM)} ** 0.5", Level.POWER) if is_number(instr) else dialect.call("sqrt", *args)


def _cho_solve(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    if instr.rank == 2:
        return dialect.call("cholesky_solve", args[1], args[0])
    return dialect.help("cho_solve", *args)


def _add_multiple(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return dialect.call("sub" if instr.data else "add", *args[:2], f"alpha={args[2].text}")


def _filled(name: str) -> Rule:
    return lambda d, i, args: d.call(name, shape_of(args), f"dtype={d.xp}.float64")


def _soft(function: str) -> Rule:
    """As a method, which PyTorch finds sooner than the function of that name."""

    def rule(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
        return Code(f"{args[0].at(Level.ATOM)}.{function}(dim={instr.data or 0})", Level.ATOM)

    return rule


def _list(args: list[Code]) -> str:
    return f"[{', '.join(arg.text for arg in args)}]"


def _stack(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    shape = held(instr, tuple)
    return dialect.help("stack", _list(args), str(shape))


def _blocks(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    """The core, with an axis more for each letter that stands twice; where sizes are given, at these lengths."""
    pattern = str(instr.data)
    letters = "".join(dict.fromkeys(pattern))
    code = args[0]
    if len(args) > 1:
        sizes = [args[1 + pattern.index(letter)].text for letter in letters]
        code = Code(f"{code.at(Level.ATOM)}.expand({', '.join(sizes)})", Level.ATOM)
    for letter in [letter for letter in letters if pattern.count(letter) > 1]:
        place, rank = letters.index(letter), len(letters)
        if place != rank - 1:
            code = Code(f"{code.at(Level.ATOM)}.movedim({place}, -1)", Level.ATOM)
        seen: list[str] = []
        for other in pattern:
            if other == letter or (other in letters and (other not in seen or letters.count(other) > 1)):
                seen.append(other)
        first = seen.index(letter)
        second = seen.index(letter, first + 1)
        code = dialect.call("diag_embed", code, f"dim1={first}", f"dim2={second}")
        letters = "".join(seen)
    return code


_RULES: dict[str, Rule] = {
    **NumpyDialect.base_rules,
    **factorisation_rules(),
    "sqrt": _sqrt,
    "cho_solve": _cho_solve,
    "chol_lower": lambda d, i, args: d.help("cholesky_lower", *args),
    "cho_inverse": lambda d, i, args: d.call("cholesky_inverse", *args),
    "blocks": _blocks,
    "product": _product,
    "matmul": _matmul,
    "outer": lambda d, i, args: d.call("outer", *args),
    "add_product": _add_product,
    "add_multiple": _add_multiple,
    "through_tanh": lambda d, i, args: d.help("through_tanh", *args),
    "where_positive": lambda d, i, args: d.help("where_positive", *args),
    "stacked": lambda d, i, args: d.call("stack", _list(args), "dim=1"),
    "stacked_rows": lambda d, i, args: d.call("stack", _list(args)),
    "unstacked": lambda d, i, args: Code(f"{args[0].at(Level.ATOM)}.unbind(1)", Level.ATOM),
    "indicator": lambda d, i, args: Code(f"{args[0].at(Level.ATOM)}.to({d.xp}.float64)", Level.ATOM),
    "dot": lambda d, i, args: Code(f"{d.xp}.sum({args[0].at(Level.UNARY)} * {args[1].at(Level.UNARY)})", Level.ATOM),
    "softmax": _soft("softmax"),
    "logsoftmax": _soft("log_softmax"),
    "logsumexp": _soft("logsumexp"),
    "softmax_logsumexp": lambda d, i, args: d.help("softmax_logsumexp", *args, str(i.data or 0)),
    "softmax_logsoftmax": lambda d, i, args: d.help("softmax_logsoftmax", *args, str(i.data or 0)),
    "stack": _stack,
    "kron": lambda d, i, args: d.call("kron", *(f"{arg.at(Level.ATOM)}.contiguous()" for arg in args)),
    "einsum": lambda d, i, args: d.over_axes(i, args[0]) or d.call("einsum", f'"{i.data}"', *args),
    "zeros": _filled("zeros"),
    "ones": _filled("ones"),
    "eye": _filled("eye"),
    "columns": lambda d, i, args: Code(f"{args[0].at(Level.ATOM)}.T.reshape(-1)", Level.ATOM),
}
