"""Derivatives of every order of the scalar functions of the language.

Each comes from the differential equation that the function satisfies, as a recurrence for its Taylor
coefficients (A. Griewank and A. Walther, Evaluating Derivatives, 2nd ed., table 13.2), and so is independent
of the rules by which expressions are differentiated.  Where none is written here, it is Taylor arithmetic on what the
catalogue says of the function.
"""

from __future__ import annotations

from fractions import Fraction
from math import factorial

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import OnKink, OutsideDomain
from gradcli.evaluate.field import Field
from gradcli.evaluate.series import by_row
from gradcli.ops.functions import SCALAR_FUNCTIONS

_RECURRENCES = frozenset({"tan", "sigmoid", "tanh", "erf", "atan", "asin", "acos"})


def derivative(field: Field, name: str, order: int, x: Scalar) -> Scalar:
    """The derivative of a function of the language at a number; order 0 is the value.

    Raises OutsideDomain where there is none and OnKink where it jumps.
    """
    if order == 0:
        return field.function(name, x)
    row = SCALAR_FUNCTIONS[name]
    if row.kinks and row.on_kink(x):
        raise OnKink(f"the derivative of {name} at {'0' if x == 0 else 'a kink'}")
    if name in ("exp", "sin", "cos", "sinh", "cosh"):
        return _cyclic(field, name, order, x)
    if name == "log":
        if x <= 0:
            raise OutsideDomain(row.domain.missed(name))
        return (-1) ** (order - 1) * factorial(order - 1) / field.power(x, field.number(order))
    if name == "sqrt":
        return falling_power(field, x, Fraction(1, 2), order)
    if name == "softplus":
        return derivative(field, "sigmoid", order - 1, x)
    if name in _RECURRENCES:
        return coefficients(field, name, x, order)[order] * factorial(order)
    if not row.domain.whole and not row.domain.holds(x):
        raise OutsideDomain(row.domain.missed(name))
    if row.higher is not None:
        return field.derivative(row, order, x)
    return by_row(field, row, order, x, lambda other, primes, at: derivative(field, other, primes, at))


def falling_power(field: Field, base: Scalar, exponent: Fraction, order: int) -> Scalar:
    """The derivative of `t ** exponent` at `t = base`."""
    factor = Fraction(1)
    for i in range(order):
        factor *= exponent - i
    if factor == 0:
        return field.zero
    return field.number(factor) * field.power(base, field.number(exponent - order))


def _cyclic(field: Field, name: str, order: int, x: Scalar) -> Scalar:
    if name in ("sinh", "cosh") and order % 2:
        name = "cosh" if name == "sinh" else "sinh"
    if name not in ("sin", "cos"):
        return field.function(name, x)
    phase = (order + (name == "cos")) % 4
    value = field.function("cos" if phase % 2 else "sin", x)
    return -value if phase >= 2 else value


def coefficients(field: Field, name: str, x: Scalar, order: int) -> list[Scalar]:
    """Taylor coefficients at x of tan, tanh, sigmoid, asin, acos, atan and erf, up to the order.

    The first, the value itself, is left 0 where the others do not need it: it may have no rational value
    where they have.
    """
    if name == "tan":
        return _riccati(field, field.function(name, x), (1, 0, 1), order)
    if name == "sigmoid":
        # s - s**2 cancels where s is near 1: use the reflection s(x) = 1 - s(-x).
        if x <= 0:
            return _riccati(field, field.function(name, x), (0, 1, -1), order)
        mirrored = _riccati(field, field.function(name, -x), (0, 1, -1), order)
        return [field.zero, *((-1) ** (k + 1) * mirrored[k] for k in range(1, order + 1))]
    if name == "tanh":
        inner = coefficients(field, "sigmoid", 2 * x, order)
        return [field.zero, *(inner[k] * 2 ** (k + 1) for k in range(1, order + 1))]
    if name == "erf":
        slope = _gaussian(field, x, order - 1)
    elif name == "atan":
        slope = _quadratic_power(field, (1 + x * x, 2 * x, field.one), Fraction(-1), order - 1)
    else:
        if abs(x) >= 1:
            raise OutsideDomain(f"the derivative of {name} outside (-1, 1)")
        slope = _quadratic_power(field, (1 - x * x, -2 * x, -field.one), Fraction(-1, 2), order - 1)
        if name == "acos":
            slope = [-term for term in slope]
    return [field.zero, *(slope[k] / (k + 1) for k in range(order))]


def _riccati(field: Field, start: Scalar, c: tuple[int, int, int], order: int) -> list[Scalar]:
    """The solution of `s' = c0 + c1 s + c2 s**2`."""
    out = [start]
    for k in range(order):
        square = field.total([out[i] * out[k - i] for i in range(k + 1)])
        out.append(((c[0] if k == 0 else 0) + c[1] * out[k] + c[2] * square) / (k + 1))
    return out


def _quadratic_power(field: Field, q: tuple[Scalar, Scalar, Scalar], exponent: Fraction, order: int) -> list[Scalar]:
    """`(q0 + q1 h + q2 h**2) ** exponent`, by `q u' = p q' u`."""
    p = field.number(exponent)
    out = [field.power(q[0], p)]
    for k in range(order):
        total = (p - k) * q[1] * out[k]
        if k:
            total = total + (2 * p - (k - 1)) * q[2] * out[k - 1]
        out.append(total / (q[0] * (k + 1)))
    return out


def _gaussian(field: Field, x: Scalar, order: int) -> list[Scalar]:
    """`2 / sqrt(pi) * exp(-(x + h)**2)`, by `u' = -2 (x + h) u`."""
    scale = 2 / field.function("sqrt", field.constant("pi"))
    out = [scale * field.function("exp", -x * x)]
    for k in range(order):
        out.append(-2 * (x * out[k] + (out[k - 1] if k else 0)) / (k + 1))
    return out
