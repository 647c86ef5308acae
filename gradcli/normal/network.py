"""Contraction of vectors and matrices along named indices, written as a person would write it.

The operands are a graph: a label is a vertex, a matrix an edge between its two labels, a vector stands at its label.
Labels that are summed over are eliminated one after the other; what is left stands on the labels of the result.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradcli.expr.arith import mul, ones, size
from gradcli.expr.linear import diag, diagonal, matmul, trace, transpose
from gradcli.expr.node import Node
from gradcli.expr.reduce import sum_axis, total
from gradcli.expr.shapes import Dim, is_row

MOST_LABELS = 2_000


@dataclass(slots=True)
class Edge:
    """A matrix: rows by `row`, columns by `column`."""

    matrix: Node
    row: str
    column: str

    def ends(self) -> frozenset[str]:
        """The labels."""
        return frozenset((self.row, self.column))

    def other(self, label: str) -> str:
        """The label at the other end."""
        return self.column if self.row == label else self.row

    def toward(self, column: str) -> Node:
        """The matrix with the given label for its columns."""
        return self.matrix if self.column == column else transpose(self.matrix)

    def turns(self, column: str) -> int:
        """1 where `toward` transposes."""
        return int(self.column != column)


def _transposes(node: Node) -> int:
    return sum(factor.op == "T" for factor in node.args)


class Network:
    """Operands with labels; `free` are those of the result, at most two, none of dimension 1."""

    def __init__(
        self, operands: Sequence[tuple[Node, tuple[str, ...]]], free: tuple[str, ...], dims: Mapping[str, Dim]
    ) -> None:
        self.free = free
        self.dims = dims
        self.scalars: list[Node] = []
        self.vectors: dict[str, list[Node]] = {}
        self.edges: list[Edge] = []
        self.deltas: list[tuple[str, str]] = []
        self.labels: dict[str, None] = dict.fromkeys(free)
        self.tensors = False
        self.first: dict[Node, int] = {}
        operands = self._unified(list(operands))
        for place, (node, labels) in enumerate(operands):
            self.first.setdefault(node, place)
            for label in labels:
                if dims[label] != 1:
                    self.labels.setdefault(label)
            self._place(node, tuple(label for label in labels if dims[label] != 1))

    def _unified(self, operands: list[tuple[Node, tuple[str, ...]]]) -> list[tuple[Node, tuple[str, ...]]]:
        """Identities put their labels equal; one between two labels of the result stays."""
        equal: dict[str, str] = {}

        def root(label: str) -> str:
            while label in equal:
                label = equal[label]
            return label

        others = []
        for node, labels in operands:
            if node.op != "eye" or len(labels) != 2:
                others.append((node, labels))
                continue
            a, b = root(labels[0]), root(labels[1])
            if a == b:
                self.labels.setdefault(a)
            elif a in self.free and b in self.free:
                self.deltas.append((a, b))
            elif b in self.free:
                equal[a] = b
            else:
                equal[b] = a
                self.labels.setdefault(a)
        return [(node, tuple(root(label) for label in labels)) for node, labels in others]

    def _place(self, node: Node, labels: tuple[str, ...]) -> None:
        if node.op == "ones":
            return  # its labels are known, and that is all it says
        if len(labels) > 2:
            self.tensors = True
        elif not labels:
            self.scalars.append(node)
        elif len(labels) == 1:
            self.vectors.setdefault(labels[0], []).append(transpose(node) if is_row(node.shape) else node)
        elif labels[0] == labels[1]:
            if labels[0] not in self.free and self._alone(labels[0]):
                self.edges.append(Edge(node, *labels))
            else:
                self.vectors.setdefault(labels[0], []).append(diagonal(node))
        else:
            self.edges.append(Edge(node, *labels))

    def _alone(self, label: str) -> bool:
        return label not in self.vectors and not any(label in edge.ends() for edge in self.edges)

    def matrix(self) -> Node | None:
        """The contraction as a scalar, column or matrix; None where it has no form in matrix notation."""
        if self.tensors or len(self.labels) > MOST_LABELS:
            return None
        self._loops_to_vectors()
        while True:
            if all(label in self.free for label in self.labels):
                break
            while self._closed_pair():
                pass
            self._merge_parallel()
            label = min((label for label in self.labels if label not in self.free), key=self._degree, default=None)
            if label is None:
                break
            if not self._eliminate(label):
                return None
        return self._result()

    def _degree(self, label: str) -> int:
        return max(1, sum(label in edge.ends() for edge in self.edges))

    def _loops_to_vectors(self) -> None:
        """`A[i, i]`: a trace where i stands nowhere else, a diagonal where it does."""
        for edge in [edge for edge in self.edges if edge.row == edge.column]:
            label = edge.row
            self.edges.remove(edge)
            if self._alone(label):
                self.scalars.append(trace(edge.matrix))
                del self.labels[label]
            else:
                self.vectors.setdefault(label, []).append(diagonal(edge.matrix))

    def _closed_pair(self) -> bool:
        """`A[i, j] * B[j, i]`, both summed and nowhere else: a trace; `A[i, j] * B[i, j]` the sum of the product."""
        for edge in self.edges:
            ends = edge.ends()
            if any(label in self.free or label in self.vectors for label in ends):
                continue
            near = [other for other in self.edges if other.ends() & ends]
            if len(near) != 2 or near[0].ends() != ends or near[1].ends() != ends:
                continue
            first, second = near
            if first.row == second.row:
                self.scalars.append(total(mul(first.matrix, second.matrix)))
            else:
                self.scalars.append(trace(self._rotated(matmul(first.matrix, second.matrix))))
            self.edges = [other for other in self.edges if other is not first and other is not second]
            for label in ends:
                del self.labels[label]
            return True
        return False

    def _rotated(self, product: Node) -> Node:
        """The product under a trace, begun with the operand that was named first."""
        factors = product.args if product.op == "matmul" else (product,)
        start = min(range(len(factors)), key=lambda k: self.first.get(factors[k], len(self.first)))
        return matmul(*factors[start:], *factors[:start])

    def _merge_parallel(self) -> None:
        """Matrices between the same labels are multiplied entry by entry."""
        merged: dict[frozenset[str], Edge] = {}
        for edge in self.edges:
            known = merged.get(edge.ends())
            if known is None:
                merged[edge.ends()] = edge
            else:
                product = mul(known.matrix, edge.toward(known.column))
                merged[edge.ends()] = Edge(product, known.row, known.column)
        self.edges = list(merged.values())

    def _eliminate(self, label: str) -> bool:
        """Sum over a label; False where more than two matrices meet there."""
        here = [edge for edge in self.edges if label in edge.ends()]
        if len(here) > 2:
            return False
        vectors = self.vectors.pop(label, [])
        self.edges = [edge for edge in self.edges if label not in edge.ends()]
        del self.labels[label]
        if not here:
            self.scalars.append(self._inner(vectors, label))
        elif len(here) == 1:
            (edge,) = here
            other = edge.other(label)
            if not vectors and other not in self.free and self._alone(other):
                self.scalars.append(total(edge.matrix))
                del self.labels[other]
                return True
            if vectors:
                found = matmul(edge.toward(label), mul(*vectors))
            else:
                found = sum_axis(edge.matrix, 1 if edge.column == label else 0)
            self.vectors.setdefault(other, []).append(found)
        else:
            self._join(here[0], here[1], label, vectors)
        return True

    def _inner(self, vectors: list[Node], label: str) -> Node:
        if not vectors:
            return size(self.dims[label])
        if len(vectors) == 1:
            return total(vectors[0])
        first, last = mul(*vectors[:-1]), vectors[-1]
        return min(matmul(transpose(first), last), matmul(transpose(last), first), key=_transposes)

    def _join(self, first: Edge, second: Edge, label: str, vectors: list[Node]) -> None:
        left, right = first.other(label), second.other(label)
        scaling = [diag(mul(*vectors))] if vectors else []
        straight = first.turns(label) + second.turns(right)
        turned = second.turns(label) + first.turns(left)
        if straight <= turned:
            product = matmul(first.toward(label), *scaling, second.toward(right))
            self.edges.append(Edge(product, left, right))
        else:
            product = matmul(second.toward(label), *scaling, first.toward(left))
            self.edges.append(Edge(product, right, left))

    def _result(self) -> Node | None:
        self._merge_parallel()
        if not self.free:
            return mul(*self.scalars)
        at = [self.vectors.get(label, []) for label in self.free]
        if len(self.free) == 1:
            (label,) = self.free
            return mul(*self.scalars, *at[0], *([] if at[0] else [ones((self.dims[label],))]))
        row, column = self.free
        matrix = self.edges[0].toward(column) if self.edges else None
        if self.deltas:
            weights = [*at[0], *at[1], *([diagonal(matrix)] if matrix is not None else [])]
            return mul(*self.scalars, diag(mul(*weights) if weights else ones((self.dims[row],))))
        return mul(*self.scalars, self._scaled(matrix, at[0], at[1]))

    def _scaled(self, matrix: Node | None, rows: list[Node], columns: list[Node]) -> Node:
        row, column = self.free
        if matrix is None or (rows and columns):
            left = mul(*rows) if rows else ones((self.dims[row],))
            right = mul(*columns) if columns else ones((self.dims[column],))
            outer = matmul(left, transpose(right))
            return outer if matrix is None else mul(matrix, outer)
        if rows:
            return matmul(diag(mul(*rows)), matrix)
        return matmul(matrix, diag(mul(*columns))) if columns else matrix
