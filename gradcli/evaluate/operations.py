"""How each operation is computed: `TABLE[op](point, node, args)`, entries possibly `Undefined`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

from gradcli.evaluate import matrices, roots, spectral
from gradcli.evaluate.array import Array, Scalar, as_matrix, full, size_of
from gradcli.evaluate.contract import einsum
from gradcli.evaluate.equation import solve_equation
from gradcli.evaluate.errors import OnKink, OutsideDomain, Undefined
from gradcli.evaluate.factorise import factorised
from gradcli.evaluate.of_matrices import (
    factor,
    frechet,
    kron,
    matmul,
    matrix_power,
    of_each,
    of_matrices,
    of_matrix,
    transpose,
    triangle,
)
from gradcli.evaluate.point import Evaluation as Point
from gradcli.evaluate.point import Operation
from gradcli.evaluate.reductions import REDUCTIONS, attains, from_lines, holds_extreme, lines
from gradcli.evaluate.running import RUNNING
from gradcli.expr.dims import dim_value
from gradcli.expr.node import Node, axis_of, payload, value_of
from gradcli.ops.functions import scalar_function
from gradcli.ops.passes import Pass
from gradcli.ops.payload import Applied, Index, Placement, Subscripts
from gradcli.ops.scalar import ScalarFunction

# ---------------------------------------------------------------------- leaves


def _num(point: Point, node: Node, args: list[Array]) -> Array:
    return Array((), [point.guarded(lambda: point.field.number(value_of(node) or 0))])


def _const(point: Point, node: Node, args: list[Array]) -> Array:
    point.infinite = point.infinite or node.data == "inf"
    return Array((), [point.field.constant(str(node.data))])


def _dim(point: Point, node: Node, args: list[Array]) -> Array:
    return Array((), [point.field.number(size_of(str(node.data), point.sizes))])


def _eye(point: Point, node: Node, args: list[Array]) -> Array:
    m, n = point.shape(node)
    return Array((m, n), [point.field.one if i == j else point.field.zero for i in range(m) for j in range(n)])


def _unit(point: Point, node: Node, args: list[Array]) -> Array:
    out = full(point.shape(node), point.field.zero)
    out.flat[_place(payload(node, Index), out.shape)] = point.field.one
    return out


def _placed(point: Point, node: Node, args: list[Array]) -> Array:
    steps, offset = payload(node, Placement)
    out = full(point.shape(node), point.field.zero)
    *lengths, last = out.shape
    start = dim_value(offset, point.sizes.__getitem__)
    for place, index in enumerate(product(*(range(1, length + 1) for length in lengths))):
        column = sum(step * i for step, i in zip(steps, index, strict=True)) + start
        if not 1 <= column <= last:
            raise OutsideDomain(f"index {column} of {last}")
        out.flat[place * last + column - 1] = point.field.one
    return out


def _onehot(point: Point, node: Node, args: list[Array]) -> Array:
    out = full(point.shape(node), point.field.zero)
    count = out.shape[-1]
    for place, label in enumerate(args[0].flat):
        if isinstance(label, Undefined) or not 1 <= label <= count:
            raise OutsideDomain(f"label {label} of {count}")
        out.flat[place * count + int(label) - 1] = point.field.one
    return out


def _place(index: tuple[int, ...], shape: tuple[int, ...]) -> int:
    """Where an entry, counted from 1, lies in the flat list."""
    place = 0
    for i, size in zip(index, shape, strict=True):
        if not 1 <= i <= size:
            raise OutsideDomain(f"index {i} of {size}")
        place = place * size + i - 1
    return place


# ----------------------------------------------------------------- elementwise


def _spread(args: list[Array], shape: tuple[int, ...]) -> list[list[Scalar]]:
    """The entries of each argument, scalars repeated."""
    count = len(full(shape, 0).flat)
    return [a.flat if a.shape else a.flat * count for a in args]


def _add(point: Point, node: Node, args: list[Array]) -> Array:
    shape = point.shape(node)
    return Array(shape, [point.field.total(terms) for terms in zip(*_spread(args, shape), strict=True)])


def _mul(point: Point, node: Node, args: list[Array]) -> Array:
    shape = point.shape(node)
    first, *others = _spread(args, shape)
    for other in others:
        first = [x * y for x, y in zip(first, other, strict=True)]
    out = list(first)
    if point.field.masks_hide and any(isinstance(x, Undefined) for x in out):
        masks = [a for a, arg in zip(_spread(args, shape), node.args, strict=True) if _is_mask(arg)]
        for i, x in enumerate(out):
            if isinstance(x, Undefined) and any(_is_zero(mask[i]) for mask in masks):
                out[i] = point.field.zero
    return Array(shape, out)


def _is_mask(node: Node) -> bool:
    """Whether a factor says where others count: `(x > 0) * log(x)` is 0 at -1, as `where(x > 0, log(x), 0)`
    is."""
    if node.op == "where":
        return any(arg.op == "zeros" or value_of(arg) == 0 for arg in node.args[1:])
    return node.op in ("cmp", "attains")


def _pow(point: Point, node: Node, args: list[Array]) -> Array:
    shape = point.shape(node)
    pairs = zip(*_spread(args, shape), strict=True)
    return Array(shape, [point.guarded(point.field.power, base, exponent) for base, exponent in pairs])


def _elem(point: Point, node: Node, args: list[Array]) -> Array:
    name, order = payload(node, Applied)
    row = scalar_function(node.op, node.data)
    if row is not None and row.jumps:
        _no_jump(point, row, args[0], node)
    return Array(
        args[0].shape,
        [point.guarded(lambda x: point.scalar_function(name, order, x), x) for x in args[0].flat],
    )


def _no_jump(point: Point, row: ScalarFunction, a: Array, node: Node) -> None:
    if not point.strict_kinks and point.field.exact:
        return
    if any(not isinstance(x, Undefined) and row.on_kink(x) for x in a.flat):
        if point.strict_kinks and node.args[0].serial in point.moving:
            raise OnKink(f"{row.name} at a jump")
        if not point.field.exact:
            point.close.add(node)


def _is_zero(x: Scalar) -> bool:
    return not isinstance(x, Undefined) and bool(x == 0)


def _vfun(point: Point, node: Node, args: list[Array]) -> Array:
    name, order = payload(node, Applied)
    shape, inputs = point.shape(node), args[0].flat
    for x in inputs:
        if isinstance(x, Undefined):
            return full(shape, x)
    outputs = len(full(shape, 0).flat) // len(inputs) ** order
    hook = point.vector_function(name, len(inputs), outputs)
    try:
        return Array(shape, list(hook(order, inputs)))
    except OutsideDomain as trouble:
        return full(shape, Undefined(str(trouble)))


def _vrows(point: Point, node: Node, args: list[Array]) -> Array:
    """A vector function, or its derivative, of each row."""
    name, order = payload(node, Applied)
    shape, n = point.shape(node), args[0].shape[-1]
    count = len(args[0].flat) // n
    size = len(full(shape, 0).flat) // count
    hook = point.vector_function(name, n, size // n**order)
    flat: list[Scalar] = []
    for start in range(0, count * n, n):
        row = args[0].flat[start : start + n]
        bad = next((x for x in row if isinstance(x, Undefined)), None)
        try:
            flat += list(hook(order, row)) if bad is None else [bad] * size
        except OutsideDomain as trouble:
            flat += [Undefined(str(trouble))] * size
    return Array(shape, flat)


def _extreme(pick: Callable[..., Scalar]) -> Operation:
    def operation(point: Point, node: Node, args: list[Array]) -> Array:
        shape = point.shape(node)
        return Array(shape, [point.guarded(pick, a, b) for a, b in zip(*_spread(args, shape), strict=True)])

    return operation


def _cmp(point: Point, node: Node, args: list[Array]) -> Array:
    shape = point.shape(node)
    field, strictly = point.field, node.data == "<"
    by_chance = point.strict_kinks and node.serial in point.moving and node.args[0] is not node.args[1]

    def compare(a: Scalar, b: Scalar) -> Scalar:
        if a == b or (not field.exact and field.tiny(a - b, max(abs(a), abs(b)))):
            if by_chance and not holds_extreme(node):
                raise OnKink("a comparison of equal numbers")
            if not field.exact and node.args[0] is not node.args[1]:
                point.close.add(node)
            return field.zero if strictly else field.one
        return field.one if a < b else field.zero

    return Array(shape, [point.guarded(compare, a, b) for a, b in zip(*_spread(args, shape), strict=True)])


def _where(point: Point, node: Node, args: list[Array]) -> Array:
    shape = point.shape(node)
    out = []
    for c, a, b in zip(*_spread(args, shape), strict=True):
        out.append(c if isinstance(c, Undefined) else (a if c != 0 else b))
    return Array(shape, out)


# -------------------------------------------------------------------- matrices


def _of_several(compute: Callable[..., Scalar]) -> Operation:
    """A function of several numbers, by entry."""

    def operation(point: Point, node: Node, args: list[Array]) -> Array:
        shape = point.shape(node)
        lines = zip(*_spread(args, shape), strict=True)
        return Array(shape, [point.guarded(lambda *line: compute(point, *line), *line) for line in lines])

    return operation


def _angle(point: Point, a: Scalar, b: Scalar) -> Scalar:
    if a == 0 and b > 0:
        return point.field.zero
    if a == 0 and b == 0:
        raise OutsideDomain("atan2 at the origin")
    return point.field.computed("atan2", a, lambda m: m.atan2(a, b))


_atan2 = _of_several(_angle)


def _log_of_sum(point: Point, a: Scalar, b: Scalar) -> Scalar:
    return max(a, b) + point.field.function("softplus", -abs(a - b))


def _cross(point: Point, node: Node, args: list[Array]) -> Array:
    (a, b, c), (x, y, z) = (arg.flat for arg in args)
    return Array((3,), [b * z - c * y, c * x - a * z, a * y - b * x])


def _skew(point: Point, node: Node, args: list[Array]) -> Array:
    (x, y, z), zero = args[0].flat, point.field.zero
    return Array((3, 3), [zero, -z, y, z, zero, -x, -y, x, zero])


def _diag(point: Point, node: Node, args: list[Array]) -> Array:
    n = len(args[0].flat)
    return Array((n, n), [args[0].flat[i] if i == j else point.field.zero for i in range(n) for j in range(n)])


def _diagonal(point: Point, node: Node, args: list[Array]) -> Array:
    m, n = as_matrix(args[0])
    (length,) = point.shape(node) or (1,)
    if length != min(m, n):
        raise OutsideDomain(f"the diagonal of a {m} x {n} matrix has {min(m, n)} entries, not {length}")
    return Array(point.shape(node), [args[0].flat[i * n + i] for i in range(length)])


def _entry(point: Point, node: Node, args: list[Array]) -> Array:
    return Array((), [args[0].flat[_place(payload(node, Index), args[0].shape)]])


def _einsum(point: Point, node: Node, args: list[Array]) -> Array:
    subscripts, result = payload(node, Subscripts)
    return einsum(point.field, subscripts, result, args, point.shape(node))


# ------------------------------------------------------------------ reductions


def _trace(point: Point, node: Node, args: list[Array]) -> Array:
    n = as_matrix(args[0])[1]
    return Array((), [point.field.total(args[0].flat[:: n + 1])])


def _sum_axis(point: Point, node: Node, args: list[Array]) -> Array:
    found = lines(args[0], payload(node, int))
    return Array(point.shape(node), [point.field.total(line) for line in found])


def _norm(point: Point, node: Node, args: list[Array]) -> Array:
    largest = point.field.zero
    for x in args[0].flat:
        if isinstance(x, Undefined):
            return Array((), [x])
        largest = max(largest, abs(x))
    if largest == 0:
        return Array((), [point.field.zero])
    squares = point.field.total([(x / largest) * (x / largest) for x in args[0].flat])
    return Array((), [point.guarded(lambda: largest * point.field.function("sqrt", squares))])


def _softmax(op: str) -> Operation:
    def operation(point: Point, node: Node, args: list[Array]) -> Array:
        axis = axis_of(node)
        found = [_softmax_line(point, op, line) for line in lines(args[0], axis)]
        shape = point.shape(node)
        if axis is None or op == "logsumexp":
            return Array(shape, [x for line in found for x in line])
        return from_lines(found, shape, axis)

    return operation


def _softmax_line(point: Point, op: str, line: list[Scalar]) -> list[Scalar]:
    field = point.field
    count = 1 if op == "logsumexp" else len(line)
    for x in line:
        if isinstance(x, Undefined):
            return [x] * count
    try:
        top = max(line)
        weights = [field.function("exp", x - top) for x in line]
        total = field.total(weights)
        if op == "softmax":
            return [weight / total for weight in weights]
        log = field.function("log", total)
        return [top + log] if op == "logsumexp" else [x - top - log for x in line]
    except OutsideDomain as trouble:
        return [Undefined(str(trouble))] * count


def _larger(a: Scalar, b: Scalar) -> Scalar:
    return max(a, b)


def _smaller(a: Scalar, b: Scalar) -> Scalar:
    return min(a, b)


_TABLE: dict[str, Operation] = {
    "num": _num,
    "const": _const,
    "dim": _dim,
    "cotangent": lambda point, node, args: point.cotangent(node),
    "zeros": lambda point, node, args: full(point.shape(node), point.field.zero),
    "ones": lambda point, node, args: full(point.shape(node), point.field.one),
    "eye": _eye,
    "unit": _unit,
    "place": _placed,
    "onehot": _onehot,
    "add": _add,
    "mul": _mul,
    "pow": _pow,
    "matmul": matmul,
    "T": transpose,
    "inv": of_matrix(lambda point, node, rows: matrices.inverse(point.field, rows)),
    "mpow": of_matrix(lambda point, node, rows: matrices.power(point.field, rows, payload(node, int))),
    "det": of_matrix(lambda point, node, rows: [[matrices.determinant(point.field, rows)]]),
    "logdet": of_matrix(lambda point, node, rows: [[matrices.log_determinant(point.field, rows)]]),
    "inverses": of_each(matrices.inverse),
    "determinants": of_each(lambda field, rows: [[matrices.determinant(field, rows)]]),
    "logdets": of_each(lambda field, rows: [[matrices.log_determinant(field, rows)]]),
    "cholesky_factors": of_each(lambda field, rows: factorised(field, "chol", rows)["L"]),
    "adj": of_matrix(lambda point, node, rows: matrices.adjugate(point.field, rows)),
    "diag": _diag,
    "diagonal": _diagonal,
    "tr": _trace,
    "sum": lambda point, node, args: Array((), [point.field.total(args[0].flat)]),
    "sum_axis": _sum_axis,
    "norm": _norm,
    "norm1": lambda point, node, args: Array((), [point.field.total([abs(x) for x in args[0].flat])]),
    **REDUCTIONS,
    "elem": _elem,
    "vfun": _vfun,
    "vrows": _vrows,
    "max": _extreme(_larger),
    "min": _extreme(_smaller),
    "cmp": _cmp,
    "attains": attains,
    "where": _where,
    "softmax": _softmax("softmax"),
    "logsoftmax": _softmax("logsoftmax"),
    "logsumexp": _softmax("logsumexp"),
    "stack": lambda point, node, args: Array(point.shape(node), [a.flat[0] for a in args]),
    "entry": _entry,
    "tril": triangle(lambda above, k: above <= k),
    "triu": triangle(lambda above, k: above >= k),
    "kron": kron,
    "vec": lambda point, node, args: Array(point.shape(node), [x for column in lines(args[0], 0) for x in column]),
    "reshape": lambda point, node, args: Array(point.shape(node), list(args[0].flat)),
    "einsum": _einsum,
    "factor": factor,
    "implicit": solve_equation,
    "pinv": of_matrix(lambda point, node, rows: spectral.pseudoinverse(point.field, rows)),
    "expm": of_matrix(lambda point, node, rows: spectral.exponential(point.field, rows)),
    "expm_frechet": frechet,
    "sqrtm": of_matrices(roots.square_root),
    "logm": of_matrices(roots.logarithm),
    "logm_frechet": of_matrices(roots.logarithm_derivative),
    "sylvester": of_matrices(roots.sylvester),
    "matrix_power": matrix_power,
    "atan2": _atan2,
    "hypot": _of_several(lambda point, a, b: point.field.function("sqrt", a * a + b * b)),
    "logaddexp": _of_several(_log_of_sum),
    "leaky_relu": _of_several(lambda point, x, a: x if x > 0 else a * x),
    "clip": _of_several(lambda point, x, low, high: min(max(x, low), high)),
    "cross": _cross,
    "skew": _skew,
    **RUNNING,
    "norm2": of_matrix(lambda point, node, rows: [[spectral.largest_singular(point.field, rows)]]),
    "norm_nuc": of_matrix(lambda point, node, rows: [[spectral.sum_of_singular(point.field, rows)]]),
    "stop": lambda point, node, args: Array(args[0].shape, list(args[0].flat)),
}
TABLE = Pass("evaluate", _TABLE)
