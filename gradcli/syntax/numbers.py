"""Number literals, exactly."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

MAX_DIGITS = 1_000
MAX_EXPONENT = 300  # what lies beyond has no floating-point value to check it with


@lru_cache(maxsize=65536)
def number_value(written: str) -> Fraction | None:
    """Return the value of a literal; None where it is too long, too large or too small."""
    if len(written) > MAX_DIGITS:
        return None
    if not written.isascii():
        return _vulgar(written)
    mantissa, _, exponent = written.replace("E", "e").partition("e")
    if exponent:
        digits = exponent.lstrip("+-").lstrip("0")
        if len(digits) > 4:
            return None
    power = int(exponent) if exponent else 0
    whole, _, decimals = mantissa.partition(".")
    power -= len(decimals)
    if abs(power) > 2 * MAX_DIGITS:
        return None
    digits_value = int(whole + decimals)
    value = Fraction(digits_value * 10**power) if power >= 0 else Fraction(digits_value, 10**-power)
    if value and not Fraction(1, 10**MAX_EXPONENT) <= value <= 10**MAX_EXPONENT:
        return None
    return value


def _vulgar(written: str) -> Fraction | None:
    """The value of `½`, `⅓`, ...: a fraction of one character."""
    from unicodedata import normalize

    over, _, under = normalize("NFKC", written).partition("\u2044")
    return Fraction(int(over), int(under)) if over.isdecimal() and under.isdecimal() else None
