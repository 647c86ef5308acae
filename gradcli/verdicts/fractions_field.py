"""Fractions that stay short: what counterexamples are written in, and cheap to compute with."""

from __future__ import annotations

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import NotExact, Undefined
from gradcli.evaluate.exact_field import ExactField

LONGEST_BITS = 3000


class ShortFractions(ExactField):
    """Rational numbers up to a length; longer ones raise NotExact."""

    def integer_power(self, base: Scalar, exponent: int) -> Scalar:
        """`base ** exponent`."""
        bits = max(base.numerator.bit_length(), base.denominator.bit_length())
        if bits * abs(exponent) > LONGEST_BITS and abs(base) != 1:
            raise NotExact("a power that is too long to write out")
        return base**exponent

    def checked(self, x: Scalar, infinite: bool) -> Scalar:
        """The number, where it is short."""
        if not isinstance(x, Undefined) and x.numerator.bit_length() + x.denominator.bit_length() > LONGEST_BITS:
            raise NotExact("a fraction that is too long to write out")
        return x


SHORT = ShortFractions()
