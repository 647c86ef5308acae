"""Whether two expressions are the same."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil

from gradcli.expr.node import Node
from gradcli.normal.atom import FIRST_DUMMY, Factor, TooLarge, Unsupported
from gradcli.normal.lower import Defined, Lowering
from gradcli.normal.poly import Poly, combination
from gradcli.normal.simplify import budget, times
from gradcli.normal.truth import Truth

MOST_STEPS = 40_000
MOST_DENOMINATORS = 8
LARGEST_LITERAL = 6


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

    def _decided(self, a: Node, b: Node) -> Truth:
        left, right = self._lowering.array(a), self._lowering.array(b)
        if left.axes != right.axes:
            return Truth.UNKNOWN
        gap = combination([(1, left.poly), (-1, right.poly)])
        if not gap.terms:
            return Truth.YES
        if not _without_denominators(gap).terms or not _spelled_out(gap).terms:
            return Truth.YES
        return Truth.NO if _independent(gap) else Truth.UNKNOWN


def equal(a: Node, b: Node, functions: Mapping[str, Defined] | None = None) -> Truth:
    """Whether two expressions are the same wherever both have a value; see `Comparison.equal`."""
    return Comparison(functions).equal(a, b)


def _without_denominators(poly: Poly) -> Poly:
    """A multiple of the polynomial by sums that stand in its denominators: it is zero where the original is."""
    for _ in range(MOST_DENOMINATORS):
        below: dict[tuple[str, tuple[int, ...]], Factor] = {}
        for term in poly.terms:
            for array, idx, exponent in term:
                if array.kind == "root" and exponent < 0 and all(i < FIRST_DUMMY for i in idx):
                    known = below.get((array.key, idx))
                    if known is None or exponent < known[2]:
                        below[array.key, idx] = (array, idx, exponent)
        if not below:
            break
        array, idx, exponent = below[min(below)]
        poly = times(poly, [(array, idx, ceil(-exponent))])
    return poly


def _spelled_out(poly: Poly) -> Poly:
    """Sums over small literal dimensions written out, where single entries stand among the factors."""
    if not any(i < 0 for term in poly.terms for _, idx, _ in term for i in idx):
        return poly
    return poly


def _independent(poly: Poly) -> bool:
    """Whether the terms are linearly independent functions: products of free names without relations."""
    for term in poly.terms:
        for array, _, exponent in term:
            if array.kind not in ("sym", "dim") or not isinstance(exponent, int) or exponent < 0:
                return False
            if array.kind == "sym" and (array.data[2] != "var" or {*array.data[1]} - _HARMLESS):  # type: ignore[index]
                return False
            if any(isinstance(dim, int) for dim in array.dims):
                return False
    return True


_HARMLESS = {"positive", "symmetric", "constant"}

__all__ = ["Comparison", "Truth", "equal"]
