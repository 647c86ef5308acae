"""Where a number is zero along a line: exactly where that is rational and easy, else to many digits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import EvaluationError, NotExact, Undefined
from gradcli.evaluate.field import Field
from gradcli.evaluate.fields import digits
from gradcli.evaluate.mp_field import fraction
from gradcli.expr.node import Node
from gradcli.verdicts.fractions_field import SHORT
from gradcli.verdicts.problem import Place, Problem

_DIGITS = 120
KNOWN = 105  # of them, of a crossing that is at no short fraction
_ROUGH = 30
_STEPS = 60
_GUESSES = 1000


def crossing(
    problem: Problem, turning: Node, entry: int, at: Callable[[Fraction], Place], low: Fraction, high: Fraction
) -> tuple[Fraction, bool] | None:
    """A number between two, close together, at which an entry of `turning` is 0, and whether it is so exactly.

    None where none was found.
    """

    def value(t: Fraction, field: Field) -> Scalar:
        found = problem.everything(at(t), field, (turning,))[turning.serial].flat[entry]
        if isinstance(found, Undefined):
            raise EvaluationError(found.reason)
        return found

    try:
        for t in _simple(low, high):
            if value(t, SHORT) == 0:
                return t, True
    except (NotExact, OverflowError):
        pass
    except EvaluationError:
        return None
    try:
        found = _by_secants(lambda t: value(t, digits(_DIGITS)), low, high)
        near = max(high - low, abs(high) / 2**_ROUGH)  # the two are floats' idea of where it is
        return (found, False) if found is not None and low - near <= found <= high + near else None
    except (EvaluationError, ZeroDivisionError, OverflowError):
        return None


def _simple(low: Fraction, high: Fraction) -> list[Fraction]:
    """Numbers between, or next to, two that a program may mean by the crossing."""
    middle = (low + high) / 2
    return list(dict.fromkeys(middle.limit_denominator(bound) for bound in (1, 16, _GUESSES, 10**6)))


def _by_secants(value: Callable[[Fraction], Scalar], low: Fraction, high: Fraction) -> Fraction | None:
    """By secants, to the digits computed with; exact where the number is linear."""
    a, b = low, high
    of_a, of_b = value(a), value(b)
    for _ in range(_STEPS):
        if of_b == of_a:
            return None
        share = of_b / (of_b - of_a)
        step = (a - b) * as_fraction(share)
        a, of_a = b, of_b
        b = b + step
        if b.denominator.bit_length() > 1600:
            b = Fraction(round(b * 2**800), 2**800)
        of_b = value(b)
        if of_b == 0 or abs(step) <= abs(b) / 10**KNOWN:
            return b
    return None


def as_fraction(x: Scalar) -> Fraction:
    """A finite number of any field as a fraction, exactly."""
    if isinstance(x, Fraction | int | float):
        return Fraction(x)
    return fraction(x._mpf_)
