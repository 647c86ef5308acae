"""Factors that functions are made of, and the factorisation of a sum into them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from itertools import permutations
from math import gcd, lcm

from gradcli.normal.label import canonical, components
from gradcli.normal.poly import (
    FIRST_DUMMY,
    Atom,
    Factor,
    Poly,
    Rational,
    Term,
    atom,
    collect,
    factor_order,
    rational,
    scale,
    term_key,
)
from gradcli.normal.product import Product, has_signs
from gradcli.normal.simplify import simplify, substitute, times
from gradcli.ops.functions import SCALAR_FUNCTIONS

MOST_PERMUTED = 4
_ANALYTIC = frozenset({"exp", "log", "root", "power"})
_RELATED = frozenset({"permutation", "orthogonal", "signs", "binary", "simplex", "unitnorm"})
_ANALYTIC_NAMES = frozenset(row.name for row in SCALAR_FUNCTIONS.values() if not row.kinks)


# ---------------------------------------------------------------------- atoms


def entrywise(kind: str, args: tuple[Poly, ...], data: tuple[str, int] | str | None = None) -> Factor:
    """The factor for a function of the entries of `args`, whose free indices it has.

    The slots are put in the order that gives the smallest key, so that `g(A).T` and `g(A.T)` are the same.
    """
    used = sorted({i for arg in args for i in arg.free()})
    dims = {i: dim for arg in args for i, dim in arg.dims().items()}
    orders = permutations(used) if len(used) <= MOST_PERMUTED else iter([tuple(used)])
    best: tuple[tuple[str, ...], tuple[int, ...], tuple[Poly, ...]] | None = None
    alike: list[tuple[int, ...]] = []
    for order in orders:
        renamed = tuple(substitute(arg, {i: slot for slot, i in enumerate(order)}) for arg in args)
        keys = (*(arg.key for arg in renamed), *(str(dims[i]) for i in order))
        if best is None or keys < best[0]:
            best, alike = (keys, order, renamed), []
        elif keys == best[0]:
            alike.append(order)
    assert best is not None
    _, order, slots = best
    symmetries = tuple(tuple(order.index(i) for i in other) for other in alike)
    analytic = kind in _ANALYTIC or (isinstance(data, tuple) and data[0] in _ANALYTIC_NAMES)
    regular = analytic and data != "abs" and all(is_regular(arg) for arg in args)
    positive = kind in ("exp", "abs", "step") or (
        kind in ("root", "power") and (data == "abs" or is_positive(slots[0]))
    )
    array = atom(kind, data, slots, tuple(dims[i] for i in order), symmetries, positive, regular)
    return array, order, 1


def single(factor: Factor, exponent: Rational = 1) -> Poly:
    """The polynomial of one factor, to a power, brought to its normal form."""
    out: dict[Term, Rational] = {}
    array, idx, own = factor
    simplify(Product(1, [(array, idx, rational(own * exponent))], {}), out)
    return Poly(out)


def argument(factor: Factor, which: int = 0) -> Poly:
    """An argument of an entrywise factor, at the factor's indices."""
    array, idx, _ = factor
    return substitute(array.args[which], dict(enumerate(idx)))


def is_positive(poly: Poly) -> bool:
    """Whether every entry is known to be >= 0 wherever it is defined."""
    factors = (factor for term in poly.terms for factor in term)
    return all(value >= 0 for value in poly.terms.values()) and all(_positive(factor) for factor in factors)


def _positive(factor: Factor) -> bool:
    array, _, exponent = factor
    return array.positive or not isinstance(exponent, int) or exponent % 2 == 0


def is_strict(array: Atom) -> bool:
    """Whether every entry is known to be > 0 wherever it is defined."""
    if array.kind in ("exp", "num", "dim"):
        return True
    if array.kind == "sym":
        return (
            "positive" in array.attributes
            or array.stands_for == "const"
            or (array.stands_for == "diagonal" and "spd" in array.attributes)
        )
    if array.kind in ("root", "power"):
        return array.data is None and is_strict_sum(array.args[0])
    return array.kind == "det" and array.positive


def is_strict_sum(poly: Poly) -> bool:
    """Whether every entry is known to be > 0."""
    return is_positive(poly) and any(all(is_strict(array) for array, _, _ in term) for term in poly.terms)


def is_regular(poly: Poly) -> bool:
    """Whether the entries are analytic functions, none of them zero on an open set."""
    return bool(poly.terms) and all(array.regular for term in poly.terms for array, _, _ in term)


