"""Reductions beside sums: the largest and the least entry, products, variances, kept simple as they are built.

Each is taken of all entries (`axis` None) or along one axis; of a row it is that of the column.
"""

from __future__ import annotations

from gradcli.expr import broadcast
from gradcli.expr.arith import add, is_zero, mul, ones, power, size, split_number, sqrt, sub, zeros
from gradcli.expr.building import constructs
from gradcli.expr.linear import matmul, split_scalars, transpose
from gradcli.expr.node import MINUS_ONE, ONE, Node, make, num
from gradcli.expr.rearrange import reshape
from gradcli.expr.reduce import elementwise, entries, mean, sum_axis, total
from gradcli.expr.shapes import Shape, ShapeError, is_row, joint_shape, show_shape

Axis = int | None
EXTREMES = ("largest", "smallest")
_DEEPEST = 5


def spread(value: Node, shape: Shape, axis: Axis) -> Node:
    """What was taken along an axis, repeated along it: an array of the shape.  What is of all entries is a scalar."""
    if axis is None or not value.shape:
        return value
    if len(shape) > 2:
        return broadcast.spread(reshape(value, (*shape[:axis], 1, *shape[axis + 1 :])), shape)
    if axis == 1:
        return matmul(value, transpose(ones(shape[1:])))
    return matmul(ones(shape[:1]), transpose(value))


def count(shape: Shape, axis: Axis) -> Node:
    """How many entries each result is taken of, as a number."""
    return entries(shape) if axis is None else size(shape[axis])


def settled(node: Node, axis: Axis) -> tuple[Node, Axis, bool]:
    """`(array, axis, alone)`: a row as a column, an axis that is the only one as None; `alone`: each entry by itself.

    Raises ShapeError for an axis that the array lacks.
    """
    rank = len(node.shape)
    if axis is not None and axis not in range(max(rank, 1)):
        raise ShapeError(f"axis={axis} of {show_shape(node.shape)}")
    if is_row(node.shape):
        return (transpose(node), axis if axis == 0 else None, axis == 0)
    return node, None if rank < 2 else axis, not rank


def _result(shape: Shape, axis: Axis) -> Shape:
    if axis is None:
        return ()
    return tuple(dim for place, dim in enumerate(shape) if place != axis)


def _is_empty(shape: Shape, axis: Axis) -> bool:
    """Whether nothing stands along what is reduced, in every size."""
    return 0 in (shape if axis is None else shape[axis : axis + 1])


def extreme(op: str, node: Node, axis: Axis = None) -> Node:
    """`largest` or `smallest`: the largest or the least entry.  Raises ShapeError where there is none."""
    node, axis, alone = settled(node, axis)
    if alone:
        return node
    shape = _result(node.shape, axis)
    if _is_empty(node.shape, axis):
        raise ShapeError(f"{'max' if op == EXTREMES[0] else 'min'} of no entries has no value")
    if is_zero(node) or node.op == "ones":
        return zeros(shape) if is_zero(node) else ones(shape)
    number, rest = split_number(node)
    if number != 1:
        if number < 0:
            op = EXTREMES[1 - EXTREMES.index(op)]
        return mul(num(number), extreme(op, rest, axis))
    if node.op == "add":
        scalars = [term for term in node.args if not term.shape]
        arrays = [term for term in node.args if term.shape]
        if scalars:
            return add(*scalars, extreme(op, add(*arrays), axis))
    if node.op == "T" and len(node.shape) == 2:
        return extreme(op, node.args[0], None if axis is None else 1 - axis)
    return make(op, (node,), data=axis, shape=shape)


def product(node: Node, axis: Axis = None) -> Node:
    """The product of the entries: of none it is 1."""
    node, axis, alone = settled(node, axis)
    if alone:
        return node
    shape = _result(node.shape, axis)
    if _is_empty(node.shape, axis):
        return ones(shape) if shape else ONE
    if is_zero(node) or node.op == "ones":
        return zeros(shape) if is_zero(node) else ones(shape)
    scalars, rest = split_scalars(node)
    if scalars:
        return mul(power(mul(*scalars), count(node.shape, axis)), product(rest, axis))
    if node.op == "elem" and node.data == ("exp", 0):
        summed = total(node.args[0]) if axis is None else sum_axis(node.args[0], axis)
        return elementwise("exp", 0, summed)
    if node.op == "T" and len(node.shape) == 2:
        return product(node.args[0], None if axis is None else 1 - axis)
    return make("prod", (node,), data=axis, shape=shape)


def variance(op: str, node: Node, axis: Axis = None, ddof: int = 0) -> Node:
    """`variance` or its root `std`: the summed squares of distances from the mean over their number less `ddof`."""
    node, axis, alone = settled(node, axis)
    if alone:
        return mul(zeros(node.shape), power(num(1 - ddof), MINUS_ONE))
    shape = _result(node.shape, axis)
    if is_zero(node) or node.op == "ones":
        return zeros(shape)
    number, rest = split_number(node)
    if number != 1:
        factor = abs(number) if op == "std" else number**2
        return mul(num(factor), variance(op, rest, axis, ddof))
    if node.op == "add":
        arrays = [term for term in node.args if term.shape]
        if len(arrays) < len(node.args):
            return variance(op, add(*arrays), axis, ddof)
    if node.op == "T" and len(node.shape) == 2:
        return variance(op, node.args[0], None if axis is None else 1 - axis, ddof)
    return make(op, (node,), data=(axis, ddof), shape=shape)


def variance_written_out(op: str, node: Node, axis: Axis, ddof: int) -> Node:
    """The variance in sums: `sum((A - mean(A))**2) / (n - ddof)`."""
    distance = sub(node, spread(mean(node, axis), node.shape, axis))
    squares = power(distance, num(2))
    summed = total(squares) if axis is None else sum_axis(squares, axis)
    value = mul(power(add(count(node.shape, axis), num(-ddof)), MINUS_ONE), summed)
    return sqrt(value) if op == "std" else value


@constructs("cmp")
def compared(op: str, a: Node, b: Node) -> Node:
    """`a < b` or `a <= b`."""
    found = attaining(op, a, b)
    return make("cmp", (a, b), data=op, shape=joint_shape([a.shape, b.shape])) if found is None else found


def attaining(op: str, a: Node, b: Node) -> Node | None:
    """`a < b` or `a <= b` where one side is the largest or least entry of the other; else None.

    Such sides are equal at one entry always, and not by chance: `A >= max(A)` says which entry attains the maximum.
    """
    candidates = [*_extremes(a), *_extremes(b)]
    if not candidates:
        return None
    gap = sub(a, b)
    for term in gap.args if gap.op == "add" else ():
        number, rest = split_number(term)
        for extreme_node in candidates:
            array = extreme_node.args[0]
            axis = extreme_node.data if isinstance(extreme_node.data, int) else None
            if spread(extreme_node, array.shape, axis) is not rest:
                continue
            if not is_zero(add(gap, mul(num(-number), rest), mul(num(number), array))):
                continue
            found = make("attains", (array, rest), data=extreme_node.op, shape=array.shape)
            if (number > 0) == (extreme_node.op == "largest"):  # a - b is never negative
                return found if op == "<=" else zeros(array.shape)
            return ones(array.shape) if op == "<=" else sub(ones(array.shape), found)
    return None


def _extremes(node: Node) -> list[Node]:
    """The largest and least entries that stand near the outside of an expression."""
    found: list[Node] = []
    level = [node]
    for _ in range(_DEEPEST):
        found += [part for part in level if part.op in EXTREMES]
        level = [arg for part in level if part.op not in EXTREMES for arg in part.args]
    return found
