"""Functions of arrays that are made of pieces: `f(where it is a) = a's piece of f(..)`.

An identity, a triangle or a single position is a factor that is 0 or 1 only.  A function of an array with such a
factor is the function of what the array is where it is 1, and of what it is where it is 0.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from gradcli.expr.shapes import Dim
from gradcli.normal.poly import FIRST_DUMMY, ONE, Factor, Poly, add, combination, delta
from gradcli.normal.simplify import multiply, substitute

LARGEST_LITERAL = 8
MOST_STEPS = 4
_INDICATORS = frozenset({"delta", "mask"})


def split(function: Callable[..., Poly]) -> Callable[..., Poly]:
    """A function of polynomials (and other arguments), applied piece by piece where they have indicators."""

    return _splitting(function, _INDICATORS)


def split_at_steps(function: Callable[..., Poly]) -> Callable[..., Poly]:
    """The same, with comparisons for indicators too, where they are few."""
    return _splitting(function, _INDICATORS | {"step"})


def _splitting(function: Callable[..., Poly], kinds: frozenset[str]) -> Callable[..., Poly]:
    @wraps(function)
    def pieces(*args: object) -> Poly:
        polys = [arg for arg in args if isinstance(arg, Poly)]
        found = _indicator(polys, kinds)
        if found is None:
            return function(*args)
        try:
            return _split(pieces, args, found)
        except ZeroDivisionError:  # no value where the indicator is 0
            return function(*args)

    return pieces


def _split(function: Callable[..., Poly], args: tuple[object, ...], factor: Factor) -> Poly:
    array, idx, _ = factor
    dim: Dim = array.dims[0] if array.dims else 1
    if array.kind == "delta" and idx[0] < 0 and isinstance(dim, int) and dim <= LARGEST_LITERAL:
        parts = []
        for position in range(1, dim + 1):
            here = function(*(_put(arg, {idx[1]: -position}) for arg in args))
            spot = Poly({((delta(dim), (-position, idx[1]), 1),): 1})
            parts.append(multiply(spot, here))
        return add(parts)
    spot = Poly({((array, idx, 1),): 1})
    inside = function(*(_inside(arg, factor) for arg in args))
    outside = function(*(_outside(arg, factor) for arg in args))
    return add([multiply(spot, inside), multiply(combination([(1, ONE), (-1, spot)]), outside)])


def _indicator(polys: list[Poly], kinds: frozenset[str]) -> Factor | None:
    """A factor that is 0 or 1, single positions first, comparisons last."""
    best: tuple[tuple[bool, bool, str, tuple[int, ...]], Factor] | None = None
    steps: set[Factor] = set()
    for poly in polys:
        for term in poly.terms:
            for factor in term:
                array, idx, exponent = factor
                if array.kind in kinds and exponent == 1 and all(i < FIRST_DUMMY for i in idx):
                    compares = array.kind == "step"
                    if compares:
                        steps.add(factor)
                    rank = (compares, bool(idx) and idx[0] >= 0, array.key, idx)
                    if best is None or rank < best[0]:
                        best = (rank, factor)
    if best is None or (best[1][0].kind == "step" and len(steps) > MOST_STEPS):
        return None
    return best[1]


def has_indicator(poly: Poly) -> bool:
    """Whether a factor is 0 or 1 only."""
    return _indicator([poly], _INDICATORS) is not None


def _put(arg: object, mapping: dict[int, int]) -> object:
    return substitute(arg, mapping) if isinstance(arg, Poly) else arg


def _inside(arg: object, factor: Factor) -> object:
    """The argument where the indicator is 1."""
    if not isinstance(arg, Poly):
        return arg
    array, idx, _ = factor
    if array.kind == "delta":
        return substitute(arg, {idx[1]: idx[0]})
    kept = [(value, Poly({tuple(other for other in term if other != factor): 1})) for term, value in arg.terms.items()]
    return combination(kept)


def _outside(arg: object, factor: Factor) -> object:
    """The argument where the indicator is 0."""
    if not isinstance(arg, Poly):
        return arg
    return Poly({term: value for term, value in arg.terms.items() if factor not in term})
