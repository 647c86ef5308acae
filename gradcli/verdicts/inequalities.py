"""Whether inequalities contradict each other: Fourier-Motzkin elimination, each monomial an unknown of its own.

What is found contradictory is so; what is not may still be, for monomials depend on one another.
Source: A. Schrijver, Theory of Linear and Integer Programming, section 12.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from fractions import Fraction
from itertools import combinations_with_replacement
from math import prod

from gradcli.expr.node import Node
from gradcli.normal.equal import Comparison
from gradcli.normal.poly import Poly, Term, TooLarge, combination
from gradcli.normal.simplify import multiply
from gradcli.normal.units import argument, is_positive, is_strict, product_of, shared_factors
from gradcli.verdicts.constants import between
from gradcli.verdicts.elimination import Row, is_false, without
from gradcli.verdicts.forms import is_negative_form

_MOST = 200
_SHORT, _MOST_MULTIPLIED = 4, 5

Condition = tuple[Node, bool]
"""`(u, strictly)`: u > 0, or u >= 0, in every entry."""
_Row = Row[Term]


def contradictory(comparison: Comparison, conditions: Iterable[Condition]) -> bool:
    """Whether no point satisfies all of these; False where that is not seen."""
    conditions = list(conditions)
    known = [(node, poly, strictly) for node, strictly in conditions if (poly := comparison.poly(node)) is not None]
    facts = between(node for node, _ in conditions)
    rows: list[_Row] = [_row(poly, True) for node in facts if (poly := comparison.poly(node)) is not None]
    for _, poly, strictly in known:
        rows.append(_row(poly, strictly))
        cleared = _cleared(poly)
        if cleared is not None:
            rows.append(_row(cleared, strictly))
    return _is_contradictory(rows) or (bool(known) and _is_contradictory([*rows, *_multiplied(known)]))


def _multiplied(known: Sequence[tuple[Node, Poly, bool]]) -> list[_Row]:
    """What follows of pairs, and of each with itself: that their products are not negative."""
    short = [one for one in known if len(one[1].terms) <= _SHORT][:_MOST_MULTIPLIED]
    out: list[_Row] = []
    for (a, p, p_strict), (b, q, q_strict) in combinations_with_replacement(short, 2):
        if a.shape == b.shape or not a.shape or not b.shape:
            with suppress(TooLarge):
                out.append(_row(multiply(p, q), p_strict and q_strict))
    return out


def _is_contradictory(rows: list[_Row]) -> bool:
    rows = list(rows)
    unknowns = {term: None for coefficients, _, _ in rows for term in coefficients}
    for term in unknowns:
        if is_positive(Poly({term: 1})):
            strict = all(is_strict(array) for array, _, _ in term)
            rows.append(({term: Fraction(1)}, Fraction(0), strict))
        rows += _known(term)
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


def _known(term: Term) -> list[_Row]:
    """What holds of a function whatever its argument is: exp(u) >= 1 + u, sines lie between -1 and 1, and so on."""
    if len(term) == 1 and term[0][0].kind == "root" and term[0][2] == Fraction(1, 2):
        return _of_root(term)
    if _is_half_sine(term):
        return [({term: Fraction(2 * sign)}, Fraction(1), False) for sign in (1, -1)]
    if len(term) != 1 or term[0][2] != 1:
        return []
    factor = term[0]
    if factor[0].kind == "exp":
        below = argument(factor)
        coefficients = {other: -Fraction(value) for other, value in below.terms.items() if other}
        coefficients[term] = coefficients.get(term, Fraction(0)) + 1
        return [(coefficients, -1 - Fraction(below.terms.get((), 0)), False)]
    if factor[0].kind == "elem" and factor[0].data in (("sin", 0), ("cos", 0)):
        return [({term: Fraction(sign)}, Fraction(1), False) for sign in (1, -1)]
    return []


def _is_half_sine(term: Term) -> bool:
    """Whether a product is sin(u) * cos(u), which is sin(2*u)/2."""
    if len(term) != 2 or any(factor[2] != 1 or factor[0].kind != "elem" for factor in term):
        return False
    names = {factor[0].data for factor in term}
    return names == {("sin", 0), ("cos", 0)} and argument(term[0]).key == argument(term[1]).key


def _of_root(term: Term) -> list[_Row]:
    """sqrt(u**2 + v) is at least u and -u, v not negative."""
    base = argument(term[0])
    out: list[_Row] = []
    for square, value in base.terms.items():
        if len(square) == 1 and square[0][2] == 2 and value >= 1:
            rest = Poly({other: v for other, v in base.terms.items() if other != square})
            if is_positive(rest):
                array, idx, _ = square[0]
                once: Term = ((array, idx, 1),)
                out += [({term: Fraction(1), once: Fraction(sign)}, Fraction(0), False) for sign in (1, -1)]
    return out


def _row(poly: Poly, strictly: bool) -> _Row:
    constant = Fraction(poly.terms.get((), 0))
    return {term: Fraction(value) for term, value in poly.terms.items() if term}, constant, strictly
