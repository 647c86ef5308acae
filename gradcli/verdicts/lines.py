"""Lines through a point, along which names are moved over many sizes of numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import log10

from gradcli.evaluate.array import Array
from gradcli.expr.dims import dim_value
from gradcli.expr.node import Node, has_attribute, label_count
from gradcli.verdicts.problem import Place

# Attributes that a multiple of the value has as well; that of the second ones a positive multiple alone.
_LINEAR = frozenset({"symmetric", "skew", "lower", "upper", "diagonal", "constant", "invertible"})
_CONES = frozenset({"positive", "nonnegative", "spd"})
MOST_LINES = 10
_POWERS = range(-6, 7)
_STEPS = (2, 3, 5)
_EVERYDAY = (-1, 0, 1)  # powers of ten between which there are steps
_FAR = (8, 11, 16, 24)
_UNEVEN = Fraction(1048583, 1048576)  # off the round numbers, at which something may tie by chance


@dataclass(frozen=True, slots=True)
class Line:
    """The places that a number t stands for: `at(t)`.

    `both`: t may be negative; `whole`: t is an integer; `labels`: and one from 1 to that.
    """

    node: Node
    how: str
    both: bool
    whole: bool = False
    entry: int = 0
    labels: int = 0

    def nearest(self, t: Fraction) -> Fraction:
        """The number nearest to t that the name may be: of an integer the next one, of a label one there is."""
        if not self.whole:
            return t
        found = Fraction(round(t))
        return min(max(found, Fraction(1)), Fraction(self.labels)) if self.labels else found

    def at(self, place: Place, t: Fraction) -> Place:
        """The place where the name is moved to t."""
        old = place.values[self.node]
        if self.how == "entry":
            flat = list(old.flat)
            flat[self.entry] = int(t) if self.labels else t
        elif self.how == "shift":
            flat = [x + t for x in old.flat]
        else:
            flat = [x * t for x in old.flat]
        return Place(place.sizes, {**place.values, self.node: Array(old.shape, flat)}, place.seed, place.hooks, False)


def lines(place: Place, free: Sequence[Node], discrete: Sequence[Node]) -> list[Line]:
    """The lines along which each name may be moved without losing what is said of it."""
    out: list[Line] = []
    for node in free:
        count = label_count(node)
        if count is not None:
            most = len(place.values[node].flat)
            for entry in sorted({0, most - 1}) if most else ():
                out.append(Line(node, "entry", False, True, entry, dim_value(count, place.sizes.__getitem__)))
            continue
        attributes = frozenset(node.data[1]) if node.op == "var" and isinstance(node.data, tuple) else frozenset()
        if node in discrete:
            if not attributes and not node.shape:
                out.append(Line(node, "entry", True, whole=True))
            continue
        if not attributes <= _LINEAR | _CONES:
            continue
        both = not attributes & _CONES
        flat = place.values[node].flat
        if not flat:
            continue
        if not node.shape or not attributes - {"positive", "nonnegative", "constant"}:
            out.append(Line(node, "entry", both))
        if node.shape:
            if not attributes - {"positive", "nonnegative", "constant"} and len(flat) > 1:
                out.append(Line(node, "entry", both, entry=len(flat) - 1))
            out.append(Line(node, "scale", both))
            if not attributes - {"constant"}:
                out.append(Line(node, "shift", True))
    return out


def keeps_declared(place: Place, free: Sequence[Node], discrete: Sequence[Node]) -> bool:
    """Whether every name that is declared positive, not negative, an integer or a label is so at a place."""
    for node in free:
        count = label_count(node)
        if count is not None:
            most = dim_value(count, place.sizes.__getitem__)
            if any(x != int(x) or not 1 <= x <= most for x in place.values[node].flat):
                return False
        elif node in discrete and any(x != int(x) for x in place.values[node].flat):
            return False
        if has_attribute(node, "positive") and any(x <= 0 for x in place.values[node].flat):
            return False
        if has_attribute(node, "nonnegative") and any(x < 0 for x in place.values[node].flat):
            return False
    return True


def every_entry(place: Place, free: Sequence[Node], discrete: Sequence[Node]) -> list[Line]:
    """The lines that move one entry alone, of every entry that is free to move by itself."""
    out: list[Line] = []
    for line in lines(place, free, discrete):
        if line.how == "entry" and not line.whole and not line.entry:
            out += [replace(line, entry=k) for k in range(len(place.values[line.node].flat))]
    return out


def grid(line: Line, marks: Sequence[Fraction]) -> list[Fraction]:
    """Where to look along a line, in order: all sizes of numbers, and around those that the program mentions."""
    if line.labels:
        near = {int(mark) + k for mark in marks if abs(mark) < 10**9 for k in (-1, 0, 1)}
        wanted = {*range(1, 9), line.labels - 1, line.labels, *near}
        return [Fraction(n) for n in sorted(wanted) if 1 <= n <= line.labels]
    if line.whole:
        near = {int(mark) + k for mark in marks if abs(mark) < 10**9 for k in (-1, 0, 1)}
        numbers = (
            near | {-n for n in near} | set(range(-6, 13)) | {sign * 10**k for k in range(2, 7) for sign in (1, -1)}
        )
        return [Fraction(n) for n in sorted(numbers)]
    found = {Fraction(10) ** power for power in _POWERS}
    found |= {Fraction(10) ** power * step for power in _EVERYDAY for step in _STEPS}
    found |= {Fraction(10) ** (sign * power) for power in _FAR for sign in (1, -1)}
    for mark in marks:
        size = abs(mark)
        if size:
            found |= {size * Fraction(999, 1000), size * Fraction(1001, 1000)}
    found = {x * _UNEVEN for x in found}
    return sorted(found | {-x for x in found} if line.both else found)


def everyday(t: Fraction) -> float:
    """Small for numbers near 1, large for those far from it."""
    return abs(log10(abs(t))) if t else 0.0


def root(value: Callable[[Fraction], float | None], low: Fraction, high: Fraction) -> tuple[Fraction, Fraction]:
    """Two numbers close together between which a function changes its sign, as it does between these two."""
    below = value(low)
    for _ in range(60):
        middle = _between(low, high)
        if middle in (low, high):
            break
        found = value(middle)
        if found is None or below is None:
            break
        if (found < 0) == (below < 0) and found != 0:
            low = middle
        else:
            high = middle
        if abs(high - low) <= abs(high) / 2**46:
            break
    return low, high


def _between(low: Fraction, high: Fraction) -> Fraction:
    """A short fraction between: the geometric mean where the sizes are far apart."""
    a, b = float(low), float(high)
    if a > 0 and b > 4 * a:
        return Fraction((a * b) ** 0.5)
    if b < 0 and a < 4 * b:
        return Fraction(-((a * b) ** 0.5))
    return Fraction((a + b) / 2)
