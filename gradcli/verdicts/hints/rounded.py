"""Constants of real code that are written as rounded decimals: `0.3989422804` for `1/sqrt(2*pi)`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import cache
from math import inf, log10
from typing import Any

from gradcli.expr.node import Node, value_of
from gradcli.expr.walk import postorder
from gradcli.verdicts.crossing import as_fraction
from gradcli.verdicts.verdict import Counterexample, Hint, Scientific

_DIGITS = 60
_FEWEST_DIGITS = 5
_FILL = -1_000
_CLOSE = 6  # digits to which sides agree that differ by a rounded constant
_CONSTANTS: dict[str, Callable[[Any], Any]] = {
    "pi": lambda m: m.pi, "1/pi": lambda m: 1 / m.pi, "2*pi": lambda m: 2 * m.pi, "pi/2": lambda m: m.pi / 2,
    "pi/4": lambda m: m.pi / 4, "pi/180": lambda m: m.pi / 180, "180/pi": lambda m: 180 / m.pi,
    "sqrt(pi)": lambda m: m.sqrt(m.pi), "1/sqrt(pi)": lambda m: 1 / m.sqrt(m.pi),
    "2/sqrt(pi)": lambda m: 2 / m.sqrt(m.pi), "sqrt(2*pi)": lambda m: m.sqrt(2 * m.pi),
    "1/sqrt(2*pi)": lambda m: 1 / m.sqrt(2 * m.pi), "sqrt(2/pi)": lambda m: m.sqrt(2 / m.pi),
    "sqrt(pi/8)": lambda m: m.sqrt(m.pi / 8), "log(2*pi)": lambda m: m.log(2 * m.pi),
    "log(2*pi)/2": lambda m: m.log(2 * m.pi) / 2, "e_": lambda m: m.e, "1/e_": lambda m: 1 / m.e,
    "log(2)": lambda m: m.log(2), "1/log(2)": lambda m: 1 / m.log(2), "log(10)": lambda m: m.log(10),
    "1/log(10)": lambda m: 1 / m.log(10), "sqrt(2)": lambda m: m.sqrt(2), "1/sqrt(2)": lambda m: 1 / m.sqrt(2),
    "sqrt(3)": lambda m: m.sqrt(3), "1/sqrt(3)": lambda m: 1 / m.sqrt(3), "sqrt(5)": lambda m: m.sqrt(5),
    "1/3": lambda m: m.mpf(1) / 3, "2/3": lambda m: m.mpf(2) / 3, "1/6": lambda m: m.mpf(1) / 6,
    "5/6": lambda m: m.mpf(5) / 6, "1/7": lambda m: m.mpf(1) / 7, "2/7": lambda m: m.mpf(2) / 7,
    "1/9": lambda m: m.mpf(1) / 9, "1/12": lambda m: m.mpf(1) / 12,
}  # fmt: skip


def rounded(sides: Iterable[Node], found: Counterexample) -> Hint | None:
    """What is to be said of sides that agree to many digits; None of others."""
    left, right = found.left, found.right
    if isinstance(left, Scientific) or isinstance(right, Scientific):
        return _fill(sides)
    digits = _agreeing(left, right)
    if digits < _CLOSE:
        return None
    agree = f"the sides agree to {digits} digits"
    for node in postorder(list(sides)):
        value = value_of(node)
        meant = _meant(abs(value)) if value is not None else None
        if meant is not None:
            return Hint("rounded", f"{agree}: {_decimal(abs(value or Fraction(0)))} is {meant}, rounded", None)
    return Hint("close", f"{agree}, and differ", None)


def _fill(sides: Iterable[Node]) -> Hint:
    """What is to be said of sides that differ by a number that is as good as 0."""
    tiny = "the sides differ by a number too small for floats, which is not 0"
    values = (value_of(node) for node in postorder(list(sides)))
    if any(value is not None and value <= _FILL for value in values):
        return Hint("rounded", f"{tiny}: what is filled in is meant as -inf", None)
    return Hint("close", tiny, None)


def _agreeing(a: Fraction | float, b: Fraction | float) -> int:
    if inf in (abs(a), abs(b)):
        return 0
    left, right = Fraction(a), Fraction(b)
    size = max(abs(left), abs(right))
    gap = abs(left - right)
    if not size or not gap:
        return 0
    share = gap / size
    return max(0, int(-(log10(share.numerator) - log10(share.denominator))))


def _meant(value: Fraction) -> str | None:
    """The constant that a decimal is, rounded in its last place; None of what is a number of its own."""
    places = _places(value)
    if places is None:
        return None
    for text, exact in _constants().items():
        if value != exact and abs(value - exact) <= Fraction(1, 10**places):
            return text
    return None


def _places(value: Fraction) -> int | None:
    """How many decimals a number has that is written as one, of at least five digits; else None."""
    places = 0
    while (value * 10**places).denominator != 1:
        places += 1
        if places > 40:
            return None
    return places if places and len(str((value * 10**places).numerator)) >= _FEWEST_DIGITS else None


def _decimal(value: Fraction) -> str:
    places = _places(value) or 0
    digits = str((value * 10**places).numerator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


@cache
def _constants() -> dict[str, Fraction]:
    import mpmath

    context = mpmath.MPContext()
    context.dps = _DIGITS
    return {text: as_fraction(context.mpf(1) * constant(context)) for text, constant in _CONSTANTS.items()}
