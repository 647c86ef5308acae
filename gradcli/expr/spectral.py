"""Pseudoinverse, matrix exponential, spectral and nuclear norm, kept simple as they are built."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.expr.arith import add, is_zero, mul, ones, power, split_number, zeros
from gradcli.expr.building import constructs, finished
from gradcli.expr.linear import eye, inv, is_orthogonal, matmul, split_scalars, transpose
from gradcli.expr.node import MINUS_ONE, Node, make, num
from gradcli.expr.reduce import elementwise, kron, norm, stack
from gradcli.expr.shapes import ShapeError, is_list, show_shape, transposed


@constructs("pinv")
def pinv(node: Node) -> Node:
    """The pseudoinverse (Moore-Penrose): of an invertible matrix the inverse, of a vector `x.T / (x.T @ x)`."""
    if not node.shape:
        return power(node, MINUS_ONE)
    if is_list(node.shape):
        turned = transpose(node)
        square = matmul(turned, node) if len(node.shape) == 1 else matmul(node, turned)
        return mul(power(square, MINUS_ONE), turned)
    if node.op in ("eye", "diag"):
        return inv(node)
    if is_orthogonal(node):
        return transpose(node)
    return finished("pinv", (node,), shape=transposed(node.shape))


@constructs("expm")
def expm(node: Node) -> Node:
    """The exponential of a square matrix.

    Raises ShapeError where the matrix is not square.
    """
    if not node.shape:
        return elementwise("exp", 0, node)
    _square(node, "expm")
    if is_zero(node):
        return eye(node.shape[0])
    if node.op == "eye":
        return mul(elementwise("exp", 0, ones(())), node)
    return finished("expm", (node,), shape=node.shape)


def expm_frechet(node: Node, direction: Node) -> Node:
    """The derivative of expm at a matrix in a direction E: of expm(A + t*E) by t at 0; linear in E."""
    if not node.shape:
        return mul(elementwise("exp", 0, node), direction)
    _square(node, "expm_frechet")
    if node.shape != direction.shape:
        raise ShapeError(f"{show_shape(node.shape)} and {show_shape(direction.shape)}")
    if is_zero(direction):
        return zeros(node.shape)
    if is_zero(node):
        return direction
    scalars, rest = split_scalars(direction)
    if rest.op == "eye":
        return mul(*scalars, expm(node))
    if rest is split_scalars(node)[1]:
        return matmul(direction, expm(node))
    return make("expm_frechet", (node, direction), shape=node.shape)


def frechet_matrix(node: Node, function: Callable[[Node], Node] | None = None) -> Node:
    """K with `vec(expm_frechet(A, E)) == K @ vec(E)`: the upper right block of expm([[I ⊗ A, I], [0, A.T ⊗ I]]).

    `function` is another matrix function than expm (Higham, "Functions of Matrices", 2008, theorem 3.6).

    Source: C. Van Loan, "Computing integrals involving the matrix exponential", 1978: the derivative in the direction E
    is the integral of expm(s A) E expm((1 - s) A) over s from 0 to 1.
    """
    unit = eye(node.shape[0])
    left, right = kron(unit, node), kron(transpose(node), unit)
    both = eye(left.shape[0])
    blocks = add(kron(_cell(1, 1), left), kron(_cell(2, 2), right), kron(_cell(1, 2), both))
    top, right_end = stack((num(1), num(0)), (1, 2)), stack((num(0), num(1)), (2,))
    return matmul(kron(top, both), (function or expm)(blocks), kron(right_end, both))


def _cell(row: int, column: int) -> Node:
    """The 2 x 2 matrix that is 1 at one place."""
    return stack(tuple(num(int((i, j) == (row, column))) for i in (1, 2) for j in (1, 2)), (2, 2))


def spectral_norm(op: str, node: Node) -> Node:
    """`norm2`, the largest singular value, or `norm_nuc`, the sum of them; of a vector both are its 2-norm."""
    if len(node.shape) != 2 or is_list(node.shape) or is_zero(node):
        return norm("norm", node)
    value, rest = split_number(node.args[0] if node.op == "T" else node)
    return mul(num(abs(value)), make(op, (rest,)))


def _square(node: Node, what: str) -> None:
    if len(node.shape) != 2 or node.shape[0] != node.shape[1]:
        raise ShapeError(f"{what} needs a square matrix, not {show_shape(node.shape)}")
