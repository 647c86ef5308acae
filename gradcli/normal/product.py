"""A product of factors on its way to be a canonical term."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gradcli.expr.shapes import Dim
from gradcli.normal.atom import FIRST_DUMMY, Atom, Factor, Rational, Term, atom
from gradcli.normal.poly import Poly, dummies_of

Spot = tuple[Atom, tuple[int, ...]]
Table = dict[Spot, Rational]


@dataclass(slots=True)
class Product:
    """`coefficient` times the factors, summed over `dummies`."""

    coefficient: Rational
    factors: list[Factor]
    dummies: dict[int, Dim]

    def multiply_in(self, term: Term, mapping: Mapping[int, int]) -> None:
        """Append a term, its free indices renamed by the map and its dummies made new."""
        following = max(self.dummies, default=FIRST_DUMMY - 1) + 1
        fresh: dict[int, int] = {}
        for i, dim in dummies_of(term).items():
            fresh[i] = following
            self.dummies[following] = dim
            following += 1
        for array, idx, exponent in term:
            renamed = tuple(fresh[i] if i >= FIRST_DUMMY else mapping.get(i, i) for i in idx)
            self.factors.append((array, renamed, exponent))


@dataclass(slots=True)
class Rewritten:
    """What a rule leaves of a product: factors, summed over `dummies`, times sums whose indices are renamed."""

    coefficient: Rational
    table: Table
    dummies: dict[int, Dim]
    sums: list[tuple[Poly, dict[int, int]]] = field(default_factory=list)

    def factors(self) -> list[Factor]:
        """The factors as a list."""
        return [(array, idx, exponent) for (array, idx), exponent in self.table.items() if exponent]


def dimension(dim: Dim) -> tuple[int, list[Atom]]:
    """The size of a dimension, as a number times the sizes of named dimensions (`m*p` is a product)."""
    number = 1
    names: list[Atom] = []
    for part in str(dim).split("*"):
        if part.isdigit():
            number *= int(part)
        else:
            names.append(atom("dim", part, positive=True, regular=False))
    return number, names
