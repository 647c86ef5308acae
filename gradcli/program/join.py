"""The functions that put arrays together: concat, stack, block_diag and literals of blocks; and onehot."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.expr import parts
from gradcli.expr.node import Node
from gradcli.program.signature import LanguageFunction, Misfit, Options
from gradcli.program.unify import OpenDim, OpenShape, settle, show_open, total, unify


def _axis(options: Options, rank: int, what: str) -> int:
    axis = int(options.get("axis", 0))
    counted = axis + rank if axis < 0 else axis
    if counted not in range(rank):
        raise Misfit("E305", f"axis={axis} is not an axis of what {what} makes")
    return counted


def _wide(shape: OpenShape, rank: int) -> OpenShape:
    return shape + (1,) * (rank - len(shape)) if rank <= 2 else shape


def concat_shape(shapes: Sequence[OpenShape], options: Options) -> OpenShape:
    """The shape of arrays one after another."""
    known = [settle(shape) for shape in shapes]
    rank = max(1, *map(len, known), int(options.get("axis", 0)) + 1)
    axis = _axis(options, rank, "concat")
    length: OpenDim = 0
    rest: OpenShape | None = None
    for shape in known:
        dims = _wide(shape, rank)
        if len(dims) != rank:
            raise Misfit(
                "E301", f"concat takes arrays of one rank, and these are {' and '.join(map(show_open, known))}"
            )
        others = (*dims[:axis], *dims[axis + 1 :])
        if rest is not None and not all(unify(p, q) for p, q in zip(others, rest, strict=True)):
            fits = len(known) == 2 and rank == 2 and axis == 0 and all(map(unify, dims[:1], known[0][:1]))
            hint = "concat(A, B, axis=1) puts them side by side" if fits else None
            joined = " and ".join(map(show_open, known))
            raise Misfit("E301", f"concat along axis {axis} takes arrays alike but there, and these are {joined}", hint)
        rest = others
        length = total(length, dims[axis])
    assert rest is not None
    return settle((*rest[:axis], length, *rest[axis:]))


def _concat(nodes: list[Node], options: Options) -> Node:
    rank = max(1, *(len(node.shape) for node in nodes), int(options.get("axis", 0)) + 1)
    return parts.concat(nodes, _axis(options, rank, "concat"))


def _stack_shape(shapes: list[OpenShape], options: Options) -> OpenShape:
    first = settle(shapes[0])
    for shape in shapes[1:]:
        other = settle(shape)
        if len(first) != len(other) or not all(unify(p, q) for p, q in zip(first, other, strict=True)):
            raise Misfit(
                "E301", f"stack takes arrays of one shape, and these are {show_open(first)} and {show_open(other)}"
            )
    axis = _axis(options, len(first) + 1, "stack")
    return settle((*first[:axis], len(shapes), *first[axis:]))


def _stack(nodes: list[Node], options: Options) -> Node:
    return parts.stacked(nodes, _axis(options, len(nodes[0].shape) + 1, "stack"))


def _diagonal_shape(shapes: list[OpenShape], options: Options) -> OpenShape:
    known = [_wide(settle(shape), 2) for shape in shapes]
    if any(len(shape) > 2 for shape in known):
        raise Misfit("E305", "block_diag takes matrices")
    rows: OpenDim = 0
    columns: OpenDim = 0
    for m, n in known:
        rows, columns = total(rows, m), total(columns, n)
    return settle((rows, columns))


PART_FUNCTIONS: dict[str, LanguageFunction] = {
    "concat": LanguageFunction(1, None, concat_shape, _concat, ("axis",)),
    "stack": LanguageFunction(1, None, _stack_shape, _stack, ("axis",)),
    "block_diag": LanguageFunction(1, None, _diagonal_shape, lambda n, o: parts.block_diagonal(n)),
}
