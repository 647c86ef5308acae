"""Symmetric sums of outer products as pairs."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.expr.arith import add
from gradcli.expr.linear import matmul, transpose
from gradcli.expr.node import Node
from gradcli.record import dataclass
from gradcli.shorten.facts import Facts
from gradcli.shorten.split import Product, outer_product, taken_apart, together

_MOST_TERMS = 8


@dataclass(frozen=True, slots=True)
class _Outer:
    """A term `part.number * part.scalars * column @ row.T`."""

    part: Product
    column: Node
    row: Node

    def mirrors(self, other: _Outer) -> bool:
        """Whether a term is the transpose of another."""
        alike = self.part.number == other.part.number and self.part.scalars == other.part.scalars
        return alike and self.column is other.row and self.row is other.column


def symmetric_pairs(node: Node, facts: Facts) -> Iterator[Node]:
    """`A @ x @ x.T + x @ x.T @ A - 2 * r * x @ x.T` as `u @ x.T + x @ u.T` with `u = A @ x - r * x`."""
    if node.op != "add" or len(node.shape) != 2 or len(node.args) > _MOST_TERMS:
        return
    terms = [_outer(term, facts) for term in node.args]
    vectors = {term.row for term in terms if term is not None}
    for vector in sorted(vectors, key=lambda each: each.serial):
        taken: list[int] = []
        column: list[Node] = []
        for place, term in enumerate(terms):
            if term is None or place in taken or term.row is not vector:
                continue
            if term.column is vector:
                taken.append(place)
                column.append(together(term.part.number / 2, term.part.scalars, vector))
                continue
            for at, other in enumerate(terms):
                if at not in taken and other is not None and other.mirrors(term):
                    taken += [place, at]
                    column.append(together(term.part.number, term.part.scalars, term.column))
                    break
        if len(taken) > 2:
            outer = add(*column)
            rest = [term for place, term in enumerate(node.args) if place not in taken]
            yield add(*rest, matmul(outer, transpose(vector)), matmul(vector, transpose(outer)))


def _outer(term: Node, facts: Facts) -> _Outer | None:
    """A term as an outer product of two vectors; None where it is none."""
    part = taken_apart(term)
    found = outer_product(part.chain or ())
    return None if found is None else _Outer(part, *map(facts.plain, found))
