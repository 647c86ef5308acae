"""Whether an assumption is true of two sides."""

from __future__ import annotations

from gradcli.evaluate.array import Array, Scalar
from gradcli.evaluate.errors import Undefined
from gradcli.evaluate.field import Field


def pairs(left: Array, right: Array) -> list[tuple[Scalar, Scalar]]:
    """The entries of two sides, a scalar going with each of the other."""
    count = max(len(left.flat), len(right.flat))
    a, b = (side.flat * count if len(side.flat) == 1 else side.flat for side in (left, right))
    return list(zip(a, b, strict=True))


def holds(op: str, left: Array, right: Array, field: Field) -> bool:
    """Whether an assumption is true of two sides; rounding is forgiven where there is any."""
    for a, b in pairs(left, right):
        if isinstance(a, Undefined) or isinstance(b, Undefined):
            return False
        same = a == b or field.tiny(a - b, abs(a) + abs(b))
        if {"==": not same, "!=": same, "<": same or a > b, "<=": not same and a > b}[op]:
            return False
    return True
