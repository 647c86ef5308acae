"""Rows or columns repeated by a product with ones: spread where they meet a whole matrix, without being copied."""

from __future__ import annotations

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum

_NARROW = ("column", "row")


def _spread(run: Pass, instr: Instr) -> Instr | None:
    """`outer(v, 1)` as a column, `outer(1, v)` as a row; a number may stand at the ones."""
    if instr.kind != "outer":
        return None
    a, b = instr.args
    for ones, other, kind in ((b, a, "column"), (a, b, "row")):
        value, over, under = parts_of_product(ones)
        if len([part for part in over if part.rank]) == 1 and any(part.kind == "ones" for part in over):
            if any(part.rank for part in under):
                continue
            rest = [part for part in over if part.kind != "ones"]
            return run.make(kind, run.product(value, [*rest, other], under), rank=2)
    return None


def _whole(parts: list[Instr], rank: int) -> bool:
    """Whether the parts that are left have the shape of all: one whole array, or a column and a row."""
    return any(part.rank == rank and part.kind not in _NARROW for part in parts) or all(
        any(part.kind == kind for part in parts) for kind in _NARROW
    )


def _in_product(run: Pass, instr: Instr) -> Instr | None:
    if instr.rank != 2:
        return None
    value, over, under = parts_of_product(instr)
    new_over = [_spread(run, part) or part for part in over]
    new_under = [_spread(run, part) or part for part in under]
    if not _whole([*new_over, *new_under], 2):
        return None
    new_over, new_under = _narrow_first(run, new_over, new_under)
    if (new_over, new_under) == (over, under):
        return None
    return run.product(value, new_over, new_under)


def _narrow_first(run: Pass, over: list[Instr], under: list[Instr]) -> tuple[list[Instr], list[Instr]]:
    """Several columns as one, several rows as one: their products are of lists, not of matrices."""
    for kind in _NARROW:
        above = [part for part in over if part.kind == kind]
        below = [part for part in under if part.kind == kind]
        if len(above) + len(below) < 2 or not all(run.once(part) for part in (*above, *below)):
            continue
        joined = run.product(1, [part.args[0] for part in above], [part.args[0] for part in below])
        over = [*(part for part in over if part.kind != kind), run.make(kind, joined, rank=2)]
        under = [part for part in under if part.kind != kind]
    return over, under


def _in_sum(run: Pass, instr: Instr) -> Instr | None:
    if instr.rank != 2:
        return None
    terms = terms_of_sum(instr)
    new = [(sign, _spread_term(run, term)) for sign, term in terms]
    if new == terms or not _whole([term for _, term in new], 2):
        return None
    return make_sum(run, new, 2)


def _spread_term(run: Pass, term: Instr) -> Instr:
    value, over, under = parts_of_product(term)
    arrays = [part for part in over if part.rank]
    if len(arrays) != 1 or any(part.rank for part in under):
        return term
    spread = _spread(run, arrays[0])
    if spread is None:
        return term
    scalars = [part for part in over if not part.rank]
    return run.make(spread.kind, run.product(value, [*scalars, spread.args[0]], under), rank=2)


def _total_of_spread(run: Pass, instr: Instr) -> Instr | None:
    """The sum over the rows of `v[:, None] * M` is `v @ M`; that over the columns `v * sum(M, axis=1)`."""
    (inner,) = instr.args
    value, over, under = parts_of_product(inner)
    narrow = [part for part in over if part.kind in _NARROW]
    if not narrow or under or instr.data not in (0, 1) or inner.rank != 2:
        return None
    rest = [part for part in over if part not in narrow]
    if not any(part.rank == 2 for part in rest) or len(narrow) > 1:
        return None
    body = run.product(value, rest)
    (vector,) = narrow[0].args
    along = (narrow[0].kind == "column") == (instr.data == 0)
    if along:
        return run.matmul(run.transpose(body) if instr.data == 0 else body, vector)
    return run.product(1, [vector, run.make("sum_axis", body, data=instr.data, rank=1)])


def _times_ones(run: Pass, instr: Instr) -> Instr | None:
    """`M @ 1` sums the rows of M, `v @ 1` the entries of v."""
    a, b = instr.args
    if a.kind == "ones" and b.rank == 1 and a.rank == 1:
        a, b = b, a
    if b.kind != "ones" or b.rank != 1:
        return None
    if a.rank == 1:
        return run.make("total", a)
    return run.make("sum_axis", a, data=1, rank=1) if a.rank == 2 else None


RULES: dict[str, tuple[Rule, ...]] = {
    "product": (_in_product,),
    "sum": (_in_sum,),
    "sum_axis": (_total_of_spread,),
    "matmul": (_times_ones,),
}
