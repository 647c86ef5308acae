"""What PyTorch does faster in another way: entries of a diagonal in place, several columns at once."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.numpy_passes import add_on_diagonal, low_rank
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum


def _diagonal(run: Pass, instr: Instr) -> Instr | None:
    """A diagonal matrix is added in place; there is no other way that makes no matrix of it."""
    return add_on_diagonal(run, instr) if run.plan.in_place else None


def _scaled(run: Pass, instr: Instr) -> Instr | None:
    """`s * (A + U @ V + diag(d))` as `s * A + (s * U) @ V + diag(s * d)`: the first is a new matrix, which the rest may
    be added to in place."""
    value, over, under = parts_of_product(instr)
    matrices = [part for part in over if part.rank]
    if not run.plan.in_place or len(matrices) != 1 or any(part.rank for part in under):
        return None
    (matrix,) = matrices
    scalars = [part for part in over if part is not matrix]

    def times(part: Instr) -> Instr:
        return run.product(value, [*scalars, part], under)

    if not run.once(matrix):
        return None
    if matrix.kind == "add_diagonal":
        return run.make("add_diagonal", *map(times, matrix.args), rank=2)
    terms = terms_of_sum(matrix)
    thin = [_thin(run, term) for _, term in terms]
    if matrix.kind != "sum" or matrix.rank != 2 or thin.count(False) != 1:
        return None
    new = [
        _thin_times(run, term, times) if small else times(term) for (_, term), small in zip(terms, thin, strict=True)
    ]
    return make_sum(run, [(sign, term) for (sign, _), term in zip(terms, new, strict=True)], 2)


def _thin(run: Pass, term: Instr) -> bool:
    """Whether a term is a column times a row, or a few of them."""
    return run.once(term) and (
        term.kind == "outer" or (term.kind == "matmul" and term.rank == 2 and term.args[0].kind == "stacked")
    )


def _thin_times(run: Pass, term: Instr, times: Callable[[Instr], Instr]) -> Instr:
    left, right = term.args
    left = run.make("stacked", *map(times, left.args), rank=2) if left.kind == "stacked" else times(left)
    return run.make(term.kind, left, right, rank=2)


def _blocks(run: Pass, instr: Instr) -> Instr | None:
    """Blocks that are as long as they are to be, without being told."""
    core, *sizes = instr.args
    shape, pattern = run.shape(instr), str(instr.data)
    if not sizes or shape is None:
        return None
    if run.shape(core) != tuple(shape[pattern.index(letter)] for letter in dict.fromkeys(pattern)):
        return None
    out = run.make("blocks", core, data=pattern, rank=instr.rank)
    run.plan.tell(out, shape)
    return out


RULES: dict[str, tuple[Rule, ...]] = {"sum": (_diagonal, low_rank), "product": (_scaled,), "blocks": (_blocks,)}
