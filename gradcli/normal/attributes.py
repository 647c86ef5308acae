"""What attributes say of a product: entries that are zero, powers that reduce, sums that are known."""

from __future__ import annotations

from gradcli.expr.shapes import Dim
from gradcli.normal import facts, matrices
from gradcli.normal.poly import FIRST_DUMMY, ZERO, Poly, Rational, delta
from gradcli.normal.product import Rewritten, Spot, Table, has_signs, with_exponent

_SPECTRAL = frozenset({"orthogonal", "permutation"})


def rewrite(spot: Spot, exponent: Rational, table: Table, dummies: dict[int, Dim]) -> Rewritten | None:
    """The product after the first rule by an attribute of the factor at `spot`; None where none applies."""
    array, idx = spot
    attributes = array.attributes
    found = _powers(spot, exponent, attributes, table, dummies)
    if found is None and "onehot" in attributes:
        found = _exclusive(spot, exponent, attributes, table, dummies)
    if found is None and ("simplex" in attributes or "unitnorm" in attributes):
        found = _sums(spot, exponent, attributes, table, dummies)
    if found is None and attributes and attributes[0].startswith(facts.MARK):  # sorted: marks stand first
        found = facts.rewrite(spot, table, dummies)
    if found is not None or len(idx) != 2 or len(array.dims) != 2:
        return found
    row, column = idx
    if "unit" in attributes and row == column:
        return with_exponent(table, dummies, spot, 0)
    if "lower" in attributes or "upper" in attributes:
        return _triangular(spot, "lower" in attributes, table, dummies)
    if _SPECTRAL & {*attributes}:
        return _orthogonal(spot, exponent, table, dummies)
    return None


def _powers(
    spot: Spot, exponent: Rational, attributes: tuple[str, ...], table: Table, dummies: dict[int, Dim]
) -> Rewritten | None:
    """Powers of entries that are 1 or -1, or 0 or 1."""
    if exponent == 1:
        return None
    if isinstance(exponent, int) and has_signs(spot[0]):
        return with_exponent(table, dummies, spot, exponent % 2) if exponent % 2 != exponent else None
    if "binary" in attributes and exponent > 0:
        return with_exponent(table, dummies, spot, 1)
    return None


def _exclusive(
    spot: Spot, exponent: Rational, attributes: tuple[str, ...], table: Table, dummies: dict[int, Dim]
) -> Rewritten | None:
    """Two entries of one row of a one-hot array are the same entry, or one of them is 0."""
    array, idx = spot
    if exponent != 1 or not idx:
        return None
    places = (len(idx) - 1, 0) if "permutation" in attributes and len(idx) == 2 else (len(idx) - 1,)
    for other, power in table.items():
        if other[0] is not array or other == spot or power != 1:
            continue
        for place in places:
            if all(idx[k] == other[1][k] for k in range(len(idx)) if k != place):
                same = Poly({((delta(array.dims[place]), (0, 1), 1),): 1})
                ends = {0: idx[place], 1: other[1][place]}
                out = with_exponent(table, dummies, spot, 1, [(same, ends)])
                out.table[other] = 0
                return out
    return None


def _sums(
    spot: Spot, exponent: Rational, attributes: tuple[str, ...], table: Table, dummies: dict[int, Dim]
) -> Rewritten | None:
    """A row of a simplex sums to 1; so do the squares of a row of norm 1."""
    _, idx = spot
    if not idx or idx[-1] < FIRST_DUMMY or idx[-1] in idx[:-1]:
        return None
    alone = not any(idx[-1] in places for (array, places) in table if (array, places) != spot)
    wanted = (exponent == 1 and "simplex" in attributes) or (exponent == 2 and "unitnorm" in attributes)
    if not alone or not wanted:
        return None
    out = with_exponent(table, dummies, spot, 0)
    out.dummies.pop(idx[-1], None)
    return out


def _triangular(spot: Spot, lower: bool, table: Table, dummies: dict[int, Dim]) -> Rewritten | None:
    """Entries on the wrong side of the diagonal are zero."""
    array, (row, column) = spot
    if row < 0 and column < 0 and row != column and (row < column) != lower:
        return with_exponent(table, dummies, spot, 0, [(ZERO, {})])  # fixed positions are negative: -3 is below -1
    for other, exponent in table.items():
        if other[0].kind != "mask" or other[0].data != -1 or exponent != 1 or row == column:
            continue
        if other[1] == (row, column):  # strictly below the diagonal
            image = matrices.without_diagonal(array) if lower else ZERO
        elif other[1] == (column, row):  # strictly above
            image = ZERO if lower else matrices.without_diagonal(array)
        else:
            continue
        if table[spot] != 1:
            return None
        out = with_exponent(table, dummies, spot, 0, [(image, {0: row, 1: column})])
        out.table[other] = 0
        return out
    return None


def _orthogonal(spot: Spot, exponent: Rational, table: Table, dummies: dict[int, Dim]) -> Rewritten | None:
    """`Q.T @ Q` and, of a square Q, `Q @ Q.T` are the identity; a permutation's rows and columns sum to one."""
    array, idx = spot
    attributes = array.attributes
    turns = bool(array.symmetries) or "skew" in attributes
    counts: dict[int, int] = {}
    for _, places in table:
        for i in set(places):
            counts[i] = counts.get(i, 0) + 1
    for side in (0, 1):
        joined, outer = idx[side], idx[1 - side]
        if joined < FIRST_DUMMY or joined == outer:
            continue
        if side == 1 and array.dims[0] != array.dims[1]:
            continue  # a tall matrix has orthonormal columns, its rows are not
        if counts[joined] == 1 and (exponent == 2 or "permutation" in attributes):
            out = with_exponent(table, dummies, spot, 0)
            out.dummies.pop(joined, None)
            return out
        if counts[joined] != 2 or exponent != 1:
            continue
        for other, power in table.items():
            if other[0] is not array or other == spot or power != 1:
                continue
            for end in (0, 1) if turns else (side,):
                far = other[1][1 - end]
                if other[1][end] != joined or far == joined:
                    continue
                image = matrices.identity(array.dims[1 - side])
                out = with_exponent(table, dummies, spot, 0, [(image, {0: outer, 1: far})])
                out.coefficient = -1 if end != side and "skew" in attributes else 1
                out.table[other] = 0
                out.dummies.pop(joined, None)
                return out
    return None
