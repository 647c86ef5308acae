"""On which sides of 0 a polynomial in one integer lies: `k*(k + 1)` is never negative, though it is at -1/2."""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction
from math import floor

from gradcli.expr.node import Node
from gradcli.normal.equal import Comparison
from gradcli.normal.poly import Atom, Term

_MOST = 20_000  # integers that are tried


def never_on_side(comparison: Comparison, number: Node, sign: int, discrete: Collection[Node]) -> bool:
    """Whether a number is a polynomial in one integer that is at no integer on a side (1 or -1) of 0.

    Beyond Cauchy's bound of its roots it has the sign of its first term; within, every integer is tried.
    """
    poly = comparison.poly(number) if not number.shape else None
    if poly is None:
        return False
    whole = {one for node in discrete if not node.shape for term in _terms(comparison, node) for one, _, _ in term}
    coefficients: dict[int, Fraction] = {}
    found: Atom | None = None
    for term, value in poly.terms.items():
        exponent: object = 0
        if term:
            array, idx, exponent = term[0]
            if len(term) > 1 or idx or array not in whole or found not in (None, array):
                return False
            found = array
        if not isinstance(exponent, int) or exponent < 0:
            return False
        coefficients[exponent] = Fraction(value)
    if found is None:
        return False
    degree = max(coefficients)
    lead = coefficients[degree]
    bound = 1 + max((abs(value / lead) for k, value in coefficients.items() if k < degree), default=Fraction(0))
    if bound > _MOST:
        return False
    reach = floor(bound) + 1
    return all(sign * _value(coefficients, k) <= 0 for k in range(-reach, reach + 1))


def _terms(comparison: Comparison, node: Node) -> Collection[Term]:
    poly = comparison.poly(node)
    return poly.terms if poly is not None else ()


def _value(coefficients: dict[int, Fraction], k: int) -> Fraction:
    return sum((value * k**power for power, value in coefficients.items()), Fraction(0))
