"""Fractions: where everything is rational, equality is proof at that point."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import NotExact, Undefined
from gradcli.evaluate.field import Field

_LARGEST_BITS = 200_000


class ExactField(Field):
    """Rational numbers, without rounding."""

    name = "exact"
    zero = Fraction(0)
    one = Fraction(1)
    exact = True

    def number(self, value: Fraction | int) -> Fraction:
        return Fraction(value)

    def constant(self, name: str) -> Fraction:
        raise NotExact(name)

    def total(self, terms: Sequence[Scalar]) -> Scalar:
        return sum(terms, Fraction(0))

    def function(self, name: str, x: Scalar) -> Scalar:
        row = self.row(name, x)
        known = row.exact.get(x)
        if known is not None:
            return Fraction(known)
        if row.rational and row.value is not None:
            return Fraction(row.value(math, x))
        if row.root is not None:
            return _root(abs(x), row.root) * (-1 if x < 0 else 1)
        if row.definition is not None:
            return self.defined(row, x)
        raise NotExact(f"{name}({x})" if _bits(x) < 64 else name)

    def computed(self, name: str, x: Scalar, compute: Callable[[Any], Any]) -> Scalar:
        raise NotExact(name)

    def real_power(self, base: Scalar, exponent: Scalar) -> Scalar:
        root = _root(base, exponent.denominator)
        return self.integer_power(root, exponent.numerator)

    def integer(self, x: Scalar) -> int | None:
        return int(x) if x.denominator == 1 else None

    def integer_power(self, base: Scalar, exponent: int) -> Scalar:
        if _bits(base) * abs(exponent) > _LARGEST_BITS and abs(base) != 1:
            raise NotExact("a power that is too long to write out")
        return base**exponent

    def tiny(self, x: Scalar, scale: Scalar) -> bool:
        return bool(x == 0)

    def checked(self, x: Scalar, infinite: bool) -> Scalar:
        if isinstance(x, Undefined):
            return x
        if x.numerator.bit_length() + x.denominator.bit_length() > _LARGEST_BITS:
            raise NotExact("a fraction that is too long to write out")
        return x


def _bits(x: Fraction) -> int:
    return max(x.numerator.bit_length(), x.denominator.bit_length())


def _root(x: Fraction, degree: int) -> Fraction:
    """The exact root of a number >= 0.  Raises NotExact where it is irrational."""
    return Fraction(_integer_root(x.numerator, degree), _integer_root(x.denominator, degree))


def _integer_root(value: int, degree: int) -> int:
    if degree == 2:
        root = math.isqrt(value)
    elif value < 2:
        root = value
    elif degree >= value.bit_length():
        root = 1
    else:
        root = 1 << -(-value.bit_length() // degree)  # Newton from above
        while True:
            smaller = ((degree - 1) * root + value // root ** (degree - 1)) // degree
            if smaller >= root:
                break
            root = smaller
    if degree > _LARGEST_BITS or root**degree != value:
        raise NotExact("an irrational root")
    return root
