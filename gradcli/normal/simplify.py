"""Products of factors to sums of canonical terms: identities contracted, equal factors collected, rules applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import product as cartesian

from gradcli.expr.shapes import Dim
from gradcli.index.merged import merged, renamed
from gradcli.normal.label import canonical
from gradcli.normal.late import LATE
from gradcli.normal.poly import (
    FIRST_DUMMY,
    MOST_TERMS,
    Factor,
    Poly,
    Rational,
    Term,
    TooLarge,
    collect,
    delta,
    rational,
    settled,
)
from gradcli.normal.product import Product, Rewritten, Table, dimension

MOST_STEPS = 20_000

# What is left of the steps that a comparison may take, where one is under way.
_FACTORS_A_STEP = 6  # a long product is as much work as several short ones
_left: ContextVar[list[int] | None] = ContextVar("steps left", default=None)


@contextmanager
def budget(steps: int) -> Iterator[None]:
    """Raise TooLarge after so many steps inside the block."""
    token = _left.set([steps])
    try:
        yield
    finally:
        _left.reset(token)


def contract(parts: Iterable[tuple[Poly, Mapping[int, int]]], bound: Mapping[int, Dim] | None = None) -> Poly:
    """The product of polynomials, their free indices renamed, summed over the indices in `bound`.

    What the maps leave out keeps its name; the indices in `bound` are 100 and more.
    Raises TooLarge.
    """
    listed = [(list(poly.terms.items()), mapping) for poly, mapping in parts]
    count = 1
    for terms, _ in listed:
        count *= len(terms)
    if count > MOST_TERMS:
        raise TooLarge("a product of sums with too many terms")
    out: dict[Term, Rational] = {}
    for choice in cartesian(*(terms for terms, _ in listed)):
        item = Product(1, [], dict(bound or {}))
        for (term, value), (_, mapping) in zip(choice, listed, strict=True):
            item.coefficient *= value
            item.multiply_in(term, mapping)
        simplify(item, out)
    return Poly(out)


def multiply(*polys: Poly) -> Poly:
    """The product of polynomials, entry by entry over the same free indices."""
    return contract([(poly, {}) for poly in polys])


def substitute(poly: Poly, mapping: Mapping[int, int]) -> Poly:
    """Free indices renamed, all at once, to free or fixed ones."""
    if all(i == j for i, j in mapping.items()):
        return poly
    return contract([(poly, mapping)])


def times(poly: Poly, factors: list[Factor]) -> Poly:
    """A polynomial times factors without dummies."""
    out: dict[Term, Rational] = {}
    for term, value in poly.terms.items():
        item = Product(value, list(factors), {})
        item.multiply_in(term, {})
        simplify(item, out)
    return Poly(out)


def simplify(start: Product, out: dict[Term, Rational]) -> None:
    """Add a product to `out`, as canonical terms.

    Raises TooLarge.
    """
    todo = [start]
    steps = 0
    left = _left.get()
    while todo:
        steps += 1
        if left is not None:
            left[0] -= 1 + len(todo[-1].factors) // _FACTORS_A_STEP
        if steps > MOST_STEPS or len(out) > MOST_TERMS or (left is not None and left[0] < 0):
            raise TooLarge("too many terms")
        item = todo.pop()
        if not item.coefficient or not _contract_deltas(item):
            continue
        table, lengths = _collected(item)
        if lengths:
            sums: list[tuple[Poly, dict[int, int]]] = [(length, {}) for length in lengths]
            todo.extend(_expanded(Rewritten(item.coefficient, table, item.dummies, sums)))
            continue
        rewritten = LATE.rewrite(table, item.dummies)
        if rewritten is not None:
            rewritten.coefficient *= item.coefficient
            todo.extend(_expanded(rewritten))
            continue
        factors = [(array, idx, exponent) for (array, idx), exponent in table.items()]
        collect(out, canonical(factors), item.coefficient)


def _expanded(rewritten: Rewritten) -> list[Product]:
    """Multiply out the sums that a rule leaves."""
    products = [Product(rewritten.coefficient, rewritten.factors(), dict(rewritten.dummies))]
    for poly, mapping in rewritten.sums:
        if len(products) * len(poly.terms) > MOST_TERMS:
            raise TooLarge("a product of sums with too many terms")
        grown: list[Product] = []
        for item in products:
            for term, value in poly.terms.items():
                longer = Product(item.coefficient * value, list(item.factors), dict(item.dummies))
                longer.multiply_in(term, mapping)
                grown.append(longer)
        products = grown
    return products


def _contract_deltas(item: Product) -> bool:
    """Put equal what identities make equal; False where the product is zero."""
    if not any(array.kind == "delta" for array, _, _ in item.factors):
        return True
    deltas = [factor for factor in item.factors if factor[0].kind == "delta" and factor[2] >= 0]
    equal = merged(((i, j) for _, (i, j), _ in deltas), lambda i: i < 0, _rank)
    if equal.apart:
        return False
    dims = {i: array.dims[0] for array, idx, _ in deltas for i in idx}
    factors: list[Factor] = []
    for array, idx, exponent in item.factors:
        if array.kind != "delta" or exponent < 0:
            idx = renamed(idx, equal.table)
            if array.kind != "delta" or not _is_one(idx):
                factors.append((array, idx, exponent))
    for i, kept in equal.table.items():
        if i >= FIRST_DUMMY:
            item.dummies.pop(i, None)
        else:
            factors.append((delta(dims[i]), (kept, i), 1))
    item.factors = factors
    return True


def _is_one(idx: tuple[int, ...]) -> bool:
    """Whether a denominator that is an identity is 1."""
    if idx[0] != idx[1] and idx[0] < 0 and idx[1] < 0:
        raise ZeroDivisionError("division by zero")
    return idx[0] == idx[1]


def _rank(i: int) -> tuple[int, int]:
    """Which index stands for a class of equal ones: fixed before free before dummy, then the first."""
    return (0 if i < 0 else 1 if i < FIRST_DUMMY else 2), i


def _collected(item: Product) -> tuple[Table, list[Poly]]:
    """The factors with exponents added up; a dummy that stands nowhere any more counts its dimension.

    Dimensions that are sums are returned apart, to be multiplied out.
    """
    table: Table = {}
    for array, idx, exponent in item.factors:
        spot = (array, settled(array, idx))
        table[spot] = table.get(spot, 0) + exponent
    table = {spot: exponent for spot, exponent in table.items() if exponent}
    here = {i for _, idx in table for i in idx}
    sums: list[Poly] = []
    for i, dim in list(item.dummies.items()):
        if i not in here:
            del item.dummies[i]
            length = dimension(dim)
            if len(length.terms) != 1:
                sums.append(length)
                continue
            ((term, number),) = length.terms.items()
            item.coefficient *= number
            for name, idx, exponent in term:
                table[name, idx] = table.get((name, idx), 0) + exponent
    return {spot: rational(exponent) for spot, exponent in table.items() if exponent}, sums
