"""Factorisations: `P, L, U = lu(X)` and its kin, one node for each component.

A component is a function of the matrix alone, so two components of one matrix are siblings: a rule for one may
speak of the others, and whoever prints them finds the names that the program gave them.
"""

from __future__ import annotations

from gradcli.expr.node import Node, make
from gradcli.expr.shapes import Dim, Shape, normal_shape
from gradcli.record import dataclass


@dataclass(frozen=True, slots=True)
class Kind:
    """`components` in the order in which they are written, each with its attributes; `equation` is what they satisfy.

    A `square` kind takes a square matrix, the others an m x n one with m >= n.
    """

    components: dict[str, tuple[str, ...]]
    equation: str
    square: bool


KINDS: dict[str, Kind] = {
    "lu": Kind(
        {"P": ("orthogonal", "permutation"), "L": ("lower", "unit"), "U": ("upper",)}, "P @ X == L @ U", square=True
    ),
    "doolittle": Kind({"L": ("lower", "unit"), "U": ("upper",)}, "X == L @ U", square=True),
    "chol": Kind({"L": ("lower",)}, "X == L @ L.T", square=True),
    "qr": Kind({"Q": ("orthogonal",), "R": ("upper",)}, "X == Q @ R", square=False),
    "eigh": Kind({"w": (), "V": ("orthogonal",)}, "X == V @ diag(w) @ V.T", square=True),
    "svd": Kind(
        {"U": ("orthogonal",), "s": ("nonnegative",), "V": ("orthogonal",)}, "X == U @ diag(s) @ V.T", square=False
    ),
}


def inner_dim(rows: Dim, columns: Dim) -> Dim:
    """How many columns the factors share: min(m, n) where both are numbers, else n (m >= n is assumed)."""
    return min(rows, columns) if isinstance(rows, int) and isinstance(columns, int) else columns


def dims_of(kind: str, part: str, rows: Dim, columns: Dim) -> tuple[Dim, ...]:
    """The dimensions of a component of an m x n matrix."""
    inner = inner_dim(rows, columns)
    if part in ("w", "s"):
        return (inner,)
    if part in ("Q", "U") and kind != "lu":
        return (rows, inner)
    if part == "V":
        return (columns, inner)
    return (inner, columns) if part == "R" else (rows, columns)


def component(kind: str, part: str, matrix: Node) -> Node:
    """One component of a factorisation of a matrix."""
    rows, columns = (*matrix.shape, 1, 1)[:2]
    shape: Shape = normal_shape(dims_of(kind, part, rows, columns))
    return make("factor", (matrix,), data=(kind, part), shape=shape)


def parts_of(node: Node) -> tuple[str, str]:
    """`(kind, component)` of a `factor` node."""
    assert node.op == "factor" and isinstance(node.data, tuple)
    kind, part = node.data
    return str(kind), str(part)


def siblings(node: Node) -> dict[str, Node]:
    """All components of the factorisation that a `factor` node is one of, itself among them."""
    kind, _ = parts_of(node)
    return {part: component(kind, part, node.args[0]) for part in KINDS[kind].components}
