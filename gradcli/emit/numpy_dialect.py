"""Instructions in NumPy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import ClassVar

from gradcli.emit import along, put_together
from gradcli.emit.functions import helper_texts, helpers_of, spellings
from gradcli.emit.instr import Instr, held
from gradcli.emit.numpy_helpers import HELPERS
from gradcli.emit.numpy_text import list_of, number, shape_of, tuple_of, where_blocks
from gradcli.emit.optimise.rewrite import Pass, Rules
from gradcli.emit.optimise.targets import NUMPY_PASSES
from gradcli.emit.writer import Code, Level

Rule = Callable[["NumpyDialect", Instr, list[Code]], Code]

# What makes a new array, whatever it is given.
_FRESH = frozenset(
    {
        *("matmul", "outer", "solve", "inv", "scale_rows", "scale_cols", "diag", "zeros", "ones", "eye", "sum"),
        *(
            "add_diagonal",
            "add_blocks",
            "blocks",
            "plus_transpose",
            "weighted_gram",
            "product",
            "power",
            "tensordot",
            "stacks",
        ),
        *("sample_gram", "grams", "softmax", "logsoftmax", "component", "add_at_labels"),
    }
)
EQUATION = -1  # in place of the order of a derivative: the equation that settles a name

_CALLS: dict[str, str] = {
    "sqrt": "sqrt", "solve": "linalg.solve", "inv": "linalg.inv", "trace": "trace",
    "det": "linalg.det", "diag": "diag", "diagonal": "diagonal", "norm": "linalg.norm",
    "maximum": "maximum", "minimum": "minimum", "kron": "kron", "eye": "eye",
}  # fmt: skip

# Functions that only the passes over instructions write.
ACCURATE = {"log1p": "log1p", "expm1": "expm1"}


class NumpyDialect:
    """Writes instructions; collects which helpers and functions they use.  Other targets override what differs.

    `xp` is what NumPy is called, `arguments` gives inputs and sizes their identifiers, `helper` names a
    helper function, `function` a function of the program or given by the caller.
    """

    package: ClassVar[str] = "numpy"
    module: ClassVar[str] = "numpy"
    alias: ClassVar[str] = "np"
    helpers: ClassVar[Mapping[str, str]] = {**HELPERS, **helper_texts("numpy")}
    calls: ClassVar[Mapping[str, str]] = _CALLS
    maps: ClassVar[Mapping[str, str]] = {**ACCURATE, **spellings("numpy")}
    axis: ClassVar[str] = "axis"
    axes: ClassVar[str] = "axes"
    keep: ClassVar[str] = "keepdims"
    ddof: ClassVar[str] = "ddof"
    reductions: ClassVar[Mapping[str, str]] = {}
    rolled_axis: ClassVar[str] = "axis"
    concatenate: ClassVar[str] = "concatenate"
    cross: ClassVar[str] = "cross"
    angle: ClassVar[str] = "arctan2"
    single: ClassVar[bool] = True  # whether single precision is computed in double, and given back as single
    einsum_options: ClassVar[tuple[str, ...]] = ("optimize=True",)
    permute: ClassVar[str] = "transpose"
    passes: ClassVar[Sequence[tuple[type[Pass], Rules]]] = NUMPY_PASSES
    base_rules: ClassVar[Mapping[str, Rule]]

    def __init__(
        self,
        xp: str,
        arguments: Mapping[str, str],
        sizes: Callable[[str], str],
        helper: Callable[[str], str],
        function: Callable[[str, int, bool], str],
    ) -> None:
        self.xp = xp
        self.arguments = arguments
        self.size_name = sizes
        self.helper = helper
        self.function = function
        self.quiet = False
        self.own: frozenset[int] = frozenset()

    def code(self, instr: Instr, args: list[Code]) -> Code:
        """The expression for an instruction, given those of its arguments."""
        called = self.calls.get(instr.kind)
        if called is not None:
            return self.call(called, *args)
        return self.rules()[instr.kind](self, instr, args)

    def rules(self) -> Mapping[str, Rule]:
        """How instructions are written that are no plain call."""
        return self.base_rules

    def decorators(self) -> list[str]:
        """Lines before a function: a choice evaluates both branches, which is nothing to warn of."""
        return [f"@{self.xp}.errstate(divide='ignore', invalid='ignore', over='ignore')"] if self.quiet else []

    def whole(self, code: Code) -> str:
        """Labels as whole numbers, to index with."""
        return f"{self.xp}.asarray({code.text}, dtype=int)"

    def along_last(self, array: Code, places: str) -> Code:
        """Entries along the last axis."""
        return self.call("take_along_axis", array, places, "axis=-1")

    def is_whole(self, array: str) -> str:
        """The condition that an array holds whole numbers."""
        return f'{array}.dtype.kind == "i"'

    def array(self, text: str) -> Code:
        """An array of a nested list, or of what a caller's function gave."""
        return Code(f"{self.xp}.asarray({text}, dtype={self.xp}.float64)", Level.ATOM)

    def fast_arrays(self, helper: Callable[[str], str]) -> tuple[str, str] | None:
        """The type and the entry type of an argument that needs no conversion; None where it does not matter."""
        return f"{self.xp}.ndarray", helper("float")

    def length(self, array: str) -> str:
        """How long a list is."""
        return f"len({array})"

    def copied(self, code: Code) -> Code:
        """An array of its own."""
        return Code(f"{self.xp}.array({code.text})", Level.ATOM)

    def constant(self, code: Code) -> Code:
        """A number of the target's own type."""
        return Code(f"{self.xp}.float64({code.text})", Level.ATOM)

    def spread(self, text: str, like: str) -> str:
        """A number at every entry of an array's shape."""
        return f"{self.xp}.full({self.xp}.shape({like}), {text})"

    def fresh(self, instr: Instr, code: Code) -> Code:
        """A value that may be written to: one that nothing else holds, else a copy."""
        while instr.kind == "reshape" and instr.serial in self.own:
            instr = instr.args[0]
        return code if instr.kind in _FRESH and instr.serial in self.own else self.copied(code)

    def over_axes(self, instr: Instr, code: Code) -> Code | None:
        """A sum over several axes of one array; None where that is not all."""
        letters, _, output = str(instr.data).partition("->")
        summed = [axis for axis, letter in enumerate(letters) if letter not in output]
        kept = "".join(letter for letter in letters if letter in output)
        if len(instr.args) != 1 or len(set(letters)) < len(letters) or output != kept or not summed:
            return None
        axes = str(summed[0]) if len(summed) == 1 else f"({', '.join(map(str, summed))})"
        return Code(f"{code.at(Level.ATOM)}.sum({self.axis}={axes})", Level.ATOM)

    def flipped_axis(self, axis: int) -> str:
        """The axis of `flip` as an argument."""
        return f"axis={axis}"

    def call(self, function: str, *args: Code | str) -> Code:
        """A call of a NumPy function."""
        inner = ", ".join(arg if isinstance(arg, str) else arg.text for arg in args)
        return Code(f"{self.xp}.{function}({inner})", Level.ATOM)

    def help(self, helper: str, *args: Code | str) -> Code:
        """A call of a helper function."""
        inner = ", ".join(arg if isinstance(arg, str) else arg.text for arg in args)
        return Code(f"{self.helper(helper)}({inner})", Level.ATOM)

    def partial(self, instr: Instr, args: list[Code], start: int, stop: int, carried: Code | None) -> Code:
        """Part of a sum: what is carried, then the terms from `start` to `stop`."""
        signs = held(instr, tuple)
        text = carried.text if carried else ""
        for negative, term in zip(signs[start:stop], args[start:stop], strict=True):
            if text:
                text += " - " if negative else " + "
            elif negative:
                text = "-"
            text += term.at(Level.PRODUCT)
        if carried is None and stop == start + 1:  # one term, turned: `-a @ b` holds no more tightly than `a @ b`
            (term,) = args[start:stop]
            return Code(text, min(term.level, Level.UNARY) if term.level >= Level.PRODUCT else Level.UNARY)
        return Code(text, Level.SUM)


