"""Fractions: where everything is rational, equality is proof at that point."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import isqrt

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import NotExact, OutsideDomain, Undefined
from gradcli.evaluate.field import Field

_LARGEST_BITS = 200_000

_AT: dict[str, dict[int, Fraction]] = {
    "exp": {0: Fraction(1)},
    "log": {1: Fraction(0)},
    "sin": {0: Fraction(0)},
    "cos": {0: Fraction(1)},
    "tan": {0: Fraction(0)},
    "asin": {0: Fraction(0)},
    "acos": {1: Fraction(0)},
    "atan": {0: Fraction(0)},
    "sinh": {0: Fraction(0)},
    "cosh": {0: Fraction(1)},
    "tanh": {0: Fraction(0)},
    "sigmoid": {0: Fraction(1, 2)},
    "erf": {0: Fraction(0)},
}


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
        if name == "abs":
            return abs(x)
        if name == "relu":
            return max(x, Fraction(0))
        if name == "sign":
            return Fraction((x > 0) - (x < 0))
        if name == "sqrt":
            if x < 0:
                raise OutsideDomain("sqrt of a negative number")
            return _root(x, 2)
        if name == "log" and x <= 0:
            raise OutsideDomain("log of a number that is not positive")
        if name in ("asin", "acos") and abs(x) > 1:
            raise OutsideDomain(f"{name} outside [-1, 1]")
        value = _AT.get(name, {}).get(x.numerator) if x.denominator == 1 else None
        if value is None:
            raise NotExact(f"{name}({x})" if _bits(x) < 64 else name)
        return value

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
        root = isqrt(value)
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