def is_unit_product(poly: Poly) -> bool:
    """One term without sums in it."""
    return len(poly.terms) == 1 and all(i < FIRST_DUMMY for term in poly.terms for _, idx, _ in term for i in idx)


def factored(poly: Poly) -> tuple[Rational, list[Factor]]:
    """`(c, units)` with the polynomial their product; each unit a factor without dummies.

    A sum that does not fall apart is a unit of kind `root`, its leading coefficient positive, its coefficients
    whole and without common divisor.
    """
    if not poly.terms:
        return 0, []
    common: list[Factor] = []
    for _ in range(20):
        poly, signs = _without_signs(poly)
        common.extend(signs)
        shared = shared_factors(poly)
        if not shared:
            break
        common.extend(shared)
        poly = times(poly, [(array, idx, -exponent) for array, idx, exponent in shared])
        if not poly.terms:
            return 0, []
    if len(poly.terms) > 1:
        poly, sums = _without_shared_sums(poly)
        common.extend(sums)
    content, poly = primitive(poly)
    if len(poly.terms) > 1:
        common.append(entrywise("root", (poly,)))
    else:
        ((term, value),) = poly.terms.items()
        content = rational(content * value)
        for part in components(term):
            bound = any(i >= FIRST_DUMMY for _, idx, _ in part for i in idx)
            if bound:
                common.append(entrywise("root", (Poly({canonical(part): 1}),)))
            else:
                common.extend(part)
    return content, _with_absolutes(collected(common))


def _without_signs(poly: Poly) -> tuple[Poly, list[Factor]]:
    """Take out the factors `2*step(u) - 1`: those with which the polynomial turns its sign where step(u) does."""
    signs: list[Factor] = []
    steps = {factor for term in poly.terms for factor in term if factor[0].kind == "step" and factor[2] == 1}
    for factor in sorted(steps, key=factor_order):
        if any(i >= FIRST_DUMMY for i in factor[1]):
            continue
        inside: dict[Term, Rational] = {}
        outside: dict[Term, Rational] = {}
        for term, value in poly.terms.items():
            if factor in term:
                collect(inside, tuple(other for other in term if other != factor), value)
            else:
                collect(outside, term, value)
        # poly = outside + step * inside, and turns its sign where inside = -2 * outside.
        if len(inside) == len(outside) and all(inside.get(term) == -2 * value for term, value in outside.items()):
            poly = Poly(outside)
            signs.append(entrywise("root", (Poly({(factor,): 2, (): -1}),)))
            poly = scale(-1, poly)
    return poly, signs


def _with_absolutes(factors: list[Factor]) -> list[Factor]:
    """`u * (2*step(u) - 1)` is `abs(u)`; a lone `2*step(u) - 1` is 1 or -1, so that only its parity counts."""
    out = list(factors)
    for factor in factors:
        inner = sign_argument(factor[0])
        if inner is None or not isinstance(factor[2], int):
            continue
        out.remove(factor)
        if factor[2] % 2 == 0:
            continue
        base = substitute(inner, dict(enumerate(factor[1])))
        partner = next((other for other in out if unit_value(other[0], other[1]).key == base.key), None)
        if partner is not None and isinstance(partner[2], int) and partner[2] % 2:
            out.remove(partner)
            out.append(absolute_unit(*partner))
        else:
            out.append((factor[0], factor[1], 1))
    return collected(out)


def sign_argument(array: Atom) -> Poly | None:
    """u, where the atom is the root of `2*step(u) - 1`, in the atom's slots."""
    if array.kind != "root" or len(array.args[0].terms) != 2 or array.args[0].terms.get(()) != -1:
        return None
    ((term, value),) = [(term, value) for term, value in array.args[0].terms.items() if term]
    if value != 2 or len(term) != 1 or term[0][0].kind != "step" or term[0][2] != 1:
        return None
    return argument(term[0])


def collected(factors: Iterable[Factor]) -> list[Factor]:
    """Equal factors put together."""
    exponents: dict[tuple[Atom, tuple[int, ...]], Rational] = {}
    for array, idx, exponent in factors:
        exponents[array, idx] = rational(exponents.get((array, idx), 0) + exponent)
    return [(array, idx, exponent) for (array, idx), exponent in exponents.items() if exponent]


