"""Matrices that are linear in one vector v, as sums of three forms whose dependence on v can be read off.

| form | value |
| --- | --- |
| Scaled(P, r) | the scalar `r @ v` times the matrix P |
| Spread(L, M, R) | `L @ diag(M @ v) @ R` |
| Outer(M, y, flip) | `(M @ v) @ y.T`, or its transpose where `flip` |

Every function takes such terms and gives terms, or the matrix M of a vector `M @ v` (a vector, row or column,
counts as the list of its entries; a scalar has one).
"""

from __future__ import annotations

from collections.abc import Callable

from gradcli.expr.arith import add, mul, ones
from gradcli.expr.linear import diag, diagonal, eye, matmul, transpose
from gradcli.expr.node import Node
from gradcli.expr.reduce import kron, sum_axis, total, triangle
from gradcli.expr.shapes import cols, is_row, rows
from gradcli.record import dataclass


@dataclass(frozen=True, slots=True)
class Scaled:
    """`(row @ v) * matrix`."""

    matrix: Node
    row: Node


@dataclass(frozen=True, slots=True)
class Spread:
    """`left @ diag(map @ v) @ right`."""

    left: Node
    map: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Outer:
    """`(map @ v) @ other.T`, or `other @ (map @ v).T` where `flip`."""

    map: Node
    other: Node
    flip: bool


Term = Scaled | Spread | Outer


def column(node: Node) -> Node:
    """A vector, row or column, as a column."""
    return transpose(node) if is_row(node.shape) else node


@dataclass(frozen=True, slots=True)
class Path:
    """`factor @ rest`, or `diag(factor) @ rest` where `rows`: a product not yet built.

    Chains of thousands of factors are collected this way and built once, by `settle`.
    """

    factor: Node
    rows: bool
    rest: Path | Node


def settle(path: Path | Node) -> Node:
    """The matrix that a path stands for."""
    steps: list[Path] = []
    while isinstance(path, Path):
        steps.append(path)
        path = path.rest
    done: Node = path
    waiting: list[Node] = []
    scalars: list[Node] = []
    while steps:
        step = steps.pop()
        if not step.rows:
            waiting.append(step.factor)
        elif not step.factor.shape:
            scalars.append(step.factor)
        elif len(done.shape) == 2 and waiting:
            waiting.append(diag(step.factor))
        else:
            done = scale_rows(step.factor, matmul(*reversed(waiting), done))
            waiting = []
    return mul(*scalars, matmul(*reversed(waiting), done))


def scale_rows(weights: Node, matrix: Node) -> Node:
    """`diag(weights) @ matrix`, multiplied out where a term of the sum is an identity or a broadcast row."""
    if not weights.shape:
        return mul(weights, matrix)
    if weights.op == "ones":
        return matrix
    if matrix.op == "add" and any(_plain(term) for term in matrix.args):
        whole = ones(matrix.shape)
        return add(*(matmul(diag(weights), term if term.shape else mul(term, whole)) for term in matrix.args))
    return matmul(diag(weights), matrix)


def _plain(term: Node) -> bool:
    body = term.args[-1] if term.op == "mul" else term
    return body.op in ("eye", "ones") or (body.op == "matmul" and body.args[0].op == "ones")


def transposed(term: Term) -> Term:
    """The transpose."""
    match term:
        case Scaled(matrix, row):
            return Scaled(transpose(matrix), row)
        case Spread(left, linear, right):
            return Spread(transpose(right), linear, transpose(left))
        case Outer(linear, other, flip):
            return Outer(linear, other, not flip)


def left_product(factor: Node, term: Term) -> Term:
    """`factor @ term` for a matrix factor."""
    match term:
        case Scaled(matrix, row):
            return Scaled(matmul(factor, matrix), row)
        case Spread(left, linear, right):
            return Spread(matmul(factor, left), linear, right)
        case Outer(linear, other, False):
            return Outer(matmul(factor, linear), other, False)
        case Outer(linear, other, True):
            return Outer(linear, matmul(factor, other), True)
    raise AssertionError(term)


def times_column(term: Term, vector: Node) -> Node:
    """The M of `term @ vector`, `M @ v`."""
    match term:
        case Scaled(matrix, row):
            return matmul(column(matmul(matrix, vector)), row)
        case Spread(left, linear, right):
            return matmul(left, scale_rows(matmul(right, vector), linear))
        case Outer(linear, other, False):
            return mul(matmul(transpose(other), vector), linear)
        case Outer(linear, other, True):
            return matmul(other, transpose(vector), linear)
    raise AssertionError(term)


