"""Kronecker products, and diagonal matrices plus ones of low rank: never multiplied, solved or inverted whole.

For S = D + U @ U.T with a thin U (n x k) the system of S becomes one of C = I + U.T @ inv(D) @ U, which is k x k
(Woodbury), as does its determinant (the determinant lemma); with D = s * I, C = s * I + U.T @ U.  Of a Kronecker
product, systems, inverses and determinants are those of its factors (Van Loan 2000).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gradcli.emit.instr import Instr
from gradcli.emit.optimise import light_sums
from gradcli.emit.optimise.facts import is_nonnegative
from gradcli.emit.optimise.rewrite import Pass, make_sum, merged, parts_of_product, terms_of_sum
from gradcli.emit.optimise.structure import halves_of, is_thin, on_list, sizes_of

_MOST = 12  # terms of a sum that is taken apart


@dataclass(frozen=True, slots=True)
class _LowRank:
    """`D + U @ U.T`: `diagonal` is a scalar s for D = s * I, or a list; `small` is the k x k matrix."""

    diagonal: Instr
    factor: Instr
    small: Instr
    sizes: tuple[Instr, Instr]


def _low_rank(run: Pass, matrix: Instr) -> _LowRank | None:
    if matrix.kind != "sum" or matrix.rank != 2 or len(matrix.args) > _MOST:
        return None
    scalars: list[Instr] = []
    lists: list[Instr] = []
    factor: Instr | None = None
    for negative, term in terms_of_sum(matrix):
        value, over, under = parts_of_product(term)
        arrays = [part for part in over if part.rank]
        if negative or value <= 0 or len(arrays) != 1 or any(part.rank for part in under):
            return None
        rest = [part for part in over if not part.rank]
        if arrays[0].kind == "eye":
            scalars.append(run.product(value, rest, under))
        elif arrays[0].kind == "diag":
            lists.append(run.product(value, [*rest, arrays[0].args[0]], under))
        elif factor is None and not rest and not under and value == 1 and is_thin(run, arrays[0]):
            a, b = arrays[0].args
            if run.transpose(a) is not b:
                return None
            factor = a
        else:
            return None
    shape = run.shape(factor) if factor is not None else None
    if factor is None or shape is None or len(lists) > 1 or not (scalars or lists):
        return None
    known = [dim for dim in shape if isinstance(dim, int) or dim in run.plan.known]
    if len(known) < 2:
        return None
    n, k = map(run.plan.size, known)
    unit = run.make("eye", k, rank=2)
    turned = run.transpose(factor)
    number = _sum(run, scalars) if scalars else None
    if not lists:
        assert number is not None
        small = make_sum(run, [(False, run.product(1, [number, unit])), (False, run.matmul(turned, factor))], 2)
        return _LowRank(number, factor, small, (n, k))
    (entries,) = lists
    if number is not None:
        entries = make_sum(run, [(False, entries), (False, number)], 1)
    scaled = run.make("scale_rows", run.product(1, [], [entries]), factor, rank=2)
    return _LowRank(entries, factor, make_sum(run, [(False, unit), (False, run.matmul(turned, scaled))], 2), (n, k))


def _sum(run: Pass, scalars: Sequence[Instr]) -> Instr:
    return make_sum(run, [(False, scalar) for scalar in scalars], 0)


def _log_size(run: Pass, value: Instr) -> Instr:
    """`log |value|`."""
    inner = value if is_nonnegative(run.plan, value) else run.make("map", value, data="abs", rank=value.rank)
    return run.make("map", inner, data="log", rank=value.rank)


def _over_diagonal(run: Pass, found: _LowRank, array: Instr) -> Instr:
    """`inv(D) @ array`."""
    if not found.diagonal.rank:
        return run.product(1, [array], [found.diagonal])
    below = run.product(1, [], [found.diagonal])
    return run.product(1, [below, array]) if array.rank == 1 else run.make("scale_rows", below, array, rank=2)


def _woodbury(run: Pass, found: _LowRank, right: Instr) -> Instr:
    """`inv(S) @ right`."""
    factor, turned = found.factor, run.transpose(found.factor)
    if right is factor:  # inv(S) @ U is inv(D) @ U @ inv(C), where nothing cancels
        solved = run.transpose(run.make("solve", run.transpose(found.small), turned, rank=2))
        return solved if not found.diagonal.rank else _over_diagonal(run, found, solved)
    scaled = right if not found.diagonal.rank else _over_diagonal(run, found, right)
    inner = run.make("solve", found.small, run.matmul(turned, scaled), rank=right.rank)
    back = run.matmul(factor, inner)
    if not found.diagonal.rank:
        return _over_diagonal(run, found, make_sum(run, [(False, right), (True, back)], right.rank))
    return make_sum(run, [(False, scaled), (True, _over_diagonal(run, found, back))], right.rank)


def _logdet(run: Pass, instr: Instr) -> Instr | None:
    (matrix,) = instr.args
    halves = halves_of(run, matrix)
    if halves is not None:
        sizes = sizes_of(run, halves)
        if sizes is None:
            return None
        a, b = (run.make("logdet", half) for half in halves)
        return make_sum(run, [(False, run.product(1, [sizes[1], a])), (False, run.product(1, [sizes[0], b]))], 0)
    found = _low_rank(run, matrix)
    if found is None:
        return None
    small = run.make("logdet", found.small)
    if found.diagonal.rank:
        return make_sum(run, [(False, run.make("total", _log_size(run, found.diagonal))), (False, small)], 0)
    if found.diagonal.kind == "number" and found.diagonal.data == 1:
        return small
    n, k = found.sizes
    more = make_sum(run, [(False, n), (True, k)], 0)
    return make_sum(run, [(False, run.product(1, [more, _log_size(run, found.diagonal)])), (False, small)], 0)


def _solve(run: Pass, instr: Instr) -> Instr | None:
    matrix, right = instr.args
    halves = halves_of(run, matrix)
    if halves is not None:
        if right.rank != 1:
            return None
        return on_list(run, halves, right, lambda half, rows: run.make("solve", half, rows, rank=2))
    found = _low_rank(run, matrix)
    return None if found is None else _woodbury(run, found, right)


def _inverse(run: Pass, instr: Instr) -> Instr | None:
    (matrix,) = instr.args
    halves = halves_of(run, matrix)
    if halves is not None:
        return run.make("kron", *(run.make("inv", half, rank=2) for half in halves), rank=2)
    found = _low_rank(run, matrix)
    if found is None:
        return None
    turned = run.transpose(found.factor)
    scaled = turned if not found.diagonal.rank else run.transpose(_over_diagonal(run, found, found.factor))
    thin = run.matmul(found.factor, run.make("solve", found.small, scaled, rank=2))
    if found.diagonal.rank:
        below = run.make("diag", run.product(1, [], [found.diagonal]), rank=2)
        return make_sum(run, [(False, below), (True, _over_diagonal(run, found, thin))], 2)
    unit = run.make("eye", found.sizes[0], rank=2)
    out = make_sum(run, [(False, unit), (True, thin)], 2)
    return run.product(1, [out], [found.diagonal])


RULES = merged({"logdet": (_logdet,), "solve": (_solve,), "inv": (_inverse,)}, light_sums.RULES)
