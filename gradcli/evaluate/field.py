"""What numbers evaluation computes with."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import OutsideDomain, Undefined
from gradcli.ops.formula import Algebra, value
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.ops.scalar import ScalarFunction


class Field(ABC):
    """Real numbers in one representation.

    Values support `+ - * / abs < ==` with one another.  The methods raise OutsideDomain where there is no
    real
    value and, in the exact field, NotExact where there is no rational one.
    """

    name: str
    zero: Scalar
    one: Scalar
    exact: bool
    masks_hide = True
    """Whether `(x > 0) * log(x)` is 0 at -1; array libraries compute nan."""

    @abstractmethod
    def number(self, value: Fraction | int) -> Scalar:
        """A rational."""

    @abstractmethod
    def constant(self, name: str) -> Scalar:
        """`pi`, `e_` or `inf`."""

    @abstractmethod
    def total(self, terms: Sequence[Scalar]) -> Scalar:
        """The sum; what is left of a cancellation by rounding alone is zero."""

    @abstractmethod
    def function(self, name: str, x: Scalar) -> Scalar:
        """A scalar function of the language at a defined number."""

    @abstractmethod
    def computed(self, name: str, x: Scalar, compute: Callable[[Any], Any]) -> Scalar:
        """What is computed in this field's mathematics.  Raises OutsideDomain, and NotExact in the exact field."""

    @abstractmethod
    def real_power(self, base: Scalar, exponent: Scalar) -> Scalar:
        """`base ** exponent` for a positive base and an exponent that is no small integer."""

    @abstractmethod
    def integer(self, x: Scalar) -> int | None:
        """The integer that a number is, else None."""

    @abstractmethod
    def integer_power(self, base: Scalar, exponent: int) -> Scalar:
        """`base ** exponent` for a base that is not 0."""

    @abstractmethod
    def tiny(self, x: Scalar, scale: Scalar) -> bool:
        """Whether x cannot be told from zero among numbers of the size of scale."""

    @abstractmethod
    def checked(self, x: Scalar, infinite: bool) -> Scalar:
        """x, or an `Undefined` where it is no number, too large, or infinite without leave."""

    def row(self, name: str, x: Scalar) -> ScalarFunction:
        """The catalogue's row of a function.  Raises OutsideDomain where it has no value at the number."""
        row = SCALAR_FUNCTIONS[name]
        if not row.domain.whole and not row.domain.holds(x):
            raise OutsideDomain(row.domain.missed(name))
        return row

    def derivative(self, row: ScalarFunction, order: int, x: Scalar) -> Scalar:
        """The derivative of a function whose row says how it is computed."""
        assert row.higher is not None, row.name
        higher = row.higher
        return self.computed(row.name, x, lambda m: higher(m, order, x))

    def defined(self, row: ScalarFunction, x: Scalar) -> Scalar:
        """The value of a function by its definition in others."""
        assert row.definition is not None, row.name
        found = value(row.definition, _Numbers(self, x))
        if isinstance(found, Undefined):
            raise OutsideDomain(found.reason)
        return found

    def power(self, base: Scalar, exponent: Scalar) -> Scalar:
        """`base ** exponent`, real: 0**0 is 1; a negative base wants an integer exponent."""
        if isinstance(base, Undefined):
            return base
        if isinstance(exponent, Undefined):
            return exponent
        k = self.integer(exponent)
        if base == 0:
            if k == 0:
                return self.one
            if exponent < 0:
                raise OutsideDomain("division by zero")
            return self.zero
        if k is not None:
            return self.integer_power(base, k)
        if base < 0:
            raise OutsideDomain("a negative number to a power that is not an integer")
        return self.real_power(base, exponent)


class _Numbers(Algebra[Scalar]):
    """Formulas of the catalogue at a number."""

    def __init__(self, field: Field, x: Scalar) -> None:
        self._field = field
        self._x = x

    def number(self, value: Fraction) -> Scalar:
        return self._field.number(value)

    def constant(self, name: str) -> Scalar:
        return self._field.constant(name)

    def argument(self) -> Scalar:
        return self._x

    def add(self, a: Scalar, b: Scalar) -> Scalar:
        return self._field.total([a, b])

    def multiply(self, a: Scalar, b: Scalar) -> Scalar:
        return a * b

    def power(self, base: Scalar, exponent: Scalar) -> Scalar:
        return self._field.power(base, exponent)

    def compare(self, op: str, a: Scalar, b: Scalar) -> Scalar:
        return self._field.number(int(a < b or (op == "<=" and a == b)))

    def call(self, name: str, args: Sequence[Scalar]) -> Scalar:
        if name in ("max", "min"):
            return (max if name == "max" else min)(args)
        return self._field.function(name, args[0])

    def where(self, condition: Scalar, yes: Callable[[], Scalar], no: Callable[[], Scalar]) -> Scalar:
        return yes() if condition != 0 else no()
