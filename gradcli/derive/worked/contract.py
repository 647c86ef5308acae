"""Carrying out the sums over deltas, one delta of each term at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from gradcli.derive.worked.index import Delta, Entry, Factor, IndexSum, Product, letters_of, renamed, sums_of
from gradcli.expr.arith import size
from gradcli.expr.shapes import Dim
from gradcli.index.axes import Letters

Dims = Mapping[int, Dim]


def contracted_once(form: IndexSum, dims: Dims) -> tuple[IndexSum, tuple[tuple[Delta, int, Letters], ...]]:
    """One delta of each term carried out, and each: the delta, the letter that goes and what stands for it."""
    done: list[tuple[Delta, int, Letters]] = []
    terms: list[Product] = []
    for term in form.terms:
        found = _first(term, form.free)
        if found is None:
            terms.append(term)
            continue
        delta, gone, kept = found
        left = [factor for factor in term.factors if factor is not delta]
        terms.append(_cleaned(replace(term, factors=tuple(renamed(each, {gone: kept}) for each in left)), form, dims))
        done.append(found)
    return IndexSum(tuple(terms), form.free), tuple(done)


def _first(term: Product, free: Letters) -> tuple[Delta, int, Letters] | None:
    sums = sums_of(term, free)
    for factor in term.factors:
        if not isinstance(factor, Delta):
            continue
        for one, other in ((factor.left, factor.right), (factor.right, factor.left)):
            if len(one) == 1 and one[0] in sums and one[0] not in other:
                return factor, one[0], other
    return None


def _cleaned(term: Product, form: IndexSum, dims: Dims) -> Product:
    """Without deltas of a letter with itself."""
    factors: list[Factor] = []
    for position, factor in enumerate(term.factors):
        if not isinstance(factor, Delta) or factor.left != factor.right:
            factors.append(factor)
            continue
        others = {x for k, other in enumerate(term.factors) if k != position for x in letters_of(other)}
        factors += [Entry(size(dims[x])) for x in factor.left if x not in others and x not in form.free]
    return replace(term, factors=tuple(factors))


def collected(form: IndexSum) -> IndexSum:
    """Terms that are the same but for the names of their summed letters, as one."""
    numbers: dict[tuple[frozenset[tuple[Factor, int]], int], Fraction] = {}
    first: dict[tuple[frozenset[tuple[Factor, int]], int], Product] = {}
    for term in form.terms:
        table = {letter: (-1 - place,) for place, letter in enumerate(sums_of(term, form.free))}
        counts: dict[Factor, int] = {}
        for factor in term.factors:
            same = renamed(factor, table)
            counts[same] = counts.get(same, 0) + 1
        key = frozenset(counts.items()), len(table)
        numbers[key] = numbers.get(key, Fraction(0)) + term.number
        first.setdefault(key, term)
    kept = tuple(replace(first[key], number=number) for key, number in numbers.items() if number)
    return IndexSum(kept, form.free)
