"""Roots, logarithms and powers of square matrices, and Sylvester equations, kept simple as they are built."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from fractions import Fraction

from gradcli.expr.arith import add, is_zero, mul, neg, power, zeros
from gradcli.expr.building import construct, constructs, finished
from gradcli.expr.factor import component
from gradcli.expr.linear import diag, eye, inv, is_symmetric, matmul, matpower, split_scalars, transpose
from gradcli.expr.node import MINUS_ONE, Node, make, num, value_of
from gradcli.expr.reduce import elementwise, kron
from gradcli.expr.shapes import ShapeError, cols, rows, show_shape
from gradcli.expr.walk import postorder

_HALF = num(Fraction(1, 2))
_OF_MATRICES: dict[Hashable, str] = {("exp", 0): "expm", ("log", 0): "logm"}


def _square(node: Node, what: str) -> None:
    if len(node.shape) != 2 or node.shape[0] != node.shape[1]:
        raise ShapeError(f"{what} needs a square matrix, not {show_shape(node.shape)}")


@constructs("sqrtm")
def sqrtm(node: Node) -> Node:
    """The principal square root of a square matrix, whose eigenvalues have positive real parts."""
    if not node.shape:
        return elementwise("sqrt", 0, node)
    _square(node, "sqrtm")
    if node.op in ("eye", "zeros"):
        return node
    return finished("sqrtm", (node,), shape=node.shape)


@constructs("logm")
def logm(node: Node) -> Node:
    """The principal logarithm of a square matrix without eigenvalues <= 0."""
    if not node.shape:
        return elementwise("log", 0, node)
    _square(node, "logm")
    if node.op == "eye":
        return zeros(node.shape)
    return finished("logm", (node,), shape=node.shape)


def logm_frechet(node: Node, direction: Node) -> Node:
    """The derivative of logm at a matrix in a direction E: of logm(A + t*E) by t at 0; linear in E."""
    if not node.shape:
        return mul(power(node, MINUS_ONE), direction)
    _square(node, "logm_frechet")
    if node.shape != direction.shape:
        raise ShapeError(f"{show_shape(node.shape)} and {show_shape(direction.shape)}")
    if is_zero(direction) or node.op == "eye":
        return direction
    scalars, rest = split_scalars(direction)
    if rest.op == "eye":
        return mul(*scalars, inv(node))
    if rest is node:
        return mul(*scalars, eye(node.shape[0]))
    if rest.op == "mpow" and rest.args[0] is node:
        return mul(*scalars, inv(node), rest)
    return mul(*scalars, make("logm_frechet", (node, rest), shape=node.shape))


@constructs("function of eigenvalues")
def of_eigenvalues(vectors: Node, values: Node, turned: Node) -> Node | None:
    """`V @ diag(f(w)) @ V.T` of `w, V = eigh(X)` as f(X): `inv(X)` for `1 / w`; None where f has no name as that."""
    if vectors.data != ("eigh", "V") or turned.op != "T" or turned.args[0] is not vectors:
        return None
    given = vectors.args[0]
    matrix = given if is_symmetric(given) else mul(_HALF, add(given, transpose(given)))
    eigenvalues = component("eigh", "w", given)
    found: dict[Node, Node | None] = {}
    for node in postorder(values.args[0]):
        found[node] = matrix if node is eigenvalues else _at_matrix(node, found)
    return found[values.args[0]]


def _at_matrix(weights: Node, found: Mapping[Node, Node | None]) -> Node | None:
    """The matrix that has these eigenvalues, a function of others whose matrices are `found`; None where unknown."""
    if weights.op == "ones" and len(weights.shape) == 1:
        return eye(weights.shape[0])
    if not weights.args or len(weights.shape) != 1:
        return None
    inner = [found[arg] for arg in weights.args if arg.shape]
    matrices = [matrix for matrix in inner if matrix is not None]
    if not matrices or len(matrices) != len(inner):
        return None
    scalars = [arg for arg in weights.args if not arg.shape]
    if weights.op == "add":
        return add(*matrices, *(mul(scalar, eye(matrices[0].shape[0])) for scalar in scalars))
    if weights.op == "mul":
        return mul(*scalars, matmul(*matrices))
    if weights.op == "pow" and (exponent := value_of(weights.args[1])) is not None:
        if exponent.denominator == 1:
            return matpower(matrices[0], int(exponent))
        if abs(exponent) == Fraction(1, 2):
            return sqrtm(matrices[0]) if exponent > 0 else inv(sqrtm(matrices[0]))
    if weights.op == "elem" and weights.data in _OF_MATRICES:
        return construct(_OF_MATRICES[weights.data], matrices[0])
    return None


def sylvester(a: Node, b: Node, c: Node) -> Node:
    """X with `A @ X + X @ B == C`: A is m x m, B n x n and C m x n.

    Raises ShapeError where they do not fit.
    """
    if not a.shape and not b.shape and not c.shape:
        return mul(c, power(add(a, b), MINUS_ONE))
    if rows(a.shape) != cols(a.shape) or rows(b.shape) != cols(b.shape):
        raise ShapeError(f"sylvester needs square matrices, not {show_shape(a.shape)} and {show_shape(b.shape)}")
    if rows(c.shape) != rows(a.shape) or cols(c.shape) != rows(b.shape):
        shapes = ", ".join(show_shape(node.shape) for node in (a, b, c))
        raise ShapeError(f"sylvester(A, B, C) of {shapes}")
    if is_zero(c):
        return c
    if a.op == b.op == "eye":
        return mul(_HALF, c)
    scalars, rest = split_scalars(c)
    if a is b and rest.op == "eye":
        return mul(*scalars, _HALF, inv(a))
    return mul(*scalars, make("sylvester", (a, b, rest), shape=c.shape))


def sylvester_matrix(a: Node, b: Node) -> Node:
    """K with `vec(sylvester(A, B, C)) == K @ vec(C)`."""
    return inv(add(kron(eye(rows(b.shape)), a), kron(transpose(b), eye(rows(a.shape)))))


@constructs("matrix_power")
def power_of_matrix(base: Node, exponent: Node) -> Node:
    """`A ^ k` for a whole number k that has a name: `k`, `k - 1`, `2 * k`."""
    if not base.shape:
        return power(base, exponent)
    _square(base, "a matrix power")
    value = value_of(exponent)
    if value is not None and value.denominator == 1:
        return matpower(base, int(value))
    if base.op == "eye":
        return base
    if base.op == "diag":
        return diag(power(base.args[0], exponent))
    if base.op == "matrix_power":
        return power_of_matrix(base.args[0], mul(base.args[1], exponent))
    if base.op == "mpow" and isinstance(base.data, int):
        return power_of_matrix(base.args[0], mul(num(base.data), exponent))
    if base.op == "inv":
        return power_of_matrix(base.args[0], neg(exponent))
    return make("matrix_power", (base, exponent), shape=base.shape)
