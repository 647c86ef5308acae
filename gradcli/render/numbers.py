"""Exact rationals as people write them: `3`, `0.5`, `1e-8`, and a coefficient before or under a product."""

from __future__ import annotations

from fractions import Fraction

_MOST_DIGITS = 12
_CHUNK = 10**4000


def digits(value: int) -> str:
    """An integer in decimal, of any size (`str` refuses beyond some thousand digits)."""
    if value < 0:
        return "-" + digits(-value)
    if value < _CHUNK:
        return str(value)
    chunks: list[str] = []
    while value >= _CHUNK:
        value, low = divmod(value, _CHUNK)
        chunks.append(str(low).zfill(4000))
    return str(value) + "".join(reversed(chunks))


def decimal(value: Fraction) -> str | None:
    """A positive rational as a short exact decimal, `0.1` or `1e-8`; None where there is none."""
    denominator, places = value.denominator, 0
    while denominator > 1:
        if places > 30:
            return None
        places += 1
        denominator = (value * 10**places).denominator
    if not places:
        return digits(value.numerator)
    text = digits((value * 10**places).numerator)
    if len(text) > _MOST_DIGITS or (len(text) > 4 and value.denominator % 5):
        return None
    if len(text) <= places - 4:
        mantissa = text if len(text) == 1 else f"{text[0]}.{text[1:]}"
        return f"{mantissa}e-{places - len(text) + 1}"
    text = text.zfill(places + 1)
    return f"{text[:-places]}.{text[-places:]}"


def coefficient(value: Fraction) -> tuple[str, int]:
    """`(front, under)` with `value * x` written `front * x / under`; `front` may be empty.

    Halves and thirds go under the product (`x / 2`, `2 * x / 3`), decimals in front (`0.1 * x`, `1.5 * x`).
    """
    if value.denominator == 1:
        return ("" if value == 1 else digits(value.numerator)), 1
    written = decimal(value)
    if written is not None and (value.numerator != 1 or value.denominator % 10 == 0):
        return written, 1
    return ("" if value.numerator == 1 else digits(value.numerator)), value.denominator
