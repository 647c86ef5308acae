"""Cross products of vectors in three dimensions, and the skew-symmetric matrix that makes one."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.expr.arith import add, is_zero, mul, neg, sub, zeros
from gradcli.expr.linear import matmul, split_scalars, transpose
from gradcli.expr.node import ZERO, Node, make, num
from gradcli.expr.reduce import entry, stack
from gradcli.expr.shapes import ShapeError, is_row, show_shape

_AFTER = ((2, 3), (3, 1), (1, 2))  # for each axis the two that follow it


def _vector(node: Node, what: str) -> Node:
    column = transpose(node) if is_row(node.shape) else node
    if column.shape != (3,):
        raise ShapeError(f"{what} of {show_shape(node.shape)}: it takes vectors of 3 entries")
    return column


def cross(a: Node, b: Node) -> Node:
    """The cross product of two vectors of 3 entries."""
    a, b = _vector(a, "cross"), _vector(b, "cross")
    (front, left), (back, right) = split_scalars(a), split_scalars(b)
    if is_zero(a) or is_zero(b) or left is right:
        return zeros((3,))
    made = make("cross", (left, right), shape=(3,))
    return mul(*front, *back, made)


def skew(v: Node) -> Node:
    """The skew-symmetric matrix S with `S @ w == cross(v, w)`."""
    v = _vector(v, "skew")
    if is_zero(v):
        return zeros((3, 3))
    scalars, rest = split_scalars(v)
    return mul(*scalars, make("skew", (rest,), shape=(3, 3)))


def unskewed(matrix: Node, by_entries: Callable[[Node], Node]) -> Node:
    """The gradient of v from that of `skew(v)`; of an outer product `u @ w.T` it is `cross(w, u)`."""
    if matrix.op == "add":
        return add(*(unskewed(term, by_entries) for term in matrix.args))
    scalars, rest = split_scalars(matrix)
    if rest.op == "matmul" and is_row(rest.args[-1].shape):
        return mul(*scalars, cross(transpose(rest.args[-1]), matmul(*rest.args[:-1])))
    if rest.op == "skew":
        return mul(*scalars, num(2), rest.args[0])
    return mul(*scalars, by_entries(rest))


def written_out(node: Node) -> Node:
    """A cross product or a skew matrix entry by entry."""
    if node.op == "skew":
        x, y, z = (entry(node.args[0], (k,)) for k in (1, 2, 3))
        return stack((ZERO, neg(z), y, z, ZERO, neg(x), neg(y), x, ZERO), (3, 3))
    a, b = node.args
    terms = (sub(mul(entry(a, (j,)), entry(b, (k,))), mul(entry(a, (k,)), entry(b, (j,)))) for j, k in _AFTER)
    return stack(tuple(terms), (3,))
