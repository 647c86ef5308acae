"""A claim together with what both sides are, told by Python alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from mpmath import mp

DIGITS = 400

Side = Callable[..., Any]


@dataclass(frozen=True)
class Claim:
    """`text` is a program with one check at its end; `points` are arguments of both sides.

    A true claim agrees at all points at which both sides have a value (`None` or an error is none), a false one differs
    at one of them.  Fractions are compared exactly, other numbers to 300 digits.
    `fault` is the code of the error that must be said instead of a verdict.
    """

    kind: str
    text: str
    true: bool
    left: Side
    right: Side
    points: Sequence[tuple[Any, ...]]
    fault: str | None = None

    def confirm(self) -> None:
        """Ask the oracle.  Raises AssertionError where it contradicts what the claim is said to be."""
        with mp.workdps(DIGITS):
            differs = any(self._differs(point) for point in self.points)
        assert differs != self.true, self.text

    def _differs(self, point: tuple[Any, ...]) -> bool:
        try:
            a, b = self.left(*point), self.right(*point)
        except (ZeroDivisionError, ValueError):
            return False
        if a is None or b is None:
            return False
        if isinstance(a, mp.mpf) or isinstance(b, mp.mpf):
            a, b = mp.mpf(a), mp.mpf(b)
            return bool(abs(a - b) > mp.mpf(10) ** -300 * max(abs(a), abs(b), mp.mpf(10) ** -50))
        return bool(a != b)
