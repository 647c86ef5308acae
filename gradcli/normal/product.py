"""A product of factors on its way to be a canonical term."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gradcli.expr.dims import Dim, terms_of
from gradcli.normal.poly import (
    FIRST_DUMMY,
    Atom,
    Factor,
    Poly,
    Rational,
    Term,
    atom,
    dummies_of,
    factor_order,
    rational,
)

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


def dimension(dim: Dim) -> Poly:
    """The size of a dimension: a polynomial of the sizes that have names."""
    terms: dict[Term, Rational] = {}
    for names, value in terms_of(dim).items():
        counts = {name: names.count(name) for name in names}
        factors: list[Factor] = [
            (atom("dim", name, positive=True, regular=False), (), count) for name, count in counts.items()
        ]
        terms[tuple(sorted(factors, key=factor_order))] = value
    return Poly(terms)


def with_exponent(
    table: Table,
    dummies: dict[int, Dim],
    spot: Spot,
    exponent: Rational,
    sums: list[tuple[Poly, dict[int, int]]] | None = None,
) -> Rewritten:
    """The product with another exponent at one spot, times sums."""
    changed = dict(table)
    changed[spot] = rational(exponent)
    return Rewritten(1, changed, dict(dummies), sums or [])


def has_signs(array: Atom) -> bool:
    """Whether every entry of a named array is 1 or -1, by what is declared of it."""
    attributes, kind = array.attributes, array.stands_for
    return "signs" in attributes or (kind == "diagonal" and "orthogonal" in attributes)
