"""Whether inequalities contradict each other: Fourier-Motzkin elimination, each monomial an unknown of its own.

What is found contradictory is so; what is not may still be, for monomials depend on one another.
Source: A. Schrijver, Theory of Linear and Integer Programming, section 12.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product

from gradcli.expr.node import Node
from gradcli.normal.equal import Comparison
from gradcli.normal.poly import Poly, Term
from gradcli.normal.units import is_positive, is_strict

_MOST = 200

Condition = tuple[Node, bool]
"""`(u, strictly)`: u > 0, or u >= 0, in every entry."""
_Row = tuple[dict[Term, Fraction], Fraction, bool]
"""The coefficients, the constant, and whether the sum is > 0 or only >= 0."""


def contradictory(comparison: Comparison, conditions: Iterable[Condition]) -> bool:
    """Whether no point satisfies all of these; False where that is not seen."""
    rows: list[_Row] = []
    for node, strictly in conditions:
        poly = comparison.poly(node)
        if poly is not None:
            rows.append(_row(poly, strictly))
    unknowns = {term: None for coefficients, _, _ in rows for term in coefficients}
    for term in unknowns:
        if is_positive(Poly({term: 1})):
            strict = all(is_strict(array) for array, _, _ in term)
            rows.append(({term: Fraction(1)}, Fraction(0), strict))
    for term in unknowns:
        if any(_is_false(row) for row in rows):
            return True
        rows = _without(rows, term)
        if len(rows) > _MOST:
            return False
    return any(_is_false(row) for row in rows)


def _row(poly: Poly, strictly: bool) -> _Row:
    constant = Fraction(poly.terms.get((), 0))
    return {term: Fraction(value) for term, value in poly.terms.items() if term}, constant, strictly


def _is_false(row: _Row) -> bool:
    coefficients, constant, strictly = row
    return not coefficients and (constant < 0 or (strictly and constant == 0))


def _without(rows: Sequence[_Row], term: Term) -> list[_Row]:
    """What follows of the others, one unknown eliminated."""
    above = [row for row in rows if row[0].get(term, 0) > 0]
    below = [row for row in rows if row[0].get(term, 0) < 0]
    out = [row for row in rows if term not in row[0]]
    for (a, a_constant, a_strict), (b, b_constant, b_strict) in product(above, below):
        p, q = a[term], -b[term]
        sums = {t: a.get(t, Fraction(0)) * q + b.get(t, Fraction(0)) * p for t in {**a, **b} if t != term}
        left = {t: value for t, value in sums.items() if value}
        out.append((left, a_constant * q + b_constant * p, a_strict or b_strict))
    return out
