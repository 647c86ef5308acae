"""Proofs by what a factorisation says of its matrix: `V @ diag(w) @ V.T` is A, where `w, V = eigh(A)`.

At every point at which a claim that holds such factors has a value, the matrix is what they multiply to.  So it may
stand for the matrix in both sides, wherever that is not the argument of the factorisation itself; what the factors are
besides (orthogonal, triangular) the normal form knows.  An eigenvalue decomposition and a Cholesky factor read one
triangle: of a matrix that is not known to be symmetric they say nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.expr.diagonals import diag
from gradcli.expr.factor import component
from gradcli.expr.linear import matmul
from gradcli.expr.node import Node, has_attribute, named, payload
from gradcli.expr.reduce import elementwise
from gradcli.expr.replace import replace
from gradcli.expr.transposes import transpose
from gradcli.expr.walk import postorder
from gradcli.ops.payload import Component
from gradcli.verdicts.algebra import MOST_NODES, proved
from gradcli.verdicts.book import Book
from gradcli.verdicts.definite import is_definite


def proved_by_factors(book: Book, left: Node, right: Node) -> bool:
    """Whether two expressions are equal by algebra, factorised matrices written as the product of their factors."""
    sides = book.expanded([left, right])
    if sides is None:
        return False
    nodes = postorder(sides)
    factors = [node for node in nodes if node.op == "factor"]
    if not factors or len(nodes) > MOST_NODES:
        return False
    for kind, matrix in dict.fromkeys((payload(node, Component).kind, node.args[0]) for node in factors):
        parts = _stand_ins(kind, matrix)
        product = _product(kind, matrix, parts)
        if product is not None:
            table = {**{node: node for node in factors}, **parts, matrix: product}
            if proved(book, *replace(sides, table)):
                return True
            positive = {
                node: elementwise("abs", 0, parts.get(node, node)) for node in nodes if _is_positive(node, kind, matrix)
            }
            if positive and proved(book, *replace(sides, {**table, **positive})):
                return True
    return False


def _is_positive(node: Node, kind: str, matrix: Node) -> bool:
    """Whether every entry is positive by what it is of a matrix: logarithms of it are those of its absolute value."""
    if kind == "chol":
        return node.op == "diagonal" and node.args[0] is component(kind, "L", matrix)
    return kind == "eigh" and is_definite(matrix) and node is component(kind, "w", matrix)


def _stand_ins(kind: str, matrix: Node) -> dict[Node, Node]:
    """Names for the factors whose product would be written as the matrix at once."""
    if kind != "eigh":
        return {}
    vectors, values = component(kind, "V", matrix), component(kind, "w", matrix)
    return {
        vectors: named("eigenvectors()", vectors.shape, ("orthogonal",)),
        values: named("eigenvalues()", values.shape, ()),
    }


def _product(kind: str, matrix: Node, parts: Mapping[Node, Node]) -> Node | None:
    """What a matrix is in terms of its factors, `parts` what stands for them; None where nothing is said."""

    if matrix.op != "var":
        return None

    def part(name: str) -> Node:
        factor = component(kind, name, matrix)
        return parts.get(factor, factor)

    match kind:
        case "eigh" if has_attribute(matrix, "symmetric"):
            return matmul(part("V"), diag(part("w")), transpose(part("V")))
        case "chol" if has_attribute(matrix, "symmetric"):
            return matmul(part("L"), transpose(part("L")))
        case "qr":
            return matmul(part("Q"), part("R"))
        case "lu":
            return matmul(transpose(part("P")), part("L"), part("U"))
        case "svd":
            return matmul(part("U"), diag(part("s")), transpose(part("V")))
    return None
