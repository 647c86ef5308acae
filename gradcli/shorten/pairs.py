"""Symmetric sums of outer products as pairs."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.expr.arith import add
from gradcli.expr.linear import matmul, transpose
from gradcli.expr.node import Node
from gradcli.shorten.facts import Facts
from gradcli.shorten.split import Product, chained, taken_apart, together

_MOST_TERMS = 8


def symmetric_pairs(node: Node, facts: Facts) -> Iterator[Node]:
    """`A @ x @ x.T + x @ x.T @ A - 2 * r * x @ x.T` as `u @ x.T + x @ u.T` with `u = A @ x - r * x`."""
    if node.op != "add" or len(node.shape) != 2 or len(node.args) > _MOST_TERMS:
        return
    parts = [taken_apart(term) for term in node.args]
    vectors = {part.chain[-1].args[0] for part in parts if part.chain and _is_outer(part.chain)}
    for vector in sorted(vectors, key=lambda each: each.serial):
        row = transpose(vector)
        taken: list[int] = []
        column: list[Node] = []
        for place, part in enumerate(parts):
            chain = part.chain
            if chain is None or place in taken or chain[-1] is not row or len(chain) < 2:
                continue
            if chain == (vector, row):
                taken.append(place)
                column.append(together(part.number / 2, part.scalars, vector))
                continue
            mirrored = facts.plain(transpose(chained(chain)))
            other = next((p for p, its in enumerate(parts) if p not in taken and _is(its, part, mirrored, facts)), None)
            if other is not None and other != place:
                taken += [place, other]
                column.append(together(part.number, part.scalars, chained(chain[:-1])))
        if len(taken) > 2:
            outer = add(*column)
            rest = [term for place, term in enumerate(node.args) if place not in taken]
            yield add(*rest, matmul(outer, row), matmul(vector, transpose(outer)))


def _is_outer(chain: tuple[Node, ...]) -> bool:
    return len(chain) > 1 and chain[-1].op == "T" and len(chain[-1].args[0].shape) == 1


def _is(part: Product, like: Product, chain: Node, facts: Facts) -> bool:
    """Whether a term is the transpose of another."""
    alike = part.number == like.number and part.scalars == like.scalars and part.chain is not None
    return alike and part.chain is not None and facts.plain(chained(part.chain)) is chain