def scaled(factor: Node, term: Term) -> Term:
    """A scalar times a term."""
    match term:
        case Scaled(matrix, row):
            return Scaled(mul(factor, matrix), row)
        case Spread(left, linear, right):
            return Spread(left, mul(factor, linear), right)
        case Outer(linear, other, flip):
            return Outer(mul(factor, linear), other, flip)


def hadamard(matrix: Node, term: Term) -> Term | None:
    """The elementwise product with a matrix; None where it has none of the forms."""
    match term:
        case Scaled(body, row):
            return Scaled(mul(matrix, body), row)
        case Spread(left, linear, right) if left.op == "eye" and right.op == "eye":
            return Spread(left, scale_rows(diagonal(matrix), linear), right)
        case Spread(left, linear, right) if left.op == "eye":
            return Spread(left, linear, mul(matrix, right))
        case Spread(left, linear, right) if right.op == "eye":
            return Spread(mul(matrix, left), linear, right)
        case Outer(linear, other, False):
            return Spread(eye(rows(matrix.shape)), linear, matmul(matrix, diag(other)))
        case Outer(linear, other, True):
            return Spread(matmul(diag(other), matrix), linear, eye(cols(matrix.shape)))
    return None


def main_diagonal(term: Term) -> Node | None:
    """The M of the main diagonal of a square term."""
    match term:
        case Scaled(matrix, row):
            return matmul(diagonal(matrix), row)
        case Spread(left, linear, right):
            if left.op == "eye" or right.op == "eye":
                return scale_rows(diagonal(right if left.op == "eye" else left), linear)
            return matmul(mul(left, transpose(right)), linear)
        case Outer(linear, other, _):
            return scale_rows(other, linear)


def trace(term: Term) -> Node:
    """The M, a row, of the trace of a square term."""
    match term:
        case Scaled(matrix, row):
            from gradcli.expr.linear import trace as trace_of

            return mul(trace_of(matrix), row)
        case Spread(left, linear, right):
            return matmul(transpose(diagonal(matmul(right, left))), linear)
        case Outer(linear, other, _):
            return matmul(transpose(other), linear)


def entries_sum(term: Term) -> Node:
    """The M, a row, of the sum of all entries."""
    match term:
        case Scaled(matrix, row):
            return mul(total(matrix), row)
        case Spread(left, linear, right):
            weights = mul(sum_axis(left, 0), sum_axis(right, 1))
            return matmul(transpose(weights), linear)
        case Outer(linear, other, _):
            summed = matmul(transpose(ones((rows(linear.shape),))), linear)
            return mul(total(other), summed)


def axis_sum(term: Term, axis: int) -> Node:
    """The M of NumPy's sum over an axis."""
    straight = term if axis == 1 else transposed(term)
    match straight:
        case Scaled(matrix, row):
            return matmul(sum_axis(matrix, 1), row)
        case Spread(left, linear, right):
            return matmul(left, scale_rows(sum_axis(right, 1), linear))
        case Outer(linear, other, False):
            return mul(total(other), linear)
        case Outer(linear, other, True):
            return matmul(other, transpose(ones((rows(linear.shape),))), linear)
    raise AssertionError(term)


def triangle_of(op: str, k: int, term: Term) -> Term | None:
    """`tril` or `triu`; None where it has none of the forms."""
    cut: Callable[[Node], Node] = lambda node: triangle(op, node, k)  # noqa: E731
    match term:
        case Scaled(matrix, row):
            return Scaled(cut(matrix), row)
        case Spread(left, linear, right) if left.op == "eye":
            return Spread(left, linear, cut(right))
        case Spread(left, linear, right) if right.op == "eye":
            return Spread(cut(left), linear, right)
        case Outer(linear, other, flip):
            row = transpose(ones((rows(linear.shape),)) if flip else other)
            shaped = matmul(other if flip else ones((rows(linear.shape),)), row)
            identity = eye(rows(linear.shape))
            return Spread(cut(shaped), linear, identity) if flip else Spread(identity, linear, cut(shaped))
    return None


def stacked_columns(term: Term) -> Node | None:
    """The M of vec(term); None where it has no matrix form."""
    from gradcli.expr.reduce import vec

    match term:
        case Scaled(matrix, row):
            return matmul(vec(matrix), row)
        case Outer(linear, other, False):
            return kron(other, linear)
        case Outer(linear, other, True):
            return kron(linear, other)
    return None
