"""Inequalities that hold of monomials whatever the names are: of functions of them, and of squares of sums.

Source: Hardy, Littlewood and Polya, Inequalities, 2nd ed., section 2.4 (Cauchy); Abramowitz and Stegun, Handbook of
Mathematical Functions, 4.1.33 and 4.2.29 (`log(u) <= u - 1`, `exp(u) >= 1 + u`).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from gradcli.normal.label import canonical, components
from gradcli.normal.poly import FIRST_DUMMY, Factor, Poly, Term, combination, dummies_of, number
from gradcli.normal.product import dimension
from gradcli.normal.simplify import multiply
from gradcli.normal.units import argument, is_positive, product_of

_MOST_FACTORS = 4

Known = tuple[Poly, bool]
"""`(p, strictly)`: p > 0, or p >= 0."""


def known(term: Term) -> Iterator[Known]:
    """What holds of a monomial."""
    if len(term) == 1:
        yield from _of_function(term[0])
    if _is_half_sine(term):
        yield from _between(term, number(Fraction(-1, 2)), number(Fraction(1, 2)))
    yield from _of_square(term)


def _of_function(factor: Factor) -> Iterator[Known]:
    array, _, exponent = factor
    term: Term = (factor,)
    if array.kind == "root" and exponent == Fraction(1, 2):
        yield from _of_root(term)
    if exponent != 1:
        return
    if array.kind == "exp":
        yield combination([(1, Poly({term: 1})), (-1, argument(factor)), (-1, number(1))]), False
    elif array.kind == "log" and array.data is None:
        yield combination([(1, argument(factor)), (-1, Poly({term: 1})), (-1, number(1))]), False
    elif array.kind == "elem" and array.data in (("sin", 0), ("cos", 0)):
        yield from _between(term, number(-1), number(1))
    elif array.kind == "elem" and array.data == ("floor", 0):
        yield combination([(1, argument(factor)), (-1, Poly({term: 1}))]), False
        yield combination([(1, Poly({term: 1})), (1, number(1)), (-1, argument(factor))]), True
    elif array.kind == "elem" and array.data == ("round", 0):
        half = number(Fraction(1, 2))
        inner = argument(factor)
        yield from _between(term, combination([(1, inner), (-1, half)]), combination([(1, inner), (1, half)]))


def gap_of_exponents(poly: Poly) -> Poly | None:
    """`u - v` of a multiple of `exp(u) - exp(v)`, which has its sign; None of any other sum."""
    terms = sorted(poly.terms.items(), key=lambda item: item[1])
    exponentials = all(array.kind == "exp" for term, _ in terms for array, _, _ in term)
    if len(terms) != 2 or terms[0][1] != -terms[1][1] or not exponentials:
        return None
    less, more = (combination([(factor[2], argument(factor)) for factor in term]) for term, _ in terms)
    return combination([(1, more), (-1, less)])


def _between(term: Term, low: Poly, high: Poly) -> Iterator[Known]:
    yield combination([(1, Poly({term: 1})), (-1, low)]), False
    yield combination([(1, high), (-1, Poly({term: 1}))]), False


def _is_half_sine(term: Term) -> bool:
    """Whether a product is sin(u) * cos(u), which is sin(2*u)/2."""
    if len(term) != 2 or any(factor[2] != 1 or factor[0].kind != "elem" for factor in term):
        return False
    names = {factor[0].data for factor in term}
    return names == {("sin", 0), ("cos", 0)} and argument(term[0]).key == argument(term[1]).key


def _of_root(term: Term) -> Iterator[Known]:
    """sqrt(u**2 + v) is at least u and -u, v not negative."""
    base = argument(term[0])
    for square, value in base.terms.items():
        if len(square) == 1 and square[0][2] == 2 and value >= 1:
            rest = Poly({other: v for other, v in base.terms.items() if other != square})
            if is_positive(rest):
                array, idx, _ = square[0]
                once = Poly({((array, idx, 1),): 1})
                yield combination([(1, Poly({term: 1})), (1, once)]), False
                yield combination([(1, Poly({term: 1})), (-1, once)]), False


def _of_square(term: Term) -> Iterator[Known]:
    """Of a square of a sum, `sum(a * b)**2 <= sum(a**2) * sum(b**2)`, however its factors are shared out."""
    parts = [part for part in components(term) if any(i >= FIRST_DUMMY for _, idx, _ in part for i in idx)]
    if len(parts) != 2 or canonical(parts[0]) != canonical(parts[1]) or len(parts[0]) > _MOST_FACTORS:
        return
    rest = [factor for factor in term if factor not in parts[0] and factor not in parts[1]]
    if not is_positive(Poly({tuple(rest): 1})):
        return
    summed = dummies_of(parts[0])
    ways = [((2, 0), (0, 2), (1, 1)) if array.positive else ((2, 0), (0, 2)) for array, _, _ in parts[0]]
    for choice in product(*ways):
        shared = list(zip(parts[0], choice, strict=True))
        sides = [[(array, idx, exponent * way[k]) for (array, idx, exponent), way in shared if way[k]] for k in (0, 1)]
        if choice[0] == (0, 2) or any(side and dummies_of(side) != summed for side in sides):
            continue
        squares = [product_of(1, side) if side else multiply(*map(dimension, summed.values())) for side in sides]
        bound = multiply(*squares, product_of(1, rest))
        yield combination([(1, bound), (-1, Poly({term: 1}))]), False
