"""The lengths of the axes of what instructions compute, as far as their arguments tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from gradcli.emit.instr import Instr
from gradcli.expr.dims import Dim, dim_value

Lengths = tuple[Dim, ...]


class Known(Protocol):
    """What a plan knows of its instructions."""

    def shape(self, instr: Instr) -> Lengths | None:
        """The lengths of the axes of a value."""

    def dim(self, instr: Instr) -> Dim | None:
        """The dimension that a number is the length of."""


Rule = Callable[[Known, Instr, list[Lengths]], Lengths | None]

_TYPICAL = 1000  # what a length that only has a name is taken to be
_SCALARS = (
    *("lu_logdet", "number", "const", "size", "length", "least", "trace", "det", "logdet", "entry", "dot"),
    *("total", "norm", "norm1", "norm2", "norm_nuc"),
)
_LIKE_FIRST = (
    *("sqrt", "map", "polygamma", "call", "defined", "nonzero", "indicator", "softmax", "logsoftmax"),
    *(
        "chol_lower",
        "lu_factor",
        "lu_inverse",
        "inv",
        "adj",
        "cofactor_change",
        "matpower",
        "tril",
        "triu",
        "chol",
        "expm",
        "expm_frechet",
        *("inverses", "cholesky_factors"),
        *("cumsum", "cumprod", "flip", "roll", "cross", "sqrtm", "logm", "logm_frechet", "named_power"),
    ),
)
_ELEMENTWISE = ("atan2", "hypot", "logaddexp", "sum", "product", "power", "maximum", "minimum", "compare", "where")


def infer(plan: Known, instr: Instr) -> Lengths | None:
    """The lengths of an instruction's axes from those of its arguments; None where they do not tell."""
    if not instr.rank:
        return ()
    rule = _RULES.get(instr.kind)
    if rule is None:
        return None
    shapes = [plan.shape(arg) for arg in instr.args]
    known = [shape for shape in shapes if shape is not None]
    return rule(plan, instr, known) if len(known) == len(shapes) else None


def extent(dim: Dim) -> int:
    """How long an axis is, or is taken to be: all names alike, and long."""
    if isinstance(dim, int):
        return dim
    return max(1, dim_value(dim, lambda name: _TYPICAL))


def entries(shape: Lengths) -> int:
    """How many entries an array has, or is taken to have."""
    out = 1
    for dim in shape:
        out *= extent(dim)
    return out


def _elementwise(plan: Known, instr: Instr, shapes: list[Lengths]) -> Lengths | None:
    full = [shape for shape in shapes if len(shape) == instr.rank]
    if not full:
        return None
    out = []
    for axis in range(instr.rank):
        wide = [shape[axis] for shape in full if shape[axis] != 1]
        out.append(wide[0] if wide else 1)
    narrow = [shape for shape in shapes if len(shape) < instr.rank and shape]
    for shape in narrow:  # a list along the last axis
        for back, dim in enumerate(reversed(shape)):
            if out[-1 - back] == 1:
                out[-1 - back] = dim
    return tuple(out)


def _sizes(plan: Known, instr: Instr, shapes: list[Lengths]) -> Lengths | None:
    dims = [plan.dim(arg) for arg in instr.args]
    known = tuple(dim for dim in dims if dim is not None)
    if len(known) != len(dims):
        return None
    return known * 2 if instr.kind == "eye" else known


def _reshape(plan: Known, instr: Instr, shapes: list[Lengths]) -> Lengths | None:
    dims = tuple(dim for dim in map(plan.dim, instr.args[1:]) if dim is not None)
    return dims if len(dims) == instr.rank else None


def _einsum(plan: Known, instr: Instr, shapes: list[Lengths]) -> Lengths | None:
    inputs, output = str(instr.data).split("->")
    lengths = {
        letter: dim
        for letters, shape in zip(inputs.split(","), shapes, strict=True)
        for letter, dim in zip(letters, shape, strict=True)
    }
    return tuple(lengths[letter] for letter in output)


def _without_axis(plan: Known, instr: Instr, shapes: list[Lengths]) -> Lengths | None:
    along = instr.data[0] if isinstance(instr.data, tuple) else instr.data
    if not isinstance(along, int):
        return ()
    return tuple(dim for axis, dim in enumerate(shapes[0]) if axis != along)


