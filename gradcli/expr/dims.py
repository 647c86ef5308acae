"""Dimensions as polynomials with integer coefficients.

A dimension is an integer or the canonical text of a polynomial: `n`, `4*h`, `n*p`, `n - k + 1`.  One polynomial has one
text, so dimensions that are equal for every choice of the named sizes compare equal.  `min(m, n)` counts as a name.
In the text, positive terms stand before negative ones and the constant last; a product has its number first and its
names in order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from re import compile as pattern

Dim = str | int
Monomial = tuple[str, ...]
Terms = dict[Monomial, int]

_TOKEN = pattern(r"\s*(?:(\d+)|([^\W\d]\w*)|([-+*(),]))")


@lru_cache(maxsize=65536)
def _terms(dim: Dim) -> tuple[tuple[Monomial, int], ...]:
    if isinstance(dim, int):
        return (((), dim),) if dim else ()
    if dim.isidentifier():
        return (((dim,), 1),)
    return tuple(_Reader(dim).read().items())


def terms_of(dim: Dim) -> Terms:
    """The polynomial: the coefficient of each product of names."""
    return dict(_terms(dim))


class _Reader:
    """Reads the text of a dimension, its names being identifiers and `min(a, b)`."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [match.group().strip() for match in _TOKEN.finditer(text)]
        self._at = 0

    def read(self) -> Terms:
        terms = self._sum()
        if self._at != len(self._tokens):
            raise ValueError(f"{self._text!r} is no dimension")
        return terms

    def _next(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else ""

    def _take(self) -> str:
        token = self._next()
        self._at += 1
        return token

    def _sum(self) -> Terms:
        out: Terms = {}
        sign = 1
        if self._next() == "-":
            self._take()
            sign = -1
        while True:
            for names, value in self._product().items():
                out[names] = out.get(names, 0) + sign * value
            if self._next() not in ("+", "-"):
                return {names: value for names, value in out.items() if value}
            sign = 1 if self._take() == "+" else -1

    def _product(self) -> Terms:
        out = self._factor()
        while self._next() == "*":
            self._take()
            out = _multiplied(out, self._factor())
        return out

    def _factor(self) -> Terms:
        token = self._take()
        if token == "(":
            inner = self._sum()
            self._take()
            return inner
        if token == "min" and self._next() == "(":
            self._take()
            first = dim_of(self._sum())
            self._take()
            second = dim_of(self._sum())
            self._take()
            least = least_dim(first, second)
            return {(least,): 1} if isinstance(least, str) and least.startswith("min(") else terms_of(least)
        if token.isdigit():
            return {(): int(token)} if int(token) else {}
        return {(token,): 1}


def _multiplied(a: Terms, b: Terms) -> Terms:
    out: Terms = {}
    for p, x in a.items():
        for q, y in b.items():
            names = tuple(sorted(p + q))
            out[names] = out.get(names, 0) + x * y
    return {names: value for names, value in out.items() if value}


def dim_of(terms: Mapping[Monomial, int]) -> Dim:
    """The dimension of a polynomial: an `int` where it is a number, else its canonical text."""
    kept = {names: value for names, value in terms.items() if value}
    if not kept:
        return 0
    if list(kept) == [()]:
        return kept[()]
    leads = not any(names and value > 0 for names, value in kept.items())  # `10 - n`: the constant stands first

    def place(names: Monomial) -> tuple[int, int, Monomial]:
        rank = (0 if leads and kept[names] > 0 else 3) if not names else 1 if kept[names] > 0 else 2
        return rank, -len(names), names

    order = sorted(kept, key=place)
    text = ""
    for names in order:
        value = abs(kept[names])
        written = "*".join(([str(value)] if value > 1 or not names else []) + list(names))
        sign = "-" if kept[names] < 0 else "+"
        text += f" {sign} {written}" if text else written if sign == "+" else f"-{written}"
    return text


def dim_sum(*dims: Dim) -> Dim:
    """The dimension `a + b + ...`."""
    out: Terms = {}
    for dim in dims:
        for names, value in _terms(dim):
            out[names] = out.get(names, 0) + value
    return dim_of(out)


def dim_scaled(number: int, dim: Dim) -> Dim:
    """The dimension `number * a`."""
    return dim_of({names: number * value for names, value in _terms(dim)})


def dim_difference(a: Dim, b: Dim) -> Dim:
    """`a - b`; a number where it is one, which may be negative."""
    return dim_sum(a, dim_scaled(-1, b))


@lru_cache(maxsize=65536)
def dim_product(a: Dim, b: Dim) -> Dim:
    """The dimension `a * b`."""
    return dim_of(_multiplied(terms_of(a), terms_of(b)))


def quotient(whole: Dim, part: Dim) -> Dim | None:
    """The dimension q with `part * q == whole`; None where there is none."""
    rest, divisor = terms_of(whole), terms_of(part)
    if not divisor:
        return None
    lead = max(divisor, key=_degree)
    found: Terms = {}
    while rest:
        top = max(rest, key=_degree)
        names = list(top)
        for name in lead:
            if name not in names:
                return None
            names.remove(name)
        if rest[top] % divisor[lead]:
            return None
        step = {tuple(names): rest[top] // divisor[lead]}
        found.update(step)
        for key, value in _multiplied(step, divisor).items():
            rest[key] = rest.get(key, 0) - value
        rest = {key: value for key, value in rest.items() if value}
    return dim_of(found)


def _degree(names: Monomial) -> tuple[int, Monomial]:
    return len(names), names


def factors_of(dim: Dim) -> tuple[Dim, ...]:
    """The factors of a dimension that is a product, its number first; of any other the dimension alone."""
    terms = _terms(dim)
    if len(terms) != 1 or terms[0][1] < 0:
        return (dim,)
    names, value = terms[0]
    return ((value,) if value > 1 or not names else ()) + names


def names_of(dim: Dim) -> tuple[str, ...]:
    """The names of sizes that a dimension is made of, those inside of `min(m, n)` too, in order."""
    found: dict[str, None] = {}
    for names, _ in _terms(dim):
        for name in names:
            least = least_parts(name)
            for part in least or ():
                found.update(dict.fromkeys(names_of(part)))
            if least is None:
                found[name] = None
    return tuple(found)


def solved(dim: Dim) -> tuple[str, int, int] | None:
    """`(name, a, b)` of the dimension `a * name + b`, which tells the size that has the name; None of any other."""
    terms = terms_of(dim)
    rest = terms.pop((), 0)
    if len(terms) != 1:
        return None
    ((names, factor),) = terms.items()
    return (names[0], factor, rest) if len(names) == 1 and least_parts(names[0]) is None else None


def dim_value(dim: Dim, size: Callable[[str], int]) -> int:
    """A dimension as a number, `size` giving that of each name."""
    total = 0
    for names, value in _terms(dim):
        for name in names:
            least = least_parts(name)
            value *= size(name) if least is None else min(dim_value(part, size) for part in least)
        total += value
    return total


def least_dim(a: Dim, b: Dim) -> Dim:
    """The smaller of two dimensions: `min(m, n)` where sizes decide; where one is composed of names, the first."""
    if a == b:
        return a
    apart = dim_difference(a, b)
    if isinstance(apart, int):
        return b if apart > 0 else a
    if 1 in (a, b):
        return 1
    composed = any(not dim.isidentifier() for dim in (a, b) if isinstance(dim, str))
    return a if composed else _least(a, b)


def _least(a: Dim, b: Dim) -> str:
    return "min({}, {})".format(*sorted((a, b), key=str))


def least_parts(dim: object) -> tuple[Dim, Dim] | None:
    """m and n of the dimension `min(m, n)`; None of any other."""
    if not isinstance(dim, str) or not dim.startswith("min(") or dim.find(")") != len(dim) - 1:
        return None
    a, b = (int(part) if part.isdigit() else part for part in dim[4:-1].split(", "))
    return a, b
