"""Sums of terms with rational coefficients."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gradcli.expr.shapes import Dim
from gradcli.normal.atom import FIRST_DUMMY, Factor, Rational, Term, digest, rational

MOST_TERMS = 10_000


class Poly:
    """A sum of terms, like terms collected; never changed after it is made."""

    __slots__ = ("_key", "terms")

    def __init__(self, terms: dict[Term, Rational]) -> None:
        self.terms = terms
        self._key: str | None = None

    @property
    def key(self) -> str:
        """A digest; equal keys mean equal polynomials."""
        if self._key is None:
            lines = sorted(f"{coefficient}:{term_key(term)}" for term, coefficient in self.terms.items())
            self._key = digest(";".join(lines))
        return self._key

    def __repr__(self) -> str:
        return f"<{' + '.join(f'{c}*{term}' for term, c in self.terms.items()) or '0'}>"

    def number(self) -> Rational | None:
        """The constant that this is, else None."""
        if not self.terms:
            return 0
        if len(self.terms) == 1:
            return self.terms.get(())
        return None

    def free(self) -> list[int]:
        """The free indices in use, in order."""
        return sorted({i for term in self.terms for _, idx, _ in term for i in idx if 0 <= i < FIRST_DUMMY})

    def dims(self) -> dict[int, Dim]:
        """The dimension of each free index in use."""
        return {
            i: dim
            for term in self.terms
            for array, idx, _ in term
            for i, dim in zip(idx, array.dims, strict=True)
            if 0 <= i < FIRST_DUMMY
        }

    def ordered(self) -> list[tuple[Term, Rational]]:
        """The terms in an order that is the same in every process."""
        return sorted(self.terms.items(), key=lambda item: term_key(item[0]))


def term_key(term: Term) -> str:
    """A text that names a term."""
    return ",".join(f"{array.key}{idx}{exponent}" for array, idx, exponent in term)


def factor_order(factor: Factor) -> tuple[str, tuple[int, ...], Rational]:
    """The order of factors in a term."""
    return factor[0].key, factor[1], factor[2]


def dummies_of(term: Iterable[Factor]) -> dict[int, Dim]:
    """The dummies of a term with their dimensions."""
    return {i: dim for array, idx, _ in term for i, dim in zip(idx, array.dims, strict=True) if i >= FIRST_DUMMY}


ZERO = Poly({})
ONE = Poly({(): 1})


def number(value: Rational) -> Poly:
    """A constant."""
    return Poly({(): rational(value)}) if value else ZERO


def add(polys: Iterable[Poly]) -> Poly:
    """Sum."""
    return combination((1, poly) for poly in polys)


def combination(parts: Iterable[tuple[Rational, Poly]]) -> Poly:
    """Sum of rational multiples."""
    out: dict[Term, Rational] = {}
    for factor, poly in parts:
        for term, coefficient in poly.terms.items():
            collect(out, term, factor * coefficient)
    return Poly(out)


def collect(out: dict[Term, Rational], term: Term, coefficient: Rational) -> None:
    """Add one term into a sum being built."""
    total = rational(out.get(term, 0) + coefficient)
    if total:
        out[term] = total
    else:
        out.pop(term, None)


def scale(value: Rational, poly: Poly) -> Poly:
    """A rational multiple."""
    return combination([(value, poly)])


def from_terms(terms: Mapping[Term, Rational]) -> Poly:
    """A polynomial of some of another's terms."""
    return Poly(dict(terms))
