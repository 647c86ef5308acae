"""Python floats: the quick look before a precise one."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any, cast

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import OutsideDomain, Undefined
from gradcli.evaluate.field import Field

_CANCELLED = 1e-13
_SINGULAR = 1e-11
_LARGEST_INTEGER_POWER = 2**40


class _Mathematics:
    """`math`, and what it lacks from mpmath's doubles."""

    def __getattr__(self, name: str) -> Callable[[float], float]:
        function = getattr(math, name, None)
        if function is None:
            import mpmath

            function = getattr(mpmath.fp, name)
        setattr(self, name, function)
        return cast("Callable[[float], float]", function)


_MATHEMATICS = _Mathematics()


class FloatField(Field):
    """Double precision."""

    name = "float"
    zero = 0.0
    one = 1.0
    exact = False

    def __init__(self, masks_hide: bool = True) -> None:
        self.masks_hide = masks_hide

    def number(self, value: Fraction | int) -> float:
        try:
            return float(value)
        except OverflowError:
            raise OutsideDomain("overflow") from None

    def constant(self, name: str) -> float:
        return {"pi": math.pi, "e_": math.e, "inf": math.inf}[name]

    def total(self, terms: Sequence[Scalar]) -> Scalar:
        try:
            value = math.fsum(terms)
            if len(terms) > 1 and abs(value) <= _CANCELLED * max(map(abs, terms)) < math.inf:
                return 0.0
            return value
        except TypeError:
            return next(term for term in terms if isinstance(term, Undefined))
        except (OverflowError, ValueError):
            return Undefined("overflow")

    def function(self, name: str, x: Scalar) -> float:
        row = self.row(name, x)
        if row.value is None:
            return float(self.defined(row, x))
        value_of = row.value
        return self.computed(name, x, lambda m: value_of(m, x))

    def computed(self, name: str, x: Scalar, compute: Callable[[Any], Any]) -> float:
        try:
            value = compute(_MATHEMATICS)
            return value if value.__class__ is float else self._real(name, value)
        except (ValueError, ZeroDivisionError):
            raise OutsideDomain(f"{name} of {x:.6g}") from None
        except OverflowError:
            raise OutsideDomain("overflow") from None

    def _real(self, name: str, value: Scalar) -> float:
        if isinstance(value, complex):
            raise OutsideDomain(f"a real value of {name}")
        return float(value)

    def real_power(self, base: Scalar, exponent: Scalar) -> float:
        try:
            return float(base**exponent)
        except OverflowError:
            raise OutsideDomain("overflow") from None

    def integer(self, x: Scalar) -> int | None:
        return int(x) if abs(x) < _LARGEST_INTEGER_POWER and float(x).is_integer() else None

    def integer_power(self, base: Scalar, exponent: int) -> float:
        return self.real_power(base, exponent)

    def tiny(self, x: Scalar, scale: Scalar) -> bool:
        return bool(abs(x) <= _SINGULAR * abs(scale)) and math.isfinite(x)

    def checked(self, x: Scalar, infinite: bool) -> Scalar:
        if x.__class__ is not float or math.isfinite(x):
            return x
        return x if infinite and not math.isnan(x) else Undefined("overflow")
