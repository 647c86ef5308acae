"""Quotients of numbers between 0 and 1 that are multiplied by them again: `(y / p) * p * (1 - p)`, which has no value
where p is 0 to the last digit."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.labels import is_pick, spread_along_last
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum
from gradcli.emit.optimise.stable import negated

_MOST_TERMS = 6


def _is_fraction(instr: Instr) -> bool:
    """Whether this is never 0, but for rounding: softmax, an entry of each row of it, sigmoid, exp, or 1 less softmax
    or sigmoid."""
    if instr.kind == "sum_axis":
        factors = parts_of_product(instr.args[0])[1]
        picked = next((part for part in factors if part.kind == "onehot"), None)
        return picked is not None and any(f.kind == "softmax" and is_pick(instr, picked, f) for f in factors)
    if instr.kind in ("softmax", "map"):
        return instr.kind == "softmax" or instr.data in ("sigmoid", "exp")
    terms = terms_of_sum(instr) if instr.kind == "sum" and len(instr.args) == 2 else []
    taken = [term for sign, term in terms if sign]
    ones = [
        term for sign, term in terms if not sign and (term.kind == "ones" or (term.kind == "number" and term.data == 1))
    ]
    return len(taken) == len(ones) == 1 and taken[0].data != "exp" and taken[0].kind != "sum" and _is_fraction(taken[0])


def _other(run: Pass, instr: Instr) -> Instr | None:
    """`1 - sigmoid(t)` for `sigmoid(-t)`, which is the same, where that is computed anyway."""
    if instr.kind != "map" or instr.data != "sigmoid":
        return None
    turned = run.plan.made("map", negated(run, instr.args[0]), data="sigmoid", rank=instr.rank)
    return None if turned is None else run.plan.made("sum", run.number(1), turned, data=(False, True), rank=instr.rank)


def _found(run: Pass, part: Instr, parts: Sequence[Instr]) -> Instr | None:
    """What is the same as a part."""
    return part if part in parts else other if (other := _other(run, part)) in parts else None


def _cancelled(
    run: Pass, over: Sequence[Instr], under: Sequence[Instr], part: Instr
) -> tuple[list[Instr], list[Instr]] | None:
    """The factors of a quotient times a part that it is over, or each row of it over an entry of that part."""
    there = _found(run, part, under)
    if there is not None:
        below = list(under)
        below.remove(there)
        return (list(over), below) if any(run.shape(top) == run.shape(part) for top in over) else None
    picked = next((each for each in over if each.kind == "onehot" and run.shape(each) == run.shape(part)), None)
    for each in over if picked is not None else ():
        entries = each.args[0] if spread_along_last(each) else None
        if entries is None:
            continue
        value, tops, bottoms = parts_of_product(entries)
        pick = next((bottom for bottom in bottoms if picked is not None and is_pick(bottom, picked, part)), None)
        if pick is not None:
            bottoms.remove(pick)
            rest = list(over)
            rest.remove(each)
            if not any(top.rank for top in (*tops, *bottoms)):
                return [*rest, run.product(value, tops, bottoms)], list(under)
            args = (run.product(value, tops, bottoms), *each.args[1:])
            return [*rest, run.make(each.kind, *args, data=each.data, rank=each.rank)], list(under)
    return None


def _alone(
    run: Pass, over: Sequence[Instr], under: Sequence[Instr], part: Instr
) -> tuple[list[Instr], list[Instr]] | None:
    """A part over itself and nothing else of its shape, as ones."""
    shape = run.shape(part)
    if part not in under or not shape or not all(isinstance(dim, int) or dim in run.plan.known for dim in shape):
        return None
    below = list(under)
    below.remove(part)
    return [*over, run.make("ones", *map(run.plan.size, shape), rank=part.rank)], below


def _product(run: Pass, instr: Instr) -> Instr | None:
    """The same without the quotients."""
    value, over, under = parts_of_product(instr)
    return _multiplied(run, value, over, under, instr.rank)


def _multiplied(run: Pass, value: Fraction, over: Sequence[Instr], under: Sequence[Instr], rank: int) -> Instr | None:
    for part in [part for part in over if part.rank == rank and _is_fraction(part)]:
        rest = list(over)
        rest.remove(part)
        found = _cancelled(run, rest, under, part) or _alone(run, rest, under, part)
        if found is not None:
            return run.product(value, *found)
        for other in rest:
            inside = _into(run, other, part)
            if inside is not None:
                number, tops, bottoms = inside
                left = list(rest)
                left.remove(other)
                return run.product(value * number, [*left, *tops], [*under, *bottoms])
    return None


def _into(run: Pass, other: Instr, part: Instr) -> tuple[Fraction, list[Instr], list[Instr]] | None:
    """`other * part` as a product, where a term of a sum in it, or the whole, is over that part."""
    value, over, under = parts_of_product(other)
    found = _cancelled(run, over, under, part) if other.kind == "product" else None
    if found is not None:
        return value, *found
    for total in over:
        terms = terms_of_sum(total)
        if total.kind != "sum" or total.rank != part.rank or len(terms) > _MOST_TERMS:
            continue
        if any(_cancelled(run, *parts_of_product(term)[1:], part) is not None for _, term in terms):
            spread = make_sum(run, [(sign, _times(run, term, part)) for sign, term in terms], total.rank)
            return value, [spread if top is total else top for top in over], under
    return None


def _times(run: Pass, term: Instr, part: Instr) -> Instr:
    value, over, under = parts_of_product(term)
    found = _cancelled(run, over, under, part)
    if found is not None:
        out = run.product(value, *found)
        if run.shape(out) == run.shape(part) is not None:
            return out
    return run.product(1, [term, part])


def _inner(run: Pass, instr: Instr) -> Instr | None:
    """The same of lists that are multiplied and summed."""
    a, b = instr.args
    if a.rank != b.rank or instr.rank:
        return None
    (first, above, below), (second, tops, bottoms) = parts_of_product(a), parts_of_product(b)
    found = _multiplied(run, first * second, [*above, *tops], [*below, *bottoms], a.rank)
    return None if found is None else run.make("total", found)


RULES: dict[str, tuple[Rule, ...]] = {"product": (_product,), "matmul": (_inner,), "dot": (_inner,)}
