"""Matrix products: in which order, with which operation.

Products with a vector are taken from the vector's side, so that no matrix is made on the way; an inverse next
to something is a linear solve; a diagonal matrix scales rows or columns.
"""

from __future__ import annotations

from collections.abc import Callable

from gradcli.emit.instr import Instr
from gradcli.emit.plan import Plan
from gradcli.expr.node import Node
from gradcli.expr.shapes import cols, is_list, is_row, rows

Lower = Callable[[Node], Instr]
_SPECIAL = ("inv", "diag")


def lower_chain(plan: Plan, factors: tuple[Node, ...], lower: Lower) -> Instr:
    """The product of a chain; `lower` gives the instruction of a node that is already planned."""
    segments: list[list[Node]] = [[]]
    for factor in factors:
        if segments[-1] and rows(factor.shape) == 1:
            segments.append([])  # column times row: an outer product
        segments[-1].append(factor)
    built = [_segment(plan, segment, lower) for segment in segments]
    if len(built) == 1:
        return built[0]
    vectors = [part for part in built if part.rank]
    scalars = [part for part in built if not part.rank]
    body = vectors[0] if len(vectors) == 1 else plan.make("outer", vectors[0], vectors[-1], rank=2)
    return plan.make("product", *scalars, body, data=(1, len(scalars) + 1), rank=body.rank) if scalars else body


def _segment(plan: Plan, chain: list[Node], lower: Lower) -> Instr:
    first, last = chain[0], chain[-1]
    if is_list(last.shape) and cols(last.shape) == 1:
        acc = lower(last)
        for factor in reversed(chain[:-1]):
            acc = _from_left(plan, factor, acc, lower)
        return acc
    if is_row(first.shape):
        acc = lower(first)
        for factor in chain[1:]:
            acc = _from_right(plan, acc, factor, lower)
        return acc
    return _matrices(plan, chain, lower)


def _matrices(plan: Plan, chain: list[Node], lower: Lower) -> Instr:
    """A product of matrices.  Special factors act on the plain product at their right, else at their left."""
    plain = [i for i, factor in enumerate(chain) if _special(factor) is None]
    if not plain:
        acc = lower(chain[-1])
        for factor in reversed(chain[:-1]):
            acc = _from_left(plan, factor, acc, lower)
        return acc
    end = plain[-1]
    return _after(plan, _before(plan, chain[: end + 1], lower), chain[end + 1 :], lower)


def _after(plan: Plan, acc: Instr, special: list[Node], lower: Lower) -> Instr:
    for factor in special:
        acc = _from_right(plan, acc, factor, lower)
    return acc


def _before(plan: Plan, chain: list[Node], lower: Lower) -> Instr:
    """A product whose last factor is plain."""
    acc: Instr | None = None
    run: list[Node] = []
    for factor in reversed(chain):
        if _special(factor) is None:
            run.append(factor)
            continue
        acc = _from_left(plan, factor, _join(plan, run, acc, lower), lower)
        run = []
    return _join(plan, run, acc, lower)


def _join(plan: Plan, run: list[Node], acc: Instr | None, lower: Lower) -> Instr:
    """Plain factors, met from right to left, before what is there already."""
    out: Instr | None = None
    for factor in reversed(run):
        out = lower(factor) if out is None else plan.matmul(out, lower(factor))
    if acc is None or out is None:
        result = out if acc is None else acc
        assert result is not None
        return result
    return plan.matmul(out, acc)


def _special(factor: Node) -> tuple[str, Node, bool] | None:
    """`(op, inner, transposed)` of a factor that is an inverse or a diagonal matrix."""
    turned = factor.op == "T"
    inner = factor.args[0] if turned else factor
    return (inner.op, inner.args[0], turned) if inner.op in _SPECIAL else None


def _from_left(plan: Plan, factor: Node, acc: Instr, lower: Lower) -> Instr:
    """`factor @ acc`."""
    special = _special(factor)
    if special is None:
        return plan.matmul(lower(factor), acc)
    op, inner, turned = special
    if op == "inv":
        matrix = plan.transpose(lower(inner)) if turned else lower(inner)
        return plan.make("solve", matrix, acc, rank=acc.rank)
    if acc.rank == 1:
        return plan.make("product", lower(inner), acc, data=(1, 2), rank=1)
    return plan.make("scale_rows", lower(inner), acc, rank=2)


def _from_right(plan: Plan, acc: Instr, factor: Node, lower: Lower) -> Instr:
    """`acc @ factor`."""
    special = _special(factor)
    if special is None:
        return plan.matmul(acc, lower(factor))
    op, inner, turned = special
    if op == "inv":
        matrix = lower(inner) if turned else plan.transpose(lower(inner))
        if acc.rank == 1:
            return plan.make("solve", matrix, acc, rank=1)
        return plan.transpose(plan.make("solve", matrix, plan.transpose(acc), rank=2))
    if acc.rank == 1:
        return plan.make("product", acc, lower(inner), data=(1, 2), rank=1)
    return plan.make("scale_cols", lower(inner), acc, rank=2)