def shared_factors(poly: Poly) -> list[Factor]:
    """Factors without dummies that every term has, and those that stand in a denominator of some."""
    lowest: dict[tuple[Atom, tuple[int, ...]], Rational] = {}
    seen: Counter[tuple[Atom, tuple[int, ...]]] = Counter()
    for term in poly.terms:
        for array, idx, exponent in term:
            if all(i < FIRST_DUMMY for i in idx):
                spot = (array, idx)
                lowest[spot] = min(lowest.get(spot, exponent), exponent)
                seen[spot] += 1
    if len(poly.terms) == 1:
        return []
    full = len(poly.terms)
    return [(*spot, low) for spot, low in lowest.items() if low < 0 or seen[spot] == full]


def _without_shared_sums(poly: Poly) -> tuple[Poly, list[Factor]]:
    """Take out the components with dummies that every term has, as roots."""
    parts: list[tuple[Rational, Counter[Term]]] = []
    for term, value in poly.terms.items():
        parts.append((value, Counter(canonical(part) for part in components(term))))
    shared = parts[0][1].copy()
    for _, counter in parts[1:]:
        shared &= counter
    shared = Counter({part: count for part, count in shared.items() if _has_dummies(part)})
    if not shared:
        return poly, []
    out: dict[Term, Rational] = {}
    for value, counter in parts:
        item = Product(value, [], {})
        for part in (counter - shared).elements():
            item.multiply_in(part, {})
        collect(out, canonical(item.factors), value)
    units: list[Factor] = []
    for part, count in sorted(shared.items(), key=lambda pair: term_key(pair[0])):
        array, idx, _ = entrywise("root", (Poly({part: 1}),))
        units.append((array, idx, count))
    return Poly(out), units


def _has_dummies(term: Term) -> bool:
    return any(i >= FIRST_DUMMY for _, idx, _ in term for i in idx)


def primitive(poly: Poly) -> tuple[Rational, Poly]:
    """`(c, rest)`: whole coefficients without common divisor, the leading one positive."""
    values = [Fraction(value) for value in poly.terms.values()]
    content = Fraction(gcd(*(v.numerator for v in values)), lcm(*(v.denominator for v in values)))
    if poly.terms[leading(poly)] < 0:
        content = -content
    return rational(content), scale(1 / content, poly)


def leading(poly: Poly) -> Term:
    """The term of the highest degree, in an order that is the same in every process."""
    return max(poly.terms, key=lambda term: (degree(term), term_key(term)))


def degree(term: Term) -> Rational:
    """How many factors a term has, with exponents; constants do not count."""
    total: Rational = 0
    for array, _, exponent in term:
        if array.kind not in ("delta", "mask", "place", "num", "dim"):
            total += max(exponent, -exponent)
    return total


def product_of(value: Rational, factors: list[Factor]) -> Poly:
    out: dict[Term, Rational] = {}
    cleaned = [(array, idx, rational(exponent)) for array, idx, exponent in factors]
    simplify(Product(rational(value), cleaned, {}), out)
    return Poly(out)


def absolute_unit(array: Atom, idx: tuple[int, ...], exponent: Rational) -> Factor:
    """`abs(unit) ** exponent`."""
    outer, places, _ = entrywise("abs", (unit_value(array, idx),))
    return outer, places, exponent


def is_related(factor: Factor) -> bool:
    """Whether powers of the factor reduce by a rule of their own: then reducing modulo a sum of it need not end."""
    array, _, exponent = factor
    if array.kind == "sym":
        return bool(_RELATED & {*array.attributes})
    if array.kind == "elem":
        return array.data == ("sin", 0)
    return array.kind in ("abs", "step", "mask", "place", "inv") or (array.kind == "root" and exponent != 1)


def is_sign(array: Atom) -> bool:
    """Whether every entry is known to be 1 or -1."""

    if array.kind == "prod":
        ((term, value),) = array.args[0].terms.items() if len(array.args[0].terms) == 1 else (((), 0),)
        return value in (1, -1) and bool(term) and all(is_sign(other) for other, _, _ in term)
    if array.kind == "sym":
        return has_signs(array)
    return array.kind == "sign" or sign_argument(array) is not None


def is_binary(array: Atom) -> bool:
    """Whether every entry is declared to be 0 or 1."""
    return array.kind == "sym" and "binary" in array.attributes


def unit_value(array: Atom, idx: tuple[int, ...]) -> Poly:
    """What a unit is to the power 1, not multiplied out where it is a root's base."""
    return substitute(array.args[0], dict(enumerate(idx))) if array.kind == "root" else raw([(array, idx, 1)])


def raw(factors: Iterable[Factor]) -> Poly:
    """A product as a polynomial, without applying rules."""
    return Poly({canonical(collected(factors)): 1})
