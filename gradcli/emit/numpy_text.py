"""Numbers, tuples and shapes as texts of NumPy."""

from __future__ import annotations

from fractions import Fraction

from gradcli.emit.writer import Code, Level

_LARGEST_EXACT = 2**53


def number(value: Fraction, xp: str) -> Code:
    """A rational: an integer, a decimal, or a quotient."""
    if abs(value) >= Fraction(2) ** 1024:
        text = f"{'-' if value < 0 else ''}{xp}.inf"
    elif value.denominator == 1 and abs(value) <= _LARGEST_EXACT:
        text = str(value.numerator)
    elif _is_short(float(value), value) or max(abs(value.numerator), value.denominator) > _LARGEST_EXACT:
        text = repr(float(value))
    else:
        return Code(f"{value.numerator} / {value.denominator}", Level.PRODUCT, True)
    return Code(text, Level.UNARY if value < 0 else Level.ATOM, True)


def _is_short(decimal: float, value: Fraction) -> bool:
    """Whether a rational is the decimal that Python prints for it."""
    return Fraction(repr(decimal)) == value


def where_blocks(pattern: str) -> str:
    """The subscripts of einsum that show the blocks of an array: `ijil->ijl`."""
    return f'"{pattern}->{"".join(dict.fromkeys(pattern))}"'


def list_of(axes: tuple[int, ...]) -> str:
    return f"[{', '.join(map(str, axes))}]"


def shape_of(args: list[Code]) -> str:
    """Lengths as an argument: a number, or a tuple."""
    return args[0].text if len(args) == 1 else f"({', '.join(arg.text for arg in args)})"


def tuple_of(args: list[Code]) -> str:
    inner = ", ".join(arg.text for arg in args)
    return f"({inner},)" if len(args) == 1 else f"({inner})"
