"""Whether inequalities contradict each other: Fourier-Motzkin elimination, each monomial an unknown of its own.

What is found contradictory is so; what is not may still be, for monomials depend on one another.
Source: A. Schrijver, Theory of Linear and Integer Programming, section 12.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import combinations_with_replacement
from math import prod

from gradcli.expr.node import Node
from gradcli.normal.equal import Comparison
from gradcli.normal.poly import Poly, Term, TooLarge, combination
from gradcli.normal.simplify import multiply
from gradcli.normal.units import is_positive, is_strict, product_of, shared_factors
from gradcli.verdicts.bounded import Condition, bounded
from gradcli.verdicts.constants import between
from gradcli.verdicts.elimination import Row, is_false, without
from gradcli.verdicts.forms import is_negative_form
from gradcli.verdicts.known import gap_of_exponents, known

_MOST = 200
_SHORT, _MOST_MULTIPLIED = 4, 5

_Row = Row[Term]


def contradictory(comparison: Comparison, conditions: Iterable[Condition]) -> bool:
    """Whether no point satisfies all of these; False where that is not seen."""
    conditions = list(conditions)
    given = [(node, poly, strictly) for node, strictly in conditions if (poly := comparison.poly(node)) is not None]
    facts = between(node for node, _ in conditions)
    rows: list[_Row] = [_row(poly, True) for node in facts if (poly := comparison.poly(node)) is not None]
    for node, strictly in bounded(node for node, _ in conditions):
        if (poly := comparison.poly(node)) is not None:
            rows.append(_row(poly, strictly))
    for _, poly, strictly in given:
        rows.append(_row(poly, strictly))
        rows += [_row(more, strictly) for more in (_cleared(poly), gap_of_exponents(poly)) if more is not None]
    return _is_contradictory(rows) or (bool(given) and _is_contradictory([*rows, *_multiplied(given)]))


def _multiplied(given: Sequence[tuple[Node, Poly, bool]]) -> list[_Row]:
    """What follows of pairs, and of each with itself: that their products are not negative; and of squares."""
    short = [one for one in given if len(one[1].terms) <= _SHORT][:_MOST_MULTIPLIED]
    out: list[_Row] = []
    for (a, p, p_strict), (b, q, q_strict) in combinations_with_replacement(short, 2):
        if a.shape == b.shape or not a.shape or not b.shape:
            with suppress(TooLarge):
                out.append(_row(multiply(p, q), p_strict and q_strict))
    for _, poly, strictly in short:
        with suppress(TooLarge):
            out += [_row(squares, strictly) for squares in _of_squares(poly)]
    return out


def _of_squares(poly: Poly) -> Iterator[Poly]:
    """`a**2 - b**2` of a difference `a - b`, neither negative: it has the same sign."""
    more = Poly({term: value for term, value in poly.terms.items() if value > 0})
    less = Poly({term: -value for term, value in poly.terms.items() if value < 0})
    if more.terms and less.terms and is_positive(more) and is_positive(less):
        yield combination([(1, multiply(more, more)), (-1, multiply(less, less))])


def _is_contradictory(rows: list[_Row]) -> bool:
    rows = list(rows)
    for term in {term: None for coefficients, _, _ in rows for term in coefficients}:
        with suppress(TooLarge):
            rows += [_row(poly, strictly) for poly, strictly in known(term)]
    unknowns = {term: None for coefficients, _, _ in rows for term in coefficients}
    for term in unknowns:
        if is_positive(Poly({term: 1})):
            strict = all(is_strict(array) for array, _, _ in term)
            rows.append(({term: Fraction(1)}, Fraction(0), strict))
    rows += _products(rows, list(unknowns))
    if any(is_negative_form(row[0], row[1], row[2]) for row in rows):
        return True
    for term in {term: None for coefficients, _, _ in rows for term in coefficients}:
        if any(is_false(row) for row in rows):
            return True
        rows = without(rows, term)
        if len(rows) > _MOST:
            return False
    return any(is_false(row) for row in rows)


def _cleared(poly: Poly) -> Poly | None:
    """The sum times its denominators that are positive, which has its sign; None where there are none."""
    below = [(array, idx, -exponent) for array, idx, exponent in shared_factors(poly) if exponent < 0]
    below = [factor for factor in below if is_strict(factor[0])]
    if not below:
        return None
    return combination((value, product_of(1, [*term, *below])) for term, value in poly.terms.items())


def _products(rows: Sequence[_Row], terms: Sequence[Term]) -> list[_Row]:
    """The signs of products whose factors have known signs."""
    signs: dict[object, tuple[int, bool]] = {}
    for coefficients, constant, strictly in rows:
        if len(coefficients) == 1 and constant <= 0:
            ((term, value),) = coefficients.items()
            if len(term) == 1 and term[0][2] == 1:
                signs[term[0][:2]] = (1 if value > 0 else -1, strictly or constant < 0)
    out: list[_Row] = []
    for term in terms:
        odd = all(isinstance(exponent, int) and exponent % 2 for _, _, exponent in term)
        known = [signs.get(factor[:2]) for factor in term]
        found = [sign for sign in known if sign is not None]
        if odd and len(found) == len(term):
            out.append(({term: Fraction(prod(sign for sign, _ in found))}, Fraction(0), all(s for _, s in found)))
    return out


def _row(poly: Poly, strictly: bool) -> _Row:
    constant = Fraction(poly.terms.get((), 0))
    return {term: Fraction(value) for term, value in poly.terms.items() if term}, constant, strictly