# ------------------------------------------------------------------------- numbers


def _number(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return number(held(instr, Fraction), dialect.xp)


def _const(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    name = {"pi": "pi", "e_": "e", "inf": "inf"}[str(instr.data)]
    return Code(f"{dialect.xp}.{name}", Level.ATOM, True)


def _size(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return Code(dialect.size_name(str(instr.data)), Level.ATOM, True)


def _input(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return Code(dialect.arguments[str(instr.data)], Level.ATOM, True)


# ---------------------------------------------------------------------- arithmetic


def _product(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return product(dialect, instr, args, str)


def product(dialect: NumpyDialect, instr: Instr, args: list[Code], whole: Callable[[int], str]) -> Code:
    """A number times factors over factors; `whole` spells integers."""
    value, count = held(instr, tuple)
    over, under = [arg.at(Level.UNARY) for arg in args[:count]], [arg.at(Level.UNARY) for arg in args[count:]]
    sign = "-" if value < 0 else ""
    shown = number(abs(value), dialect.xp)
    if "/" in shown.text:
        over_number, under_number = whole(abs(value.numerator)), [whole(value.denominator)]
        if abs(value.numerator) == 1 and over:
            over_number = ""
    else:
        text = whole(int(shown.text)) if shown.text.isdigit() else shown.text
        over_number, under_number = ("" if abs(value) == 1 and over else text), []
    top = " * ".join(([over_number] if over_number else []) + over)
    below = under_number + under
    if not below:
        level = Level.UNARY if sign and len(over) == 1 and not over_number else Level.PRODUCT
        return Code(sign + top, level)
    bottom = below[0] if len(below) == 1 else f"({' * '.join(below)})"
    return Code(f"{sign}{top} / {bottom}", Level.PRODUCT)


def _power(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return Code(f"{args[0].at(Level.ATOM)} ** {args[1].at(Level.ATOM)}", Level.POWER)


def _matmul(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    a, b = instr.args
    if a.kind == "transpose" and b.rank == 1 and args[0].text.endswith(".T"):  # no target has to turn a matrix for it
        matrix = Code(args[0].text.removesuffix(".T"), Level.ATOM)
        return Code(f"{args[1].at(Level.MATMUL)} @ {matrix.text}", Level.MATMUL)
    return Code(f"{args[0].at(Level.MATMUL)} @ {args[1].at(Level.UNARY)}", Level.MATMUL)


def _transpose(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return Code(f"{args[0].at(Level.ATOM)}.T", Level.ATOM, args[0].cheap)


def _outer(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return Code(f"{args[0].at(Level.ATOM)}[:, None] * {args[1].at(Level.UNARY)}", Level.PRODUCT)


def _cheaper(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    """One of two ways, by the lengths: `c * (m + n) < m * n`."""
    c, m, n = (arg.at(Level.ATOM) for arg in args[:3])
    return Code(f"{args[3].text} if {c} * ({m} + {n}) < {m} * {n} else {args[4].text}", Level.CHOICE)


def _axes_of(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    axes = held(instr, tuple)
    order = [axis for axis in axes if axis is not None]
    text = args[0].at(Level.ATOM)
    if order == [1, 0]:
        text += ".T"
    elif order != sorted(order):
        text = f"{text}.{dialect.permute}({', '.join(map(str, order))})"
    if None in axes:
        text += f"[{', '.join('None' if axis is None else ':' for axis in axes)}]"
    return Code(text, Level.ATOM, args[0].cheap)


def _blocks(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return dialect.help("blocks", args[0], where_blocks(str(instr.data)), tuple_of(args[1:]))


def _add_blocks(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    base = dialect.fresh(instr.args[0], args[0])
    return dialect.help("add_blocks", base, args[1], where_blocks(str(instr.data)))


def _add_diagonal(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return dialect.help("add_diagonal", dialect.fresh(instr.args[0], args[0]), args[1])


def _at_labels(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    array, labels = args
    if instr.rank != 1:
        places = f"{dialect.whole(labels)}[..., None] - 1"
        return Code(f"{dialect.along_last(array, places).text}[..., 0]", Level.ATOM)
    rows = dialect.call("arange", f"len({labels.text})").text
    return Code(f"{array.at(Level.ATOM)}[{rows}, {dialect.whole(labels)} - 1]", Level.ATOM)


def _sum_at_labels(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return dialect.help("sum_at_labels", args[0], dialect.whole(args[1]), args[2])


def _add_at_labels(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    helper = "add_at_labels" if instr.rank == 2 else "add_at_labels_any"
    return dialect.help(helper, dialect.fresh(instr.args[0], args[0]), dialect.whole(args[1]), args[2])


def _tensordot(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    a, b = held(instr, tuple)
    axes = f"({list_of(a)}, {list_of(b)})"
    return dialect.call("tensordot", *args, f"{dialect.axes}={axes}")


def _scale_rows(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return Code(f"{args[0].at(Level.ATOM)}[:, None] * {args[1].at(Level.UNARY)}", Level.PRODUCT)


def _scale_cols(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return Code(f"{args[1].at(Level.UNARY)} * {args[0].at(Level.UNARY)}", Level.PRODUCT)


def _map(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    """A function of the catalogue: one of the package, or an expression that may call helpers."""
    spelling = dialect.maps[str(instr.data)]
    if "{" not in spelling:
        return dialect.call(spelling, *args)
    values = {name: dialect.helper(name) for name in helpers_of(spelling)}
    return Code(spelling.format(np=dialect.xp, t=args[0].text, **values), Level.ATOM)


def _call(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    name, order = held(instr, tuple)
    return dialect.help("apply", dialect.function(name, order, True), *args)


def _defined(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    name, order = held(instr, tuple)
    return Code(f"{dialect.function(name, order, False)}({args[0].text})", Level.ATOM)


def _root(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    name, rank = held(instr, tuple)
    shape = tuple_of(args[:rank]) if rank else "()"
    return dialect.help("newton", dialect.function(name, EQUATION, False), shape, *args[rank:])


def _field(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    name, order, shape, result = held(instr, tuple)
    inner = f"{args[0].at(Level.ATOM)}[None, :]" if shape == "row" else ", ".join(arg.text for arg in args)
    text = f"{dialect.function(name, order, True)}({inner})"
    called = dialect.array(text)
    return Code(f"{called.text}.reshape(-1)", Level.ATOM) if result == "row" else called


def _each_row(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    name, order = held(instr, tuple)
    return dialect.help("each_row", dialect.function(name, order, True), *args)


# ----------------------------------------------------------------- comparisons


def _compare(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return Code(f"{args[0].at(Level.SUM)} {instr.data} {args[1].at(Level.SUM)}", Level.SUM)


def _nonzero(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return Code(f"{args[0].at(Level.SUM)} != 0", Level.SUM)


def _indicator(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    return dialect.call("where", *args, "1.0", "0.0")


def _where(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    dialect.quiet = True
    return dialect.call("where", *args)


# -------------------------------------------------------------------- matrices


def _axis(dialect: NumpyDialect, instr: Instr) -> list[str]:
    return [] if instr.data is None else [f"{dialect.axis}={instr.data}"]


def _stack(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    shape = held(instr, tuple)
    texts = [arg.text for arg in args]
    width = shape[-1]
    if len(shape) == 2:
        texts = [f"[{', '.join(texts[i : i + width])}]" for i in range(0, len(texts), width)]
    return dialect.array(f"[{', '.join(texts)}]")


def _entry(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
    index = ", ".join(map(str, held(instr, tuple)))
    return Code(f"{args[0].at(Level.ATOM)}[{index}]", Level.ATOM, args[0].cheap)


def _spread_out(axis: int, text: str) -> Rule:
    """A list as a column or a row; sums along that axis keep it at length 1."""

    def rule(dialect: NumpyDialect, instr: Instr, args: list[Code]) -> Code:
        (inner,) = instr.args
        if inner.kind == "sum_axis" and inner.data == axis and not args[0].cheap:
            return Code(f"{args[0].text.removesuffix(')')}, {dialect.keep}=True)", Level.ATOM)
        return Code(args[0].at(Level.ATOM) + text, Level.ATOM)

    return rule


_RULES: dict[str, Rule] = {
    "number": _number,
    "const": _const,
    "size": _size,
    "least": lambda d, i, args: Code(f"min({', '.join(arg.text for arg in args)})", Level.ATOM),
    "input": _input,
    "length": lambda d, i, args: Code(f"{args[0].at(Level.ATOM)}.shape[{i.data}]", Level.ATOM, args[0].cheap),
    "product": _product,
    "power": _power,
    "matmul": _matmul,
    "transpose": _transpose,
    "stacks": lambda d, i, args: Code(f"{args[0].at(Level.MATMUL)} @ {args[1].at(Level.UNARY)}", Level.MATMUL),
    "dot": lambda d, i, args: d.call("vdot", *args),
    "total": lambda d, i, args: Code(f"{args[0].at(Level.ATOM)}.sum()", Level.ATOM),
    "cheaper": _cheaper,
    "weighted_gram": lambda d, i, args: d.help("weighted_gram", *args),
    "sample_gram": lambda d, i, args: d.help("sample_gram" if i.data else "sample_gram_any", *args),
    "grams": lambda d, i, args: d.help("grams", *args),
    "stacked": lambda d, i, args: Code(f"{d.xp}.array([{', '.join(arg.text for arg in args)}]).T", Level.ATOM),
    "stacked_rows": lambda d, i, args: d.call("array", f"[{', '.join(arg.text for arg in args)}]"),
    "unstacked": lambda d, i, args: Code(f"{args[0].at(Level.ATOM)}.T", Level.ATOM),
    "column_of": lambda d, i, args: Code(f"{args[0].at(Level.ATOM)}[{i.data}]", Level.ATOM, args[0].cheap),
    "outer": _outer,
    "axes": _axes_of,
    "blocks": _blocks,
    "add_blocks": _add_blocks,
    "add_diagonal": _add_diagonal,
    "at_labels": _at_labels,
    "add_at_labels": _add_at_labels,
    "sum_at_labels": _sum_at_labels,
    "plus_transpose": lambda d, i, args: d.help("plus_transpose", *args),
    "tensordot": _tensordot,
    "scale_rows": _scale_rows,
    "scale_cols": _scale_cols,
    "logdet": lambda d, i, args: Code(d.call("linalg.slogdet", *args).text + "[1]", Level.ATOM),
    "adj": lambda d, i, args: d.help("adjugate", *args),
    "cofactor_change": lambda d, i, args: d.help("cofactor_change", *args),
    "cofactor_changes": lambda d, i, args: d.help("cofactor_changes", *args),
    "matpower": lambda d, i, args: d.call("linalg.matrix_power", *args, str(i.data)),
    "norm1": lambda d, i, args: d.call("sum", d.call("abs", *args)),
    "sum_axis": lambda d, i, args: Code(f"{args[0].at(Level.ATOM)}.sum({', '.join(_axis(d, i))})", Level.ATOM),
    **along.RULES,
    **put_together.RULES,
    "map": _map,
    "call": _call,
    "defined": _defined,
    "field": _field,
    "each_row": _each_row,
    "compare": _compare,
    "nonzero": _nonzero,
    "indicator": _indicator,
    "where": _where,
    "top": lambda d, i, args: d.help("top", *args, *_axis(d, i)),
    "softmax": lambda d, i, args: d.help("softmax", *args, *_axis(d, i)),
    "logsoftmax": lambda d, i, args: d.help("logsoftmax", *args, *_axis(d, i)),
    "logsumexp": lambda d, i, args: d.help("logsumexp", *args, *_axis(d, i)),
    "softmax_logsoftmax": lambda d, i, args: d.help("softmax_logsoftmax", *args, *_axis(d, i)),
    "softmax_logsumexp": lambda d, i, args: d.help("softmax_logsumexp", *args, *_axis(d, i)),
    "stack": _stack,
    "entry": _entry,
    "tril": lambda d, i, args: d.call("tril", *args, *([str(i.data)] if i.data else [])),
    "triu": lambda d, i, args: d.call("triu", *args, *([str(i.data)] if i.data else [])),
    "einsum": lambda d, i, args: (
        d.over_axes(i, args[0]) or d.call("einsum", f'"{i.data}"', *args, *(["optimize=True"] if len(args) > 2 else []))
    ),
    "contract": lambda d, i, args: d.call("einsum", f'"{i.data}"', *args, *d.einsum_options),
    "chol_lower": lambda d, i, args: d.call("linalg.cholesky", *args),
    "cho_solve": lambda d, i, args: d.help("cho_solve", *args),
    "chol": lambda d, i, args: d.help("cholesky", *args),
    "inverses": lambda d, i, args: d.call("linalg.inv", *args),
    "determinants": lambda d, i, args: d.call("linalg.det", *args),
    "logdets": lambda d, i, args: Code(f"{d.call('linalg.slogdet', *args).text}[1]", Level.ATOM),
    "cholesky_factors": lambda d, i, args: d.help("cholesky_factors", *args),
    "factorise": lambda d, i, args: d.help(str(i.data), *args),
    "root": _root,
    "pinv": lambda d, i, args: d.call("linalg.pinv", *args),
    "expm": lambda d, i, args: d.help("expm", *args),
    "expm_frechet": lambda d, i, args: d.help("expm_frechet", *args),
    "norm2": lambda d, i, args: d.call("linalg.norm", *args, "2"),
    "norm_nuc": lambda d, i, args: d.call("linalg.norm", *args, '"nuc"'),
    "component": lambda d, i, args: Code(f"{args[0].at(Level.ATOM)}[{i.data}]", Level.ATOM, args[0].cheap),
    "zeros": lambda d, i, args: d.call("zeros", shape_of(args)),
    "ones": lambda d, i, args: d.call("ones", shape_of(args)),
    "unit": lambda d, i, args: d.help("unit", shape_of(args), str(i.data)),
    "column": _spread_out(1, "[:, None]"),
    "row": _spread_out(0, "[None, :]"),
    "flat": lambda d, i, args: d.call("ravel", *args),
    "columns": lambda d, i, args: d.call("ravel", *args, 'order="F"'),
    "reshape": lambda d, i, args: d.call("reshape", args[0], tuple_of(args[1:])),
}


def factorisation_rules() -> dict[str, Rule]:
    """How the parts of a factorisation are written where a target has helpers for them."""
    return {
        "lu_factor": lambda d, i, args: d.help("lu_factor", *args),
        "lu_solve": lambda d, i, args: d.help("lu_solve", *args, *(["True"] if i.data else [])),
        "lu_inverse": lambda d, i, args: d.help("lu_inverse", *args),
        "lu_logdet": lambda d, i, args: d.help("lu_logdet", *args),
    }


NumpyDialect.base_rules = _RULES
