"""Numbers and scalars: gathered, and put on the smallest array that they may stand at."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.facts import is_gram
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum


def _flatten(run: Pass, instr: Instr) -> Instr | None:
    """A product of products as one, where the inner ones serve nothing else."""
    value, over, under = parts_of_product(instr)
    flat_over: list[Instr] = []
    flat_under: list[Instr] = []
    changed = False
    for factors, mine, other in ((over, flat_over, flat_under), (under, flat_under, flat_over)):
        for factor in factors:
            if factor.kind == "number" and (factor.data != 0 or factors is over):
                number = Fraction(str(factor.data))
                value = value * number if factors is over else value / number
                changed = True
            elif factor.kind == "product" and _dissolves(run, instr, factor, factors is over):
                number, tops, bottoms = parts_of_product(factor)
                value = value * number if factors is over else value / number
                mine += tops
                other += bottoms
                changed = True
            else:
                mine.append(factor)
    return run.product(value, flat_over, flat_under) if changed and _keeps_rank(instr, flat_over, flat_under) else None


def _keeps_rank(instr: Instr, over: list[Instr], under: list[Instr]) -> bool:
    return any(part.rank == instr.rank for part in (*over, *under)) or not instr.rank


def _dissolves(run: Pass, outer: Instr, inner: Instr, over: bool) -> bool:
    number, _, bottoms = parts_of_product(inner)
    if not number:
        return False
    if over and number == 1 and not inner.rank and len(inner.args) == len(bottoms) == 1 and bottoms[0].kind == "size":
        return True  # what is divided by a size is, wherever it stands
    if not run.once(inner):
        return False
    if outer.rank and run.weight(inner) < run.weight(outer):
        return False  # a scalar, a row or a column is computed once, not at every entry
    return over or not any(part.rank for part in bottoms)


def _scalars_first(run: Pass, instr: Instr) -> Instr | None:
    """Several scalars as one, so that the array is met once."""
    if not instr.rank:
        return None
    value, over, under = parts_of_product(instr)
    over_scalars, over_arrays = _split(over)
    under_scalars, under_arrays = _split(under)
    count = len(over_scalars) + len(under_scalars) + (abs(value) != 1)
    if count > 1:
        sign = -1 if value < 0 else 1
        scalar = run.product(abs(value), over_scalars, under_scalars)
        return run.product(sign, [scalar, *over_arrays], under_arrays)
    return None


def _split(parts: list[Instr]) -> tuple[list[Instr], list[Instr]]:
    return [part for part in parts if not part.rank], [part for part in parts if part.rank]


def _smallest(run: Pass, instr: Instr) -> Instr | None:
    """A scalar times a product of something smaller and something larger belongs to the smaller."""
    value, over, under = parts_of_product(instr)
    over_scalars, over_arrays = _split(over)
    under_scalars, under_arrays = _split(under)
    if not instr.rank or under_arrays or (value == 1 and not over_scalars and not under_scalars):
        return None

    def scaled(part: Instr) -> Instr:
        return run.product(value, [*over_scalars, part], under_scalars)

    if len(over_arrays) > 1:
        smallest = min(over_arrays, key=run.weight)
        if run.weight(smallest) >= run.weight(instr):
            return None
        rest = list(over_arrays)
        rest.remove(smallest)
        if smallest.kind in ("column", "row", "axes"):
            inner = scaled(smallest.args[0])
            smallest = run.make(smallest.kind, inner, data=smallest.data, rank=smallest.rank)
            return run.product(1, [smallest, *rest])
        return run.product(1, [scaled(smallest), *rest])
    if not over_arrays or not run.once(over_arrays[0]):
        return None
    inner = over_arrays[0]
    if inner.kind == "weighted_gram":
        return run.make("weighted_gram", inner.args[0], scaled(inner.args[1]), rank=2)
    if inner.kind == "reshape":
        return run.make("reshape", scaled(inner.args[0]), *inner.args[1:], rank=inner.rank)
    if inner.kind == "diag":
        return run.make("diag", scaled(inner.args[0]), rank=2)
    if inner.kind in ("outer", "matmul", "scale_rows", "scale_cols", "einsum", "tensordot"):
        return _inside(run, instr, inner, scaled)
    return None


def _inside(run: Pass, instr: Instr, inner: Instr, scaled: Callable[[Instr], Instr]) -> Instr | None:
    places = [i for i, arg in enumerate(inner.args) if arg.kind not in ("eye", "ones")]
    if not places:
        return None
    smallest = min(places, key=lambda i: (run.weight(inner.args[i]), -i))
    if run.weight(inner.args[smallest]) >= run.weight(inner) or is_gram(inner):
        return None
    args = list(inner.args)
    args[smallest] = scaled(args[smallest])
    return run.make(inner.kind, *args, data=inner.data, rank=inner.rank)


def _flat_sum(run: Pass, instr: Instr) -> Instr | None:
    """A sum of sums as one, and signs out of its terms."""
    terms: list[tuple[bool, Instr]] = []
    changed = False
    for sign, term in terms_of_sum(instr):
        if term.kind == "sum" and term.rank == instr.rank and run.once(term):
            terms += [(sign != inner, part) for inner, part in terms_of_sum(term)]
            changed = True
            continue
        number, over, under = parts_of_product(term)
        if term.kind == "product" and number < 0 and (run.once(term) or number == -1):
            terms.append((not sign, run.product(-number, over, under)))
            changed = True
        elif term.kind == "number" and term.data == 0 and len(instr.args) > 1 and not instr.rank:
            changed = True
        else:
            terms.append((sign, term))
    return make_sum(run, terms, instr.rank) if changed else None


def _alike(run: Pass, instr: Instr) -> Instr | None:
    """`a + a` as `2 * a`, `3 * a - a` as `2 * a`; what vanishes altogether is left: where it has no value it has
    none."""
    terms = terms_of_sum(instr)
    found: dict[tuple[tuple[int, ...], tuple[int, ...]], list[int]] = {}
    for i, (_, term) in enumerate(terms):
        if term.kind != "number":
            _, over, under = parts_of_product(term)
            key = (tuple(sorted(part.serial for part in over)), tuple(sorted(part.serial for part in under)))
            found.setdefault(key, []).append(i)
    for places in found.values():
        if len(places) < 2:
            continue
        value = sum((-1 if terms[i][0] else 1) * parts_of_product(terms[i][1])[0] for i in places)
        if value:
            _, over, under = parts_of_product(terms[places[0]][1])
            joined = run.product(abs(value), over, under)
            rest = [term for i, term in enumerate(terms) if i not in places]
            return make_sum(run, [*rest, (value < 0, joined)], instr.rank)
    return None


def _turned_difference(run: Pass, instr: Instr) -> Instr | None:
    """`a - b` as `-(b - a)`, where that is computed anyway."""
    terms = terms_of_sum(instr)
    if len(terms) != 2 or not instr.rank or [sign for sign, _ in terms] != [False, True]:
        return None
    other = run.plan.made("sum", terms[1][1], terms[0][1], data=(False, True), rank=instr.rank)
    if other is None or other.serial > instr.serial or not run.used[other.serial]:
        return None
    return run.product(-1, [other])


def _negative_sum(run: Pass, instr: Instr) -> Instr | None:
    """`-(a - b - c)` as `b + c - a`, where the sum serves nothing else; of two terms it may be a turned difference."""
    value, over, under = parts_of_product(instr)
    if value != -1 or under or len(over) != 1 or over[0].kind != "sum" or not run.once(over[0]):
        return None
    terms = terms_of_sum(over[0])
    if len(terms) < 3 or not any(sign for sign, _ in terms):
        return None
    return make_sum(run, [(not sign, term) for sign, term in terms], instr.rank)


def _number_outside(run: Pass, instr: Instr) -> Instr | None:
    """`(2 * A) @ B` as `2 * (A @ B)`, where A has no fewer entries than the product."""
    for place, arg in enumerate(instr.args):
        value, over, under = parts_of_product(arg)
        if arg.kind != "product" or value == 1 or len(over) != 1 or under or not over[0].rank:
            continue
        if run.weight(arg) < run.weight(instr) or not (run.once(arg) or value == -1):
            continue
        args = [*instr.args[:place], over[0], *instr.args[place + 1 :]]
        return run.product(value, [run.make("matmul", *args, rank=instr.rank)])
    return None


def _beside_transpose(run: Pass, instr: Instr) -> Instr | None:
    """`a - b + (a - b).T` as `c + c.T`, for a difference c that is computed anyway."""
    terms = terms_of_sum(instr)
    for sign, term in terms:
        if term.kind != "transpose":
            continue
        value, over, under = parts_of_product(term.args[0])
        if abs(value) != 1 or len(over) != 1 or under or over[0].kind != "sum" or run.once(over[0]):
            continue
        negative = sign != (value < 0)
        rest = list(terms)
        for inner, part in terms_of_sum(over[0]):
            if (inner != negative, part) not in rest:
                break
            rest.remove((inner != negative, part))
        else:
            return make_sum(run, [*rest, (negative, over[0])], instr.rank)
    return None


def _negative_transpose(run: Pass, instr: Instr) -> Instr | None:
    value, over, under = parts_of_product(instr.args[0])
    if value != -1 or len(over) != 1 or under:
        return None
    return run.product(-1, [run.transpose(over[0])])


PRODUCTS: tuple[Rule, ...] = (_flatten, _scalars_first, _smallest, _negative_sum)
RULES: dict[str, tuple[Rule, ...]] = {
    "product": PRODUCTS,
    "sum": (_flat_sum, _alike, _turned_difference, _beside_transpose),
    "transpose": (_negative_transpose,),
    "matmul": (_number_outside,),
}
