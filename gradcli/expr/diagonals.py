"""Diagonals and traces."""

from __future__ import annotations

from gradcli.expr.arith import eye, mul, ones, power, size, zeros
from gradcli.expr.building import construct, constructs, finished, split_scalars
from gradcli.expr.inverses import square
from gradcli.expr.node import MINUS_ONE, Node, make
from gradcli.expr.shapes import is_row, least_dim
from gradcli.expr.transposes import transpose
from gradcli.expr.triangular import is_lower, is_upper


@constructs("diag")
def diag(node: Node) -> Node:
    """A vector as a diagonal matrix; a matrix's main diagonal as a vector."""
    if not node.shape:
        return node
    if len(node.shape) == 2 and not is_row(node.shape):
        return diagonal(node)
    vector = transpose(node) if is_row(node.shape) else node
    scalars, rest = split_scalars(vector)
    if rest.op == "ones":
        return mul(*scalars, eye(rest.shape[0]))
    if rest.op == "zeros":
        return zeros((rest.shape[0], rest.shape[0]))
    return mul(*scalars, make("diag", (rest,), shape=(rest.shape[0], rest.shape[0])))


@constructs("diagonal")
def diagonal(node: Node) -> Node:
    """The main diagonal of a matrix, a vector."""
    m, n = node.shape
    dim = least_dim(m, n)
    if node.op in ("eye", "ones"):
        return ones((dim,))
    if node.op == "zeros":
        return zeros((dim,))
    if node.op == "matmul" and m == n:
        for place, factor in enumerate(node.args):
            if place and is_row(factor.shape):  # diag(A @ x @ y.T @ B) is (A @ x) * (B.T @ y)
                column, row = (construct("matmul", *half) for half in (node.args[:place], node.args[place:]))
                return mul(column, transpose(row))
            if 0 < place < len(node.args) - 1 and factor.op == "ones":
                column = construct("matmul", *node.args[:place], ones(factor.shape[:1]))
                row = construct("matmul", transpose(ones(factor.shape[1:])), *node.args[place + 1 :])
                return mul(column, transpose(row))
    if m == n:
        found = _of_triangles(node)
        if found is not None:
            return found
    return finished("diagonal", (node,), shape=(dim,))


def _of_triangles(node: Node) -> Node | None:
    """The diagonal of a product or inverse of triangular matrices, and of a product with a diagonal one; else None."""
    op, args = node.op, node.args
    if op in ("tril", "triu") and isinstance(node.data, int):
        return diagonal(args[0]) if (node.data >= 0) == (op == "tril") or node.data == 0 else zeros(node.shape[:1])
    if op == "inv" and (is_lower(args[0]) or is_upper(args[0])):
        return power(diagonal(args[0]), MINUS_ONE)
    if op != "matmul":
        return None
    if args[0].op == "diag":
        return mul(args[0].args[0], diagonal(construct("matmul", *args[1:])))
    if args[-1].op == "diag":
        return mul(diagonal(construct("matmul", *args[:-1])), args[-1].args[0])
    if all(map(is_lower, args)) or all(map(is_upper, args)):
        return mul(*map(diagonal, args))
    return None


@constructs("tr")
def trace(node: Node) -> Node:
    """Sum of the main diagonal of a square matrix.

    Raises ShapeError where the matrix is not square.
    """
    if not node.shape:
        return node
    square(node, "tr")
    if node.op == "eye":
        return size(node.shape[0])
    if node.op == "zeros":
        return zeros(())
    if node.op == "matmul":
        for place, factor in enumerate(node.args):
            if place and is_row(factor.shape):  # tr(A @ x @ y.T @ B) is the number y.T @ B @ A @ x
                return construct("matmul", *node.args[place:], *node.args[:place])
    return finished("tr", (node,))
