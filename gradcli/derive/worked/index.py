"""Index expressions: sums of products of entries, deltas and partial derivatives, with named indices.

A letter is an integer; each axis of an array takes a group of them, most a group of one.  What is drawn as `W_ij` is
`Entry(W, ((i,), (j,)))`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from gradcli.expr.node import Node, value_of
from gradcli.index.axes import Groups, Letters, flat, put, put_in_each


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of an array; of a scalar, with no groups, the scalar."""

    node: Node
    index: Groups = ()


@dataclass(frozen=True, slots=True)
class Delta:
    """1 where both groups of indices are the same, else 0."""

    left: Letters
    right: Letters


@dataclass(frozen=True, slots=True)
class Slope:
    """∂of/∂by of entries of named values; `of` may be a `loss` node, an arbitrary scalar function."""

    of: Node
    of_index: Groups
    by: Node
    by_index: Groups


@dataclass(frozen=True, slots=True)
class SlopeOf:
    """∂(...)/∂by of an index expression."""

    inner: IndexSum
    by: Node
    by_index: Groups


Factor = Entry | Delta | Slope | SlopeOf


@dataclass(frozen=True, slots=True)
class Product:
    """`number * Σ factors`; the letters of the factors that are not free in the line are summed over."""

    number: Fraction
    factors: tuple[Factor, ...]


@dataclass(frozen=True, slots=True)
class IndexSum:
    """A sum of products; `free` are the letters that are not summed over."""

    terms: tuple[Product, ...]
    free: Letters


def letters_of(factor: Factor) -> Letters:
    """The letters that stand in a factor and are not summed inside it."""
    match factor:
        case Entry():
            return flat(factor.index)
        case Delta():
            return factor.left + factor.right
        case Slope():
            return flat(factor.of_index) + flat(factor.by_index)
        case SlopeOf():
            return (*factor.inner.free, *flat(factor.by_index))


def sums_of(product: Product, free: Iterable[int]) -> Letters:
    """The letters of a product that are summed over, in order."""
    fixed = set(free)
    found = (letter for factor in product.factors for letter in letters_of(factor))
    return tuple(dict.fromkeys(letter for letter in found if letter not in fixed))


def renamed(factor: Factor, table: Mapping[int, Letters]) -> Factor:
    """The factor with letters put for letters."""

    match factor:
        case Entry():
            return Entry(factor.node, put_in_each(factor.index, table))
        case Delta():
            return Delta(put(factor.left, table), put(factor.right, table))
        case Slope():
            return Slope(factor.of, put_in_each(factor.of_index, table), factor.by, put_in_each(factor.by_index, table))
        case SlopeOf():
            inner = factor.inner
            terms = tuple(
                replace(term, factors=tuple(renamed(each, table) for each in term.factors)) for term in inner.terms
            )
            return SlopeOf(IndexSum(terms, put(inner.free, table)), factor.by, put_in_each(factor.by_index, table))


def product_of(factors: Iterable[Factor], number: Fraction = Fraction(1)) -> Product:
    """A product, its numbers drawn together."""
    kept: list[Factor] = []
    for factor in factors:
        value = value_of(factor.node) if isinstance(factor, Entry) and not factor.index else None
        if value is None:
            kept.append(factor)
        else:
            number *= value
    return Product(number, tuple(kept))


def deltas_first(form: IndexSum) -> IndexSum:
    """The same with the deltas of each product in front."""
    return IndexSum(
        tuple(
            replace(term, factors=tuple(sorted(term.factors, key=lambda each: not isinstance(each, Delta))))
            for term in form.terms
        ),
        form.free,
    )
