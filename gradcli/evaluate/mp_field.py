"""Floating point of any number of digits (mpmath, loaded when a field is made)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import OutsideDomain, Undefined
from gradcli.evaluate.field import Field

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
        self._functions = self._table()

    def _table(self) -> dict[str, Callable[[Any], Any]]:
        ctx = self._ctx
        return {
            **{name: getattr(ctx, name) for name in ("sin", "cos", "tan", "asin", "acos", "atan")},
            **{name: getattr(ctx, name) for name in ("exp", "sinh", "cosh", "tanh", "sqrt", "erf")},
            "log": ctx.ln,
            "sigmoid": self._sigmoid,
            "softplus": lambda t: max(t, self.zero) + ctx.log1p(ctx.exp(-abs(t))),
            "abs": abs,
            "relu": lambda t: max(t, self.zero),
            "sign": lambda t: ctx.mpf((t > 0) - (t < 0)),
        }

    def _sigmoid(self, t: Any) -> Any:
        if t >= 0:
            return 1 / (1 + self._ctx.exp(-t))
        small = self._ctx.exp(t)
        return small / (1 + small)

    def number(self, value: Fraction | int) -> Scalar:
        if isinstance(value, int):
            return self._ctx.mpf(value)
        return self._ctx.mpf(value.numerator) / value.denominator

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
        if name in ("log", "sqrt") and (x < 0 or (x == 0 and name == "log")):
            raise OutsideDomain(f"{name} of {self._ctx.nstr(x, 6)}")
        if name in ("asin", "acos") and abs(x) > 1:
            raise OutsideDomain(f"{name} of {self._ctx.nstr(x, 6)}")
        if name in ("sigmoid", "tanh", "softplus", "erf") and self._huge(x):
            return self._at_infinity(name, x)
        if name in ("exp", "sin", "cos", "tan", "sinh", "cosh") and self._huge(x):
            if name == "exp" and x < 0:
                return self.zero
            raise OutsideDomain("overflow")
        return self._functions[name](x)

    def _huge(self, x: Any) -> bool:
        return bool(self._ctx.mag(x) > _LARGEST_ARGUMENT_BITS)

    def _at_infinity(self, name: str, x: Any) -> Scalar:
        if name == "softplus":
            return x if x > 0 else self.zero
        if name == "sigmoid":
            return self.one if x > 0 else self.zero
        return self.one if x > 0 else -self.one

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
