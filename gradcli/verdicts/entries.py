"""Random numbers of several kinds, exact: what the entries of a point are."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from random import Random

STYLES = ("signed", "positive", "landmark", "unit", "large", "negative", "wide", "small")
"""Kinds of points: a domain that one kind never meets another may."""

_SIXTEENTH = Fraction(1, 16)


def is_round(style: str) -> bool:
    """Whether numbers of a style are equal by chance."""
    return style == "ones" or style.startswith(("integers-", "ties-", "halves-"))


class Entries:
    """An endless supply of numbers, hardly ever 0, settled by the source's state and the style.

    `generic` numbers are equal to no others but by what they are made of.  `landmarks` are numbers that the program
    mentions: points are drawn around them too, where comparisons turn.
    `turn` numbers the points that go through the components of an attribute: determinants, types of cycles.
    A style `integers-K` gives integers between -K and K, `ties-K` also 0 and the landmarks themselves,
    `halves-K` halves of integers.
    """

    def __init__(
        self,
        source: Random,
        style: str,
        landmarks: Sequence[Fraction] = (),
        turn: int | None = None,
        generic: bool = False,
    ) -> None:
        self.turn = turn
        self._source = source
        self._style = style
        self._landmarks = landmarks or (Fraction(3),)
        self._generic = generic and not is_round(style)

    def next(self) -> Fraction:
        """One number, equal to no other by chance where that is asked for."""
        number = self._rough()
        return number * (1 + Fraction(self._source.randint(1, 2**30), 2**38)) if self._generic else number

    def _rough(self) -> Fraction:
        source, style = self._source, self._style
        if style == "signed":
            return self._nonzero(-24, 24) * _SIXTEENTH
        if style == "positive":
            return source.randint(1, 32) * _SIXTEENTH
        if style == "unit":
            return source.randint(1, 15) * _SIXTEENTH
        if style == "small":
            return self._nonzero(-15, 15) * _SIXTEENTH
        if style == "large":
            return 1 + source.randint(1, 48) * _SIXTEENTH
        if style == "negative":
            return -source.randint(1, 32) * _SIXTEENTH
        if style == "wide":
            return self._nonzero(-24, 24) * _SIXTEENTH * Fraction(10) ** source.randint(-2, 2)
        if style == "landmark":
            mark = source.choice(self._landmarks) * source.choice((1, 1, -1))
            around = 1 + abs(mark) / 8 if abs(mark) > _SIXTEENTH else abs(mark)
            return mark + self._nonzero(-24, 24) * _SIXTEENTH * around
        if style == "ones":
            return Fraction(1)
        if style.startswith("ties-"):
            if self._landmarks and source.randrange(3) == 0:
                return source.choice(self._landmarks) * source.choice((1, 1, -1))
            return Fraction(source.randint(-int(style[5:]), int(style[5:])))
        if style.startswith("halves-"):
            return Fraction(self._nonzero(-2 * int(style[7:]), 2 * int(style[7:])), 2)
        return Fraction(self._nonzero(-int(style[9:]), int(style[9:])))

    def positive(self) -> Fraction:
        """One positive number, of many magnitudes where the style is wide."""
        drawn = abs(self.next()) or Fraction(1)
        return drawn * Fraction(10) ** self._source.randint(-4, 4) if self._style == "wide" else drawn

    def nonnegative(self) -> Fraction:
        """One number that is not negative: 0 now and then."""
        return Fraction(0) if self._source.randrange(6) == 0 else self.positive()

    def _nonzero(self, low: int, high: int) -> int:
        while True:
            value = self._source.randint(low, high)
            if value:
                return value

    def sign(self) -> int:
        """1 or -1 (1 where all entries are ones)."""
        return 1 if self._style == "ones" else self._source.choice((1, -1))

    def mostly(self) -> int:
        """1 or -1; of every second point that goes through components 1 but for few: sums are large there."""
        found = self.sign()
        return max(found, self.sign(), self.sign()) if self.turn is not None and self.turn % 2 else found

    def order(self, count: int) -> list[int]:
        """A random order of `0 .. count - 1`."""
        out = list(range(count))
        self._source.shuffle(out)
        return out

    def integer(self) -> Fraction:
        """An integer, for discrete variables."""
        whole = [mark for mark in self._landmarks if mark.denominator == 1]
        if whole and self._source.randrange(3) == 0:
            return self._source.choice(whole) + self._source.randint(-1, 1)
        return Fraction(self._source.randint(-3, 5))
