"""Code for parts of arrays: slices, what is put together, entries picked by label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from gradcli.emit.instr import Instr
from gradcli.expr.dims import Dim, dim_difference, dim_sum
from gradcli.expr.node import Node, payload
from gradcli.expr.shapes import Shape, is_list, is_row
from gradcli.ops.payload import Placement

if TYPE_CHECKING:
    from gradcli.emit.lowering import Lowering

# ---------------------------------------------------------------------------- lowering


def lower_part(low: Lowering, node: Node) -> Instr:
    """A slice: the array, then where each axis that is cut starts and stops; data: which axes."""
    (arg,) = node.args
    ends = cast("tuple[tuple[Dim, Dim] | None, ...]", node.data)
    if is_row(arg.shape) and len(ends) == 2:
        ends = ends[1:]
    if not arg.shape:
        return low.planned(arg)
    bounds: list[Instr] = []
    for pair in ends:
        if pair is not None:
            bounds += [low.size(dim_difference(pair[0], 1)), low.size(pair[1])]
    kept = tuple(pair is not None for pair in ends)
    out = low.plan.make("part", low.planned(arg), *bounds, data=kept, rank=rank_of(arg))
    count = len(ends) if len(ends) > 2 else sum(dim != 1 for dim in node.shape)
    if count < rank_of(arg):
        flat = low.plan.make("flat", out, rank=1)
        return low.plan.make("entry", flat, data=(0,)) if not node.shape else flat
    return out


def rank_of(node: Node) -> int:
    """The number of axes that the code of a value has: one for a row."""
    return 1 if is_list(node.shape) else len(node.shape)


def arguments(low: Lowering, whole: Node, domains: Sequence[Shape]) -> list[Instr]:
    """The arguments of a function of several, from the list of all their entries."""
    out: list[Instr] = []
    start: Dim = 0
    for domain in domains:
        stop = dim_sum(start, domain[0] if domain else 1)
        part = low.plan.make("part", low.planned(whole), low.size(start), low.size(stop), data=(True,), rank=1)
        out.append(part if domain else low.plan.make("entry", part, data=(0,)))
        start = stop
    return out


def lower_concat(low: Lowering, node: Node) -> Instr:
    """Arrays one after another along an axis."""
    axis = int(str(node.data))
    rank = rank_of(node)
    if rank == 1:
        parts = [_as_list(low, arg) for arg in node.args]
        return low.plan.make("concat", *parts, data=0, rank=1)
    if rank == 2:
        return low.plan.make("concat", *(_as_matrix(low, arg, axis) for arg in node.args), data=axis, rank=2)
    return low.plan.make("concat", *low.args(node), data=axis, rank=rank)


def _as_list(low: Lowering, arg: Node) -> Instr:
    instr = low.planned(arg)
    return low.plan.make("listed", instr, data=1, rank=1) if not arg.shape else instr


def _as_matrix(low: Lowering, arg: Node, axis: int) -> Instr:
    if not arg.shape:
        return low.plan.make("listed", low.planned(arg), data=2, rank=2)
    if is_list(arg.shape):
        return low.plan.make("row" if is_row(arg.shape) else "column", low.planned(arg), rank=2)
    return low.planned(arg)


def lower_windows(low: Lowering, node: Node) -> Instr:
    """Windows: the array and how long they are; data: the axis."""
    axis, count = cast("tuple[int, Dim]", node.data)
    return low.plan.make("windows", low.args(node)[0], low.size(count), data=axis, rank=len(node.shape))


def lower_picked(low: Lowering, node: Node) -> Instr:
    """`E[y, :]`: the array and the labels; data: the axis."""
    array, labels = low.args(node)
    axis, _rank = cast("tuple[int, int]", node.data)
    axis = 0 if is_list(node.args[0].shape) else axis
    return low.plan.make("picked", array, labels, data=axis, rank=rank_of(node))


def lower_onehot(low: Lowering, node: Node) -> Instr:
    """Labels, and how many there are."""
    return low.plan.make("onehot", low.args(node)[0], low.size(node.shape[-1]), rank=rank_of(node))


def lower_place(low: Lowering, node: Node) -> Instr:
    """A place by itself, from where each index stands; data: the steps."""
    steps, offset = payload(node, Placement)
    sizes = [low.size(dim) for dim in node.shape]
    start = low.size(dim_sum(offset, sum(steps) - 1))
    out = low.plan.make("place", *sizes, start, data=steps, rank=len(node.shape))
    return low.plan.make("flat", out, rank=1) if is_list(node.shape) else out


__all__ = ["arguments", "lower_concat", "lower_onehot", "lower_part", "lower_picked", "lower_place", "lower_windows"]
