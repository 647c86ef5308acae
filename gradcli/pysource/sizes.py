"""Sizes of arrays: polynomials of named sizes with rational coefficients, as Python code computes with them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

_Monomial = tuple[str, ...]  # names in order, each as often as it is a factor


@dataclass(frozen=True, slots=True)
class Size:
    """A polynomial; `terms` are its monomials in order with their coefficients, none of them 0."""

    terms: tuple[tuple[_Monomial, Fraction], ...]

    @property
    def number(self) -> int | None:
        """The integer that this is, where no name stands in it."""
        if not self.terms:
            return 0
        (monomial, value), *rest = self.terms
        return int(value) if not rest and not monomial and value.denominator == 1 else None

    @property
    def names(self) -> frozenset[str]:
        """The named sizes in it."""
        return frozenset(name for monomial, _ in self.terms for name in monomial)

    def __add__(self, other: Size) -> Size:
        out = dict(self.terms)
        for monomial, value in other.terms:
            out[monomial] = out.get(monomial, Fraction(0)) + value
        return _size(out)

    def __sub__(self, other: Size) -> Size:
        return self + other * size(-1)

    def __mul__(self, other: Size) -> Size:
        out: dict[_Monomial, Fraction] = {}
        for a, x in self.terms:
            for b, y in other.terms:
                monomial = tuple(sorted(a + b))
                out[monomial] = out.get(monomial, Fraction(0)) + x * y
        return _size(out)

    def quotient(self, other: Size) -> Size | None:
        """The exact quotient by a size of one term; None where there is none with integer coefficients."""
        if len(other.terms) != 1:
            return size(1) if self == other else None
        (divisor, by) = other.terms[0]
        out: dict[_Monomial, Fraction] = {}
        for monomial, value in self.terms:
            rest = list(monomial)
            for name in divisor:
                if name not in rest:
                    return None
                rest.remove(name)
            if (value / by).denominator != 1:
                return None
            out[tuple(rest)] = value / by
        return _size(out)

    def __str__(self) -> str:
        """As an expression of the language, which Python reads the same way."""
        parts: list[str] = []
        for monomial, value in self.terms:
            factors = list(monomial)
            whole = abs(value)
            if whole != 1 or not factors:
                factors.insert(0, str(whole))
            text = "*".join(factors)
            sign = "-" if value < 0 else "+"
            parts.append(f" {sign} {text}" if parts else f"{'-' if value < 0 else ''}{text}")
        return "".join(parts) or "0"


def size(value: int | str) -> Size:
    """A number, or a named size."""
    if isinstance(value, str):
        return Size((((value,), Fraction(1)),))
    return Size((((), Fraction(value)),)) if value else Size(())


def _size(terms: Mapping[_Monomial, Fraction]) -> Size:
    kept = {monomial: value for monomial, value in terms.items() if value}
    return Size(tuple(sorted(kept.items(), key=lambda item: (-len(item[0]), item[0]))))


def product(sizes: tuple[Size, ...]) -> Size:
    """The product of sizes."""
    out = size(1)
    for each in sizes:
        out = out * each
    return out


_TOKEN = re.compile(r"\s*(?:(\d+)|([^\W\d]\w*)|([-+*()]))")


def read_size(text: str) -> Size:
    """A size as it is written in a comment: `n`, `3`, `2*d`, `n - 1`.  Raises ValueError."""
    tokens: list[str] = []
    place = 0
    stripped = text.strip()
    while place < len(stripped):
        found = _TOKEN.match(stripped, place)
        if found is None:
            raise ValueError(f"{text!r} is no size")
        tokens.append(found[0].strip())
        place = found.end()
    if len(tokens) > 50:
        raise ValueError(f"{text[:40]!r}... is too long for a size")
    tokens.append("")
    out, rest = _sum(tokens)
    if rest != [""]:
        raise ValueError(f"{text!r} is no size")
    return out


def _sum(tokens: list[str]) -> tuple[Size, list[str]]:
    negative = tokens[0] == "-"
    value, tokens = _product(tokens[1:] if negative else tokens)
    total = size(0) - value if negative else value
    while tokens[0] in ("+", "-"):
        sign, (value, tokens) = tokens[0], _product(tokens[1:])
        total = total + value if sign == "+" else total - value
    return total, tokens


def _product(tokens: list[str]) -> tuple[Size, list[str]]:
    value, tokens = _atom(tokens)
    while tokens[0] == "*":
        factor, tokens = _atom(tokens[1:])
        value = value * factor
    return value, tokens


def _atom(tokens: list[str]) -> tuple[Size, list[str]]:
    token, rest = tokens[0], tokens[1:]
    if token == "(":
        value, rest = _sum(rest)
        if rest[:1] != [")"]:
            raise ValueError("a bracket is not closed")
        return value, rest[1:]
    if not token or token in ")+-*":
        raise ValueError("a size is missing")
    return size(int(token) if token.isdigit() else token), rest
