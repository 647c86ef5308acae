"""Derivatives of the catalogue's functions by Taylor arithmetic on what their rows say."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from math import factorial

from gradcli.evaluate import jets
from gradcli.evaluate.array import Scalar
from gradcli.evaluate.field import Field
from gradcli.evaluate.jets import Derivatives, Jet
from gradcli.ops.formula import Algebra, value
from gradcli.ops.scalar import ScalarFunction


def by_row(field: Field, row: ScalarFunction, order: int, x: Scalar, scalar: Derivatives) -> Scalar:
    """The derivative of an order >= 1 at a number: of the definition, else of what the row says is the first one.

    The first derivative is a differential equation where it holds the function itself: the coefficients follow one
    after another.
    """
    if row.definition is not None:
        return value(row.definition, _Series(field, x, order, scalar))[order] * factorial(order)
    found: dict[tuple[str, int, Scalar], Scalar] = {}

    def remembered(name: str, primes: int, at: Scalar) -> Scalar:
        key = (name, primes, at)
        if key not in found:
            found[key] = step(primes, at) if name == row.name and primes else scalar(name, primes, at)
        return found[key]

    def step(primes: int, at: Scalar) -> Scalar:
        assert row.derivative is not None
        return value(row.derivative, _Series(field, at, primes - 1, remembered))[primes - 1] * factorial(primes - 1)

    return step(order, x)


class _Series(Algebra[Jet]):
    """Formulas of the catalogue as Taylor series at a number."""

    def __init__(self, field: Field, x: Scalar, order: int, scalar: Derivatives) -> None:
        self._field = field
        self._order = order
        self._scalar = scalar
        self._t = [x, *[field.one, *[field.zero] * order][:order]]

    def _fixed(self, number: Scalar) -> Jet:
        return [number, *[self._field.zero] * self._order]

    def number(self, value: Fraction) -> Jet:
        return self._fixed(self._field.number(value))

    def constant(self, name: str) -> Jet:
        return self._fixed(self._field.constant(name))

    def argument(self) -> Jet:
        return self._t

    def add(self, a: Jet, b: Jet) -> Jet:
        return jets.add(self._field, [a, b], self._order)

    def multiply(self, a: Jet, b: Jet) -> Jet:
        return jets.multiply(self._field, a, b)

    def power(self, base: Jet, exponent: Jet) -> Jet:
        return jets.power(self._field, [base, exponent], self._order)

    def compare(self, op: str, a: Jet, b: Jet) -> Jet:
        return jets.compare(self._field, [a, b], self._order)

    def call(self, name: str, args: Sequence[Jet]) -> Jet:
        if name in ("max", "min"):
            return jets.extreme(1 if name == "max" else -1)(self._field, list(args), self._order)
        return jets.compose(self._field, self._scalar, name, 0, args[0])

    def where(self, condition: Jet, yes: Callable[[], Jet], no: Callable[[], Jet]) -> Jet:
        return yes() if condition[0] != 0 else no()
