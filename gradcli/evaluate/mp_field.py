"""Floating point of any number of digits (mpmath, loaded when a field is made)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import UNDERFLOW, OutsideDomain, Undefined
from gradcli.evaluate.field import Field
from gradcli.ops.scalar import ITSELF, OVERFLOWS

_LARGEST_INTEGER_POWER = 2**60
_LARGEST_ARGUMENT_BITS = 30  # beyond, exp and sin take time and memory in proportion to the argument


class MpField(Field):
    """`digits` decimal digits (at least 15)."""

    exact = False

    def __init__(self, digits: int) -> None:
        import mpmath

        self._ctx: Any = mpmath.MPContext()
        self._ctx.dps = digits
        self.name = f"mp{digits}"
        self.digits = digits
        self.zero = self._ctx.mpf(0)
        self.one = self._ctx.mpf(1)
        self._cancelled = self._ctx.mpf(10) ** (-int(digits * 0.85))
        self._singular = self._ctx.mpf(10) ** (-int(digits * 0.7))

    def number(self, value: Fraction | int) -> Scalar:
        if isinstance(value, int):
            return self._ctx.mpf(value)
        return self._ctx.mpf(value.numerator) / value.denominator

    def rational(self, x: Scalar) -> Fraction:
        """The fraction that a number is."""
        return fraction(x._mpf_)

    def constant(self, name: str) -> Scalar:
        return {"pi": +self._ctx.pi, "e_": +self._ctx.e, "inf": self._ctx.inf}[name]

    def total(self, terms: Sequence[Scalar]) -> Scalar:
        largest = self.zero
        for term in terms:
            if isinstance(term, Undefined):
                return term
            largest = max(largest, abs(term))
        value = self._ctx.fsum(terms)
        return self.zero if abs(value) <= self._cancelled * largest < self._ctx.inf else value

    def function(self, name: str, x: Scalar) -> Scalar:
        row = self.row(name, x)
        if row.value is None:
            return self.defined(row, x)
        if row.far is not None and self._huge(x):
            far = row.far[1 if x > 0 else 0]
            if far == OVERFLOWS:
                raise OutsideDomain("overflow")
            if far == 0 and self._ctx.isfinite(x):  # too small to be had is not 0: it may be compared with it
                raise OutsideDomain(UNDERFLOW)
            return x if far == ITSELF else self.number(Fraction(far))
        value_of = row.value
        return self.computed(name, x, lambda m: value_of(m, x))

    def computed(self, name: str, x: Scalar, compute: Callable[[Any], Any]) -> Scalar:
        try:
            value = compute(self._ctx)
        except (ValueError, ZeroDivisionError):
            raise OutsideDomain(f"{name} of {self._ctx.nstr(x, 6)}") from None
        if isinstance(value, self._ctx.mpc):
            raise OutsideDomain(f"{name} of {self._ctx.nstr(x, 6)}")
        return value if isinstance(value, self._ctx.mpf) else self._ctx.mpf(value)

    def _huge(self, x: Any) -> bool:
        return bool(self._ctx.mag(x) > _LARGEST_ARGUMENT_BITS)

    def magnitude(self, x: Scalar) -> float | None:
        """About how many powers of ten a number is, None of 0 and of what is no finite number."""
        if isinstance(x, Undefined) or not self._ctx.isfinite(x) or x == 0:
            return None
        return float(self._ctx.mag(x)) * 0.30103

    def real_power(self, base: Scalar, exponent: Scalar) -> Scalar:
        if abs(exponent) == self._ctx.inf or abs(base) == self._ctx.inf:
            return self._ctx.power(base, exponent)
        if self._huge(exponent * self._ctx.ln(base)):
            raise OutsideDomain("overflow")
        return self._ctx.power(base, exponent)

    def integer(self, x: Scalar) -> int | None:
        return int(x) if abs(x) < _LARGEST_INTEGER_POWER and self._ctx.isint(x) else None

    def integer_power(self, base: Scalar, exponent: int) -> Scalar:
        return base**exponent

    def tiny(self, x: Scalar, scale: Scalar) -> bool:
        return bool(abs(x) <= self._singular * abs(scale) and self._ctx.isfinite(x))

    def checked(self, x: Scalar, infinite: bool) -> Scalar:
        if isinstance(x, Undefined) or self._ctx.isfinite(x):
            return x
        return x if infinite and not self._ctx.isnan(x) else Undefined("overflow")


def fraction(parts: Any) -> Fraction:
    """The fraction that a finite number is, of the parts in which mpmath keeps it."""
    sign, mantissa, exponent, _ = parts
    return Fraction(-int(mantissa) if sign else int(mantissa)) * Fraction(2) ** int(exponent)
