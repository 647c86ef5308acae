"""Sums over small literal dimensions written out entry by entry; determinants and inverses of small matrices too."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product

from gradcli.expr.shapes import Dim
from gradcli.normal import functions, powers
from gradcli.normal.poly import (
    ENTRYWISE,
    FIRST_DUMMY,
    ONE,
    Atom,
    Factor,
    Poly,
    Rational,
    Term,
    TooLarge,
    combination,
    dummies_of,
)
from gradcli.normal.product import Product
from gradcli.normal.simplify import multiply, simplify, substitute

LARGEST_SPELLED = 6
LARGEST_DETERMINANT = 4
MOST_ENTRIES = 256


def has_literals(poly: Poly) -> bool:
    """Whether a small literal dimension or a fixed position occurs anywhere."""
    todo, seen = [poly], set[str]()
    while todo:
        for term in todo.pop().terms:
            for array, idx, _ in term:
                if any(i < 0 for i in idx) or any(_small(dim) for dim in array.dims) or _small(array.data):
                    return True
                if array.args and array.key not in seen:
                    seen.add(array.key)
                    todo.extend(array.args)
    return False


def _small(dim: object) -> bool:
    return isinstance(dim, int) and 1 < dim <= LARGEST_SPELLED


def entries(poly: Poly) -> Iterator[Poly]:
    """The polynomial at each position of its small literal axes, all sums over such dimensions written out.

    Raises TooLarge.
    """
    axes = {i: dim for i, dim in poly.dims().items() if isinstance(dim, int) and dim <= LARGEST_SPELLED}
    count = 1
    for dim in axes.values():
        count *= dim
    if count > MOST_ENTRIES:
        raise TooLarge("too many entries")
    speller = _Speller()
    for places in product(*(range(1, dim + 1) for dim in axes.values())):
        yield speller.spelled(substitute(poly, {i: -place for i, place in zip(axes, places, strict=True)}))


class _Speller:
    """Spells polynomials; atoms are spelled once."""

    def __init__(self) -> None:
        self._memo: dict[tuple[Atom, tuple[int, ...]], Poly] = {}

    def spelled(self, poly: Poly) -> Poly:
        """The polynomial without sums over small literal dimensions."""
        parts: list[tuple[Rational, Poly]] = []
        for term, value in poly.terms.items():
            dims = {i: dim for i, dim in dummies_of(term).items() if isinstance(dim, int) and dim <= LARGEST_SPELLED}
            for places in product(*(range(1, dim + 1) for dim in dims.values())):
                fixed = {i: -place for i, place in zip(dims, places, strict=True)}
                parts.append((value, self._product(term, fixed)))
                if len(parts) > MOST_ENTRIES * 8:
                    raise TooLarge("too many entries")
        return combination(parts)

    def _product(self, term: Term, fixed: dict[int, int]) -> Poly:
        plain: list[Factor] = []
        others: list[Poly] = []
        for array, idx, exponent in term:
            places = tuple(fixed.get(i, i) for i in idx)
            if array.args and not any(i >= FIRST_DUMMY for i in places):
                others.append(powers.power_rational(self._factor(array, places), exponent))
            else:
                plain.append((array, places, exponent))
        out: dict[Term, Rational] = {}
        dummies: dict[int, Dim] = dummies_of(plain)
        simplify(Product(1, plain, dummies), out)
        return multiply(Poly(out), *others)

    def _factor(self, array: Atom, places: tuple[int, ...]) -> Poly:
        spot = (array, places)
        if spot not in self._memo:
            self._memo[spot] = self._made(array, places)
        return self._memo[spot]

    def _made(self, array: Atom, places: tuple[int, ...]) -> Poly:
        if array.kind in ENTRYWISE:
            args = [self.spelled(substitute(arg, dict(enumerate(places)))) for arg in array.args]
            return functions.applied(array, args)
        if array.kind == "det" and isinstance(array.data, int) and array.data <= LARGEST_DETERMINANT:
            return self._determinant(array.args[0], list(range(1, array.data + 1)), list(range(1, array.data + 1)))
        dim = array.dims[0] if array.dims else None
        if array.kind == "inv" and isinstance(dim, int) and dim <= LARGEST_DETERMINANT and max(places) < 0:
            row, column = -places[0], -places[1]
            every = list(range(1, dim + 1))
            base = array.args[0]
            rows, columns = [k for k in every if k != column], [k for k in every if k != row]
            minor = self._determinant(base, rows, columns)
            sign = -1 if (row + column) % 2 else 1
            whole = self._determinant(base, every, every)
            return multiply(combination([(sign, minor)]), powers.power_rational(whole, -1))
        return Poly({((array, places, 1),): 1})

    def _determinant(self, matrix: Poly, rows: list[int], columns: list[int]) -> Poly:
        parts: list[tuple[Rational, Poly]] = []
        for order in permutations(range(len(columns))):
            entries = [
                self.spelled(substitute(matrix, {0: -row, 1: -columns[k]})) for row, k in zip(rows, order, strict=True)
            ]
            parts.append((_sign(order), multiply(*entries) if entries else ONE))
        return combination(parts)


def _sign(order: tuple[int, ...]) -> int:
    swaps = sum(order[i] > order[j] for i in range(len(order)) for j in range(i + 1, len(order)))
    return -1 if swaps % 2 else 1