def _axes(plan: Known, instr: Instr, shapes: list[Lengths]) -> Lengths | None:
    assert isinstance(instr.data, tuple)
    return tuple(1 if axis is None else shapes[0][axis] for axis in instr.data)


def _blocks(plan: Known, instr: Instr, shapes: list[Lengths]) -> Lengths | None:
    dims = [plan.dim(arg) for arg in instr.args[1:]]
    known = tuple(dim for dim in dims if dim is not None)
    return known if len(known) == len(dims) else None


def _add_product(plan: Known, instr: Instr, shapes: list[Lengths]) -> Lengths | None:
    a, b = shapes[1:3]
    return a + b if len(a) == len(b) == 1 else a[:-1] + b[1:]


_RULES: dict[str, Rule] = {
    **{kind: lambda plan, instr, shapes: () for kind in _SCALARS},
    **{kind: lambda plan, instr, shapes: shapes[0] for kind in _LIKE_FIRST},
    **{kind: _elementwise for kind in _ELEMENTWISE},
    "matmul": lambda plan, instr, shapes: shapes[0][:-1] + shapes[1][1:],
    "outer": lambda plan, instr, shapes: shapes[0] + shapes[1],
    "solve": lambda plan, instr, shapes: shapes[1],
    "sylvester": lambda plan, instr, shapes: shapes[2],
    "lu_solve": lambda plan, instr, shapes: shapes[1],
    "cho_solve": lambda plan, instr, shapes: shapes[1],
    "cho_inverse": lambda plan, instr, shapes: shapes[0],
    "scale_rows": lambda plan, instr, shapes: shapes[1],
    "scale_cols": lambda plan, instr, shapes: shapes[1],
    "transpose": lambda plan, instr, shapes: shapes[0][::-1],
    **{kind: lambda plan, instr, shapes: shapes[0][:-2] for kind in ("determinants", "logdets")},
    "pinv": lambda plan, instr, shapes: shapes[0][::-1],
    "diag": lambda plan, instr, shapes: shapes[0] * 2,
    "sum_axis": _without_axis,
    **{kind: _without_axis for kind in ("logsumexp", "top", "largest", "smallest", "prod", "variance", "std")},
    "einsum": _einsum,
    "contract": _einsum,
    "column": lambda plan, instr, shapes: (*shapes[0], 1),
    "row": lambda plan, instr, shapes: (1, *shapes[0]),
    "weighted_gram": lambda plan, instr, shapes: shapes[0][1:] * 2,
    "sample_gram": lambda plan, instr, shapes: (shapes[0][1], shapes[1][1]) * 2,
    "grams": lambda plan, instr, shapes: (shapes[1][1], shapes[0][1], shapes[0][1]),
    "stacked": lambda plan, instr, shapes: (*shapes[0], len(shapes)),
    "stacked_rows": lambda plan, instr, shapes: (len(shapes), *shapes[0]),
    "unstacked": lambda plan, instr, shapes: shapes[0],
    "column_of": lambda plan, instr, shapes: shapes[0][:1],
    "add_product": _add_product,
    "add_multiple": lambda plan, instr, shapes: _elementwise(plan, instr, shapes[:2]),
    "through_tanh": lambda plan, instr, shapes: shapes[0],
    "where_positive": lambda plan, instr, shapes: shapes[1],
    "cheaper": lambda plan, instr, shapes: shapes[-1],
    "axes": _axes,
    "stacks": lambda plan, instr, shapes: (*shapes[0][:-1], shapes[1][-1]),
    "blocks": _blocks,
    "add_diagonal": lambda plan, instr, shapes: shapes[0],
    "add_at_labels": lambda plan, instr, shapes: shapes[0],
    "at_labels": lambda plan, instr, shapes: shapes[0][:-1],
    "add_blocks": lambda plan, instr, shapes: shapes[0],
    "plus_transpose": lambda plan, instr, shapes: shapes[0],
    "zeros": _sizes,
    "ones": _sizes,
    "eye": _sizes,
    "unit": _sizes,
    "reshape": _reshape,
}
