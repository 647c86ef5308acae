"""Intervals that hold the true value (mpmath's, loaded when the field is made): what differs in them differs.

They tell numbers apart of which one is too small, beside others on the way, for any number of digits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import floor
from typing import Any

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import NotExact, OutsideDomain, Undefined
from gradcli.evaluate.field import Field
from gradcli.evaluate.mp_field import fraction

_TRANSCENDENTAL = frozenset({"exp", "log", "sqrt", "sin", "cos"})
_LARGEST_ARGUMENT_BITS = 500
_LARGEST_EXPONENT = 10_000
_SHORT_BITS = 60
_LARGEST_POWER = 2**30


class Enclosure:
    """A number between two ends.  A comparison that the ends leave open raises OutsideDomain."""

    __slots__ = ("ends",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, ends: Any) -> None:
        self.ends = ends

    def __add__(self, other: Any) -> Any:
        return other if isinstance(other, Undefined) else Enclosure(self.ends + _ends(other))

    def __sub__(self, other: Any) -> Any:
        return other if isinstance(other, Undefined) else Enclosure(self.ends - _ends(other))

    def __mul__(self, other: Any) -> Any:
        return other if isinstance(other, Undefined) else Enclosure(self.ends * _ends(other))

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Undefined):
            return other
        if other == 0:
            raise OutsideDomain("division by zero")
        return Enclosure(self.ends / _ends(other))

    def __radd__(self, other: Any) -> Enclosure:
        return Enclosure(other + self.ends)

    def __rsub__(self, other: Any) -> Enclosure:
        return Enclosure(other - self.ends)

    def __rmul__(self, other: Any) -> Enclosure:
        return Enclosure(other * self.ends)

    def __rtruediv__(self, other: Any) -> Any:
        return Enclosure(self.ends * 0 + other) / self

    def __neg__(self) -> Enclosure:
        return Enclosure(-self.ends)

    def __abs__(self) -> Enclosure:
        return Enclosure(abs(self.ends))

    def __int__(self) -> int:
        low, high = (int(_fraction(end)) for end in self.ends._mpi_)
        if low != high:
            raise OutsideDomain("numbers too close to be compared")
        return low

    def __lt__(self, other: Any) -> bool:
        return _sure(self.ends < _ends(other))

    def __le__(self, other: Any) -> bool:
        return _sure(self.ends <= _ends(other))

    def __gt__(self, other: Any) -> bool:
        return _sure(self.ends > _ends(other))

    def __ge__(self, other: Any) -> bool:
        return _sure(self.ends >= _ends(other))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Undefined):
            return False
        if not self.apart(other):
            if self.settled and not (isinstance(other, Enclosure) and not other.settled):
                return True
            raise OutsideDomain("numbers too close to be compared")
        return False

    @property
    def settled(self) -> bool:
        """Whether both ends are one number."""
        return bool(self.ends.a == self.ends.b)

    def apart(self, other: object) -> bool:
        """Whether it is another number for certain."""
        ends = _ends(other)
        return bool(self.ends.b < ends) or bool(self.ends.a > ends)


def _ends(x: Any) -> Any:
    return x.ends if isinstance(x, Enclosure) else x


def _fraction(end: Any) -> Fraction:
    """One end, as mpmath keeps it.  Raises OutsideDomain where it is no number of a usual size."""
    _, mantissa, exponent, _ = end
    if abs(exponent) > _LARGEST_EXPONENT or (exponent and not mantissa):
        raise OutsideDomain("overflow")
    return fraction(end)


def _sure(found: bool | None) -> bool:
    if found is None:
        raise OutsideDomain("numbers too close to be compared")
    return bool(found)


class EnclosureField(Field):
    """Intervals with ends of so many decimal digits."""

    exact = False

    def __init__(self, digits: int) -> None:
        from mpmath import MPContext
        from mpmath.ctx_iv import MPIntervalContext

        self._ctx: Any = MPIntervalContext()
        self._numbers: Any = MPContext()
        self._ctx.dps = self._numbers.dps = digits
        self.name = f"iv{digits}"
        self.zero = self.number(0)
        self.one = self.number(1)

    def number(self, value: Fraction | int) -> Enclosure:
        if isinstance(value, int):
            return Enclosure(self._ctx.mpf(value))
        return Enclosure(self._ctx.mpf(value.numerator) / value.denominator)

    def constant(self, name: str) -> Enclosure:
        return Enclosure(self._ctx.mpf({"pi": self._ctx.pi, "e_": self._ctx.e, "inf": self._ctx.inf}[name]))

    def total(self, terms: Sequence[Scalar]) -> Scalar:
        out = self.zero
        for term in terms:
            out = out + term
        return out

    def function(self, name: str, x: Scalar) -> Scalar:
        row = self.row(name, x)
        if name in _TRANSCENDENTAL:
            if name not in ("log", "sqrt") and self._largest(x) > _LARGEST_ARGUMENT_BITS:
                raise OutsideDomain("overflow")
            return Enclosure(getattr(self._ctx, name)(x.ends))
        if row.definition is not None:
            return self.defined(row, x)
        if row.rational and row.value is not None and row.kinks in ((), (0,)):
            found = row.value(self._ctx, x)
            return found if isinstance(found, Enclosure) else self.number(Fraction(found))
        raise NotExact(f"no enclosure of {name}")

    def computed(self, name: str, x: Scalar, compute: Callable[[Any], Any]) -> Scalar:
        raise NotExact(f"no enclosure of {name}")

    def _largest(self, x: Enclosure) -> float:
        ends = (x.ends.a, x.ends.b)
        return max((self._ctx.mag(end) for end in ends if end != 0 and abs(end) != self._ctx.inf), default=0)

    def real_power(self, base: Scalar, exponent: Scalar) -> Scalar:
        return self.function("exp", exponent * self.function("log", base))

    def integer(self, x: Scalar) -> int | None:
        if not x.settled or self._largest(x) > _LARGEST_ARGUMENT_BITS or abs(x.ends) == self._ctx.inf:
            return None
        number = _fraction(x.ends._mpi_[0])
        return int(number) if number.denominator == 1 else None

    def integer_power(self, base: Scalar, exponent: int) -> Scalar:
        if abs(exponent) > _LARGEST_POWER:
            raise OutsideDomain("overflow")
        return Enclosure(base.ends**exponent)

    def tiny(self, x: Scalar, scale: Scalar) -> bool:
        return bool(x == 0)

    def checked(self, x: Scalar, infinite: bool) -> Scalar:
        if isinstance(x, Undefined):
            return x
        if abs(x.ends).b < self._ctx.inf or (infinite and x.settled):
            return x
        return Undefined("overflow")

    def between(self, x: Enclosure) -> tuple[Fraction, Fraction]:
        """Two fractions outside of which it is not.  Raises OutsideDomain where they are no numbers of a usual size."""
        low, high = (_fraction(end) for end in x.ends._mpi_)
        step = Fraction(1, 2**_SHORT_BITS)
        return floor(low / step) * step - step, floor(high / step) * step + 2 * step

    def inside(self, x: Enclosure) -> Scalar:
        """A number of mpmath's between the ends."""
        return self._numbers.make_mpf(x.ends._mpi_[0])
