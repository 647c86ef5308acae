"""Whether two expressions are the same."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product as cartesian
from math import ceil

from gradcli.expr.node import Node, value_of
from gradcli.expr.walk import postorder
from gradcli.normal import arrays, functions, units
from gradcli.normal.lower import Defined, Lowering
from gradcli.normal.poly import (
    FIRST_DUMMY,
    Atom,
    Factor,
    Poly,
    Rational,
    Term,
    TooLarge,
    Unsupported,
    add,
    combination,
    dummies_of,
)
from gradcli.normal.product import Product
from gradcli.normal.simplify import budget, simplify, times
from gradcli.normal.spell import entries, has_literals
from gradcli.normal.truth import Truth

MOST_STEPS = 20_000
MOST_DENOMINATORS = 8


class Comparison:
    """Compares expressions; what was lowered once is kept."""

    def __init__(self, defined: Mapping[str, Defined] | None = None) -> None:
        self._lowering = Lowering(defined)

    def equal(self, a: Node, b: Node) -> Truth:
        """YES: equal wherever both have a value.  NO: different as polynomials in independent names.

        The `var`s are taken to be free; a caller who compares values of definitions puts those in first.
        """
        if a is b:
            return Truth.YES
        if a.shape != b.shape:
            return Truth.UNKNOWN
        try:
            with budget(MOST_STEPS):
                return self._decided(a, b)
        except (TooLarge, Unsupported, ZeroDivisionError, RecursionError):
            return Truth.UNKNOWN

    def poly(self, node: Node) -> Poly | None:
        """The normal form of an expression; None where it has none here, or a large one."""
        try:
            with budget(MOST_STEPS):
                return self._lowering.poly(node)
        except (TooLarge, Unsupported, ZeroDivisionError, RecursionError):
            return None

    def _decided(self, a: Node, b: Node) -> Truth:
        (left, right), _ = arrays.aligned([self._lowering.array(a), self._lowering.array(b)])
        gap = combination([(1, left), (-1, right)])
        if not gap.terms:
            return Truth.YES
        if _vanishes(gap):
            return Truth.YES
        generic = self._where_divisors_are_not_zero(gap, [a, b])
        if generic is not None and (not generic.terms or _vanishes(generic)):
            return Truth.YES
        return Truth.NO if _independent(gap) else Truth.UNKNOWN

    def _where_divisors_are_not_zero(self, gap: Poly, sides: list[Node]) -> Poly | None:
        """The difference with `step(-u)` as `1 - step(u)` for each u that a side divides by; None where there is none.

        Where u is zero, that side has no value.  A side that picks entries or pieces may have one all the same.
        """
        nodes = postorder(sides)
        if any(node.op in _PICKING for node in nodes):
            return None
        divisors: set[str] = set()
        for node in nodes:
            exponent = value_of(node.args[1]) if node.op == "pow" else None
            if exponent is not None and exponent < 0:
                _, factors = units.factored(self._lowering.poly(node.args[0]))
                divisors.update(key for factor in factors for key in _unit_keys(factor[0]))
        parts: list[Poly] = []
        changed = False
        for term, value in gap.terms.items():
            item = Product(value, [], dummies_of(term))
            replaced: list[Poly] = []
            for factor in term:
                found = functions.step_reductions(factor[0]) if factor[0].kind == "step" else None
                if found is None or not divisors & {*_unit_keys(factor[0])}:
                    item.factors.append(factor)
                    continue
                changed = True
                (above, _, _), slots = found, factor[1]
                upper = (above[0], tuple(slots[slot] if slot >= 0 else slot for slot in above[1]), 1)
                replaced.append(Poly({(): 1, (upper,): -1}))
            parts.append(_product(item, replaced))
        return add(parts) if changed else None


def _unit_keys(array: Atom) -> list[str]:
    """The atom that a unit or the argument of `abs` or `step` is a multiple of."""
    if array.kind not in ("abs", "step"):
        return [array.key]
    _, factors = units.factored(array.args[0])
    return [factors[0][0].key] if len(factors) == 1 else []


def _product(item: Product, sums: list[Poly]) -> Poly:
    """A product times sums over its own indices."""
    out: dict[Term, Rational] = {}
    choices = [list(poly.terms.items()) for poly in sums]
    for choice in cartesian(*choices):
        longer = Product(item.coefficient, list(item.factors), dict(item.dummies))
        for term, value in choice:
            longer.coefficient *= value
            longer.factors.extend(term)
        simplify(longer, out)
    return Poly(out)


def equal(a: Node, b: Node, functions: Mapping[str, Defined] | None = None) -> Truth:
    """Whether two expressions are the same wherever both have a value; see `Comparison.equal`."""
    return Comparison(functions).equal(a, b)


def _vanishes(gap: Poly) -> bool:
    """Whether a difference that is not zero as it stands is zero all the same."""
    if not _without_denominators(gap).terms:
        return True
    opened = _opened(gap)
    if opened is not None and not _without_denominators(opened).terms:
        return True
    if not has_literals(gap):
        return False
    return all(not part.terms or not _without_denominators(part).terms for part in entries(gap))


def _without_denominators(poly: Poly) -> Poly:
    """A multiple of the polynomial by sums that stand in its denominators: it is zero where the original is.

    A sum that may be zero is left alone where pieces are chosen by comparisons: a piece that is not chosen need not
    have a value.
    """
    chosen = any(array.kind in _CHOOSING for term in poly.terms for array, _, _ in term)
    for _ in range(MOST_DENOMINATORS):
        below: dict[tuple[str, tuple[int, ...]], Factor] = {}
        for term in poly.terms:
            for array, idx, exponent in term:
                if chosen and not units.is_strict(array):
                    continue
                if array.kind == "root" and exponent < 0 and all(i < FIRST_DUMMY for i in idx):
                    known = below.get((array.key, idx))
                    if known is None or exponent < known[2]:
                        below[array.key, idx] = (array, idx, exponent)
        if not below:
            break
        array, idx, exponent = below[min(below)]
        poly = times(poly, [(array, idx, ceil(-exponent))])
    return poly


def _opened(poly: Poly) -> Poly | None:
    """What is summed over the index of the denominators, as a function of that index: if it is zero, so is the sum.

    None where the terms do not have just one such index each.
    """
    free = max([*poly.free(), -1]) + 1
    out: list[tuple[Rational, Poly]] = []
    for term, value in poly.terms.items():
        below = {
            i
            for array, idx, exponent in term
            for i in idx
            if i >= FIRST_DUMMY and array.kind == "root" and exponent < 0
        }
        if not below:
            below = {i for _, idx, _ in term for i in idx if i >= FIRST_DUMMY}
        if len(below) != 1:
            return None
        (index,) = below
        factors = [(a, tuple(free if i == index else i for i in idx), e) for a, idx, e in term]
        opened: dict[Term, Rational] = {}
        simplify(Product(value, factors, {i: d for i, d in dummies_of(term).items() if i != index}), opened)
        out.append((1, Poly(opened)))
    return combination(out)


def _independent(poly: Poly) -> bool:
    """Whether the terms are linearly independent functions: products of free names without relations."""
    for term in poly.terms:
        for array, _, exponent in term:
            if array.kind not in ("sym", "dim") or not isinstance(exponent, int) or exponent < 0:
                return False
            if array.kind == "sym" and (array.stands_for != "var" or {*array.attributes} - _HARMLESS):
                return False
            if any(isinstance(dim, int) for dim in array.dims):
                return False
    return True


_PICKING = frozenset({"where", "entry", "tril", "triu", "diagonal", "tr"})
_CHOOSING = frozenset({"abs", "step", "mask"})
_HARMLESS = {"positive", "nonnegative", "symmetric", "constant", "invertible"}

__all__ = ["Comparison", "Truth", "equal"]
