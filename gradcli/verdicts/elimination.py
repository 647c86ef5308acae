"""Fourier-Motzkin elimination: what linear inequalities say of the others when one unknown is left out.

Source: A. Schrijver, Theory of Linear and Integer Programming, section 12.2.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from fractions import Fraction
from itertools import product
from typing import TypeVar

Unknown = TypeVar("Unknown", bound=Hashable)
Row = tuple[dict[Unknown, Fraction], Fraction, bool]
"""The coefficients, the constant, and whether the sum is > 0 or only >= 0."""


def without(rows: Sequence[Row[Unknown]], unknown: Unknown) -> list[Row[Unknown]]:
    """What follows of the others, one unknown eliminated."""
    above = [row for row in rows if row[0].get(unknown, 0) > 0]
    below = [row for row in rows if row[0].get(unknown, 0) < 0]
    out = [row for row in rows if unknown not in row[0]]
    for (a, a_constant, a_strict), (b, b_constant, b_strict) in product(above, below):
        p, q = a[unknown], -b[unknown]
        sums = {t: a.get(t, Fraction(0)) * q + b.get(t, Fraction(0)) * p for t in {**a, **b} if t != unknown}
        left = {t: value for t, value in sums.items() if value}
        out.append((left, a_constant * q + b_constant * p, a_strict or b_strict))
    return out


def is_false(row: Row[Unknown]) -> bool:
    """Whether an inequality without unknowns does not hold."""
    coefficients, constant, strictly = row
    return not coefficients and (constant < 0 or (strictly and constant == 0))
