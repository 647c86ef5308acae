"""Rewriting of one product: powers that reduce, inverses that cancel, attributes.

Every rule leaves the value as it is wherever the product has one (at a generic point), so that what is proved holds
wherever both sides are defined.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import floor

from gradcli.expr.shapes import Dim
from gradcli.normal import attributes, functions, matrices, powers, units
from gradcli.normal.late import LATE
from gradcli.normal.match import find
from gradcli.normal.poly import (
    ENTRYWISE,
    FIRST_DUMMY,
    ONE,
    ZERO,
    Atom,
    Factor,
    Poly,
    Rational,
    Term,
    number,
    rational,
    settled,
)
from gradcli.normal.product import Rewritten, Spot, Table, with_exponent


def rewrite(table: Table, dummies: dict[int, Dim]) -> Rewritten | None:
    """The product after the first rule that applies, or None where it is reduced."""
    for spot, exponent in table.items():
        array = spot[0]
        kind = array.kind
        if kind == "sym":
            if array.attributes:
                found = attributes.rewrite(spot, exponent, table, dummies)
            else:
                continue
        elif kind in ENTRYWISE:
            found = _entrywise(spot, exponent, table, dummies)
        elif kind == "inv":
            found = _inverse(spot, exponent, table, dummies)
        elif kind == "mask":
            found = _mask(spot, exponent, table, dummies)
        elif kind == "place":
            found = _placed(spot, exponent, table, dummies)
        elif kind == "sign" or (kind == "prod" and isinstance(exponent, int) and units.is_sign(array)):
            odd = exponent % 2
            found = with_exponent(table, dummies, spot, odd) if odd != exponent else None
        elif kind == "num":
            found = _prime(spot, exponent, table, dummies)
        else:
            continue
        if found is not None:
            return found
    return None


def _prime(spot: Spot, exponent: Rational, table: Table, dummies: dict[int, Dim]) -> Rewritten | None:
    whole = floor(exponent)
    if not whole:
        return None
    prime = spot[0].data
    assert isinstance(prime, int)
    out = with_exponent(table, dummies, spot, exponent - whole)
    out.coefficient = rational(powers.whole_power(prime, whole))
    return out


# ------------------------------------------------------------------ functions


def _entrywise(spot: Spot, exponent: Rational, table: Table, dummies: dict[int, Dim]) -> Rewritten | None:
    array, idx = spot
    if any(i < 0 for i in idx) or len(set(idx)) < len(idx):
        # The entry of a function is the function of the entry.
        first = {slot: i if i < 0 else idx.index(i) for slot, i in enumerate(idx)}
        image = powers.power_rational(functions.rebuilt(array, first), exponent)
        return with_exponent(table, dummies, spot, 0, [(image, dict(enumerate(idx)))])
    slots = dict(enumerate(idx))
    kind = array.kind
    if kind == "step":
        return _step(spot, exponent, table, dummies)
    if kind == "abs" and not 0 < exponent < 1:
        whole = floor(exponent)
        return with_exponent(table, dummies, spot, exponent - whole, [(functions.absolute_power(array, whole), slots)])
    if kind == "elem" and array.data == ("sin", 0) and isinstance(exponent, int) and exponent != 1:
        half = exponent // 2
        return with_exponent(
            table, dummies, spot, exponent % 2, [(functions.cosine_squares(array.args[0], half), slots)]
        )
    if kind == "root":
        return _root(spot, exponent, table, dummies)
    return None


def _step(spot: Spot, exponent: Rational, table: Table, dummies: dict[int, Dim]) -> Rewritten | None:
    """Of `step(u)` and `step(-u)` at most one is 1; beside u, the one is 1 where the other is not."""
    array, idx = spot
    if exponent > 0 and exponent != 1:
        return with_exponent(table, dummies, spot, 1)
    reductions = functions.step_reductions(array)
    if exponent != 1:
        return None
    if reductions is None:
        return _step_of_squares(spot, table, dummies)
    above, patterns, powers_of = reductions

    def power_at(factor: Factor) -> Rational:
        return table.get(
            (factor[0], settled(factor[0], tuple(idx[slot] if slot >= 0 else slot for slot in factor[1]))), 0
        )

    slots = dict(enumerate(idx))
    if power_at(above) > 0:
        return with_exponent(table, dummies, spot, 0, [(ZERO, {})])
    if any(power_at(factor) > 0 for factor in powers_of):
        return with_exponent(table, dummies, spot, 0, [(Poly({(): 1, (above,): -1}), slots)])
    if any(power_at(factor) < 0 for factor in powers_of):
        return None  # where u is zero, `step(-u) / u` stands for nothing, and `u / u` for 1
    for pattern, image in patterns:
        match = find(pattern, table, slots, set())
        if match is not None:
            out = with_exponent(table, dummies, spot, 0, [(image, slots)])
            _take(out, match.taken)
            return out
    return None


def _step_of_squares(spot: Spot, table: Table, dummies: dict[int, Dim]) -> Rewritten | None:
    """`x * step(sum of squares, one of them of x)` is x: where the sum is zero, x is."""
    array, idx = spot
    if not units.is_positive(array.args[0]):
        return None
    for term in array.args[0].terms:
        if len(term) != 1:
            continue
        ((squared, places, _),) = term
        pattern = tuple(idx[i] if 0 <= i < FIRST_DUMMY else i for i in places)
        for (other, own), exponent in table.items():
            if other is squared and exponent > 0 and _covers(places, pattern, own):
                return with_exponent(table, dummies, spot, 0)
    return None


def _covers(places: tuple[int, ...], pattern: tuple[int, ...], own: tuple[int, ...]) -> bool:
    """Whether indices are among those of a pattern, where its dummies run over all."""
    known: dict[int, int] = {}
    for place, wanted, found in zip(places, pattern, own, strict=True):
        if place >= FIRST_DUMMY:
            if known.setdefault(place, found) != found:
                return False
        elif wanted != found:
            return False
    return True


def _root(spot: Spot, exponent: Rational, table: Table, dummies: dict[int, Dim]) -> Rewritten | None:
    """Powers of a sum: whole ones are multiplied out, negative ones reduced modulo the sum."""
    array, idx = spot
    slots = dict(enumerate(idx))
    base = array.args[0]
    if exponent >= 1 or (exponent < 0 and units.is_unit_product(base)):
        whole = floor(exponent)
        return with_exponent(table, dummies, spot, exponent - whole, [(powers.power_rational(base, whole), slots)])
    if exponent > 0:
        return None
    for pattern, image in powers.root_reductions(array, exponent):
        match = find(pattern, table, slots, set())
        if match is not None:
            out = with_exponent(table, dummies, spot, 0, [(image, slots)])
            _take(out, match.taken)
            return out
    return None


def _take(out: Rewritten, taken: dict[Spot, Rational]) -> None:
    """Take factors away, with the dummies that stand in nothing else."""
    for spot, exponent in taken.items():
        out.table[spot] = rational(out.table[spot] - exponent)
    left = {i for (_, idx), exponent in out.table.items() if exponent for i in idx}
    left |= {i for _, mapping in out.sums for i in mapping.values()}
    gone = {i for _, idx in taken for i in idx if i >= FIRST_DUMMY} - left
    for i in gone:
        out.dummies.pop(i, None)


# ------------------------------------------------------------------- matrices


def _inverse(spot: Spot, exponent: Rational, table: Table, dummies: dict[int, Dim]) -> Rewritten | None:
    """`inv(P) @ P` and `P @ inv(P)` inside a product, P a sum: its leading term is replaced."""
    if exponent != 1:
        return None
    array, idx = spot
    reductions = matrices.inverse_reductions(array)
    if reductions is None:
        return None
    others = {other: value for other, value in table.items() if other != spot}
    for on_left, joined, outer, image in _sides(array, idx, reductions):
        if joined < FIRST_DUMMY or joined == outer:
            continue
        near, far = (1, 0) if on_left else (0, 1)
        match = find(reductions[0], others, {near: joined}, {near})
        if match is not None:
            out = with_exponent(table, dummies, spot, 0, [(image, {0: match.indices[far], 1: outer})])
            _take(out, match.taken)
            out.dummies.pop(joined, None)
            return out
    return None


def _sides(
    array: Atom, idx: tuple[int, ...], reductions: tuple[Term, Poly, Poly]
) -> Iterator[tuple[bool, int, int, Poly]]:
    """Ways in which an inverse may meet its matrix: (whether that stands on the left, joined, other index, image)."""
    _, left_image, right_image = reductions
    ends = [idx, idx[::-1]] if array.symmetries else [idx]
    for row, column in ends:
        yield True, row, column, left_image
        yield False, column, row, right_image


def _mask(spot: Spot, exponent: Rational, table: Table, dummies: dict[int, Dim]) -> Rewritten | None:
    array, (row, column) = spot
    band = array.data
    assert isinstance(band, int)
    if row == column:
        return with_exponent(table, dummies, spot, 0, [(ONE if band >= 0 else ZERO, {})])
    if row < 0 and column < 0:
        return with_exponent(table, dummies, spot, 0, [(number(int(row - column <= band)), {})])
    if exponent > 0 and exponent != 1:
        return with_exponent(table, dummies, spot, 1)
    if exponent != 1:
        return None
    if band == 0 and array.dims[0] == array.dims[1]:
        return with_exponent(table, dummies, spot, 0, [(matrices.lower_part(array.dims), {0: row, 1: column})])
    if (row > column and row < FIRST_DUMMY) or (row >= FIRST_DUMMY > column):
        return with_exponent(table, dummies, spot, 0, [(matrices.turned_mask(array), {0: column, 1: row})])
    for other in table:
        if other[0].kind == "mask" and other != spot and other[1] == spot[1]:
            wider = spot if band >= other[0].data else other  # type: ignore[operator]
            return with_exponent(table, dummies, wider, 0)
    return None


def _placed(spot: Spot, exponent: Rational, table: Table, dummies: dict[int, Dim]) -> Rewritten | None:
    """1 at one place for each choice of all indices but one: two that differ in one index are one, and an identity."""
    array, idx = spot
    if exponent > 0 and exponent != 1:
        return with_exponent(table, dummies, spot, 1)
    if exponent != 1:
        return None
    for other, power in table.items():
        if other[0] is not array or power != 1 or other == spot:
            continue
        apart = [slot for slot, (i, j) in enumerate(zip(idx, other[1], strict=True)) if i != j]
        if len(apart) == 1:
            slot = apart[0]
            same = matrices.identity(array.dims[slot])
            return with_exponent(table, dummies, other, 0, [(same, {0: idx[slot], 1: other[1][slot]})])
    return None


LATE.rewrite = rewrite
