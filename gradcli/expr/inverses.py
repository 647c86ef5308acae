"""Inverses and powers of square matrices."""

from __future__ import annotations

from gradcli.expr.arith import eye, mul, power
from gradcli.expr.building import constructs, finished
from gradcli.expr.node import MINUS_ONE, Node, has_attribute, make, num
from gradcli.expr.shapes import ShapeError, cols, rows, show_shape
from gradcli.expr.transposes import transpose

_ORTHOGONAL_FACTORS = (("lu", "P"), ("qr", "Q"), ("eigh", "V"), ("svd", "U"), ("svd", "V"))


def is_orthogonal(node: Node) -> bool:
    """Whether a matrix or its transpose has orthonormal columns by what it is (False: not known)."""
    base = node.args[0] if node.op == "T" else node
    if base.op == "factor":
        return base.data in _ORTHOGONAL_FACTORS
    if base.op in ("flip", "roll"):
        return base.args[0].op == "eye"
    return has_attribute(base, "orthogonal") or has_attribute(base, "permutation")


def is_square(node: Node) -> bool:
    """Whether there are as many rows as columns."""
    return rows(node.shape) == cols(node.shape)


@constructs("inv")
def inv(node: Node) -> Node:
    """The inverse of a square matrix (a scalar: its reciprocal).

    Raises ShapeError where the matrix is not square.
    """
    if not node.shape:
        return power(node, MINUS_ONE)
    square(node, "inv")
    if node.op == "eye":
        return node
    if is_orthogonal(node):
        return transpose(node)
    if node.op == "matrix_power":
        return make(node.op, (node.args[0], mul(MINUS_ONE, node.args[1])), shape=node.shape)
    return finished("inv", (node,), shape=node.shape)


@constructs("mpow")
def matpower(node: Node, k: int) -> Node:
    """`A ^ k` for an integer k; negative: of the inverse.

    Raises ShapeError where the matrix is not square.
    """
    if not node.shape:
        return power(node, num(k))
    square(node, "a matrix power")
    if k < 0:
        return matpower(inv(node), -k)
    if k == 0:
        return eye(rows(node.shape))
    if k == 1 or node.op == "eye":
        return node
    if node.op == "mpow" and isinstance(node.data, int):
        return matpower(node.args[0], node.data * k)
    if node.op == "sqrtm" and k % 2 == 0:
        return matpower(node.args[0], k // 2)
    if node.op == "matrix_power":
        return make("matrix_power", (node.args[0], mul(num(k), node.args[1])), shape=node.shape)
    return finished("mpow", (node,), k, node.shape)


def square(node: Node, what: str) -> None:
    """Raise ShapeError for what is no square matrix."""
    if len(node.shape) != 2 or node.shape[0] != node.shape[1]:
        raise ShapeError(f"{what} needs a square matrix, not {show_shape(node.shape)}")
