"""Rows and columns in index notation, `logsumexp(Z[i, :])`: an operation on each, for all indices at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.expr.arith import ones, power, sqrt
from gradcli.expr.contraction import contract
from gradcli.expr.node import Node, axis_of, make, num
from gradcli.expr.ops import rebuild
from gradcli.expr.reduce import elementwise, over_axis, unit_entry
from gradcli.expr.shapes import Dim, Shape, cols, rows
from gradcli.expr.statistics import extreme, product, variance
from gradcli.record import dataclass

Letters = tuple[int, ...]
ENTRYWISE = frozenset({"add", "mul", "elem", "pow", "cmp", "max", "min", "where", "stop"})
_ALONG = frozenset({"softmax", "logsoftmax", "logsumexp"})


@dataclass(frozen=True, slots=True)
class Batch:
    """An array for each choice of some indices: its axes are those indices, then its own that are not of size 1."""

    node: Node
    letters: Letters
    shape: Shape

    @property
    def core(self) -> Shape:
        """The sizes of its own axes."""
        return tuple(dim for dim in self.shape if dim != 1)


def batched(node: Node, args: Sequence[Batch], dims: Mapping[int, Dim]) -> Batch | None:
    """The operation for all indices at once; None of one that is not known here."""
    letters = tuple(sorted({letter for arg in args for letter in arg.letters}))
    op, first = node.op, args[0]
    if op in ENTRYWISE:
        core = tuple(dim for dim in node.shape if dim != 1)
        full = [_spread(arg, letters, core, dims) for arg in args]
        return Batch(rebuild(node, tuple(full)), letters, node.shape)
    if op == "T":
        turned = first.node if len(first.core) < 2 else _contracted([(first, (1, 0))], (0, 1), letters, dims)
        return Batch(turned, letters, node.shape)
    if op == "matmul":
        return Batch(_product(args, letters, dims), letters, node.shape)
    if op == "sum":
        own = tuple(range(len(first.core)))
        return Batch(_contracted([(first, own)], (), letters, dims), letters, ())
    if op in ("norm", "norm1"):
        own = tuple(range(len(first.core)))
        inner = power(first.node, num(2)) if op == "norm" else elementwise("abs", 0, first.node)
        total = _contracted([(Batch(inner, first.letters, first.shape), own)], (), letters, dims)
        return Batch(sqrt(total) if op == "norm" else total, letters, ())
    if op == "entry" and isinstance(node.data, tuple):
        index = [k for k, dim in zip(node.data, first.shape, strict=False) if dim != 1]
        units = [
            (Batch(unit_entry((dim,), (k,)), (), (dim,)), (axis,))
            for axis, (dim, k) in enumerate(zip(first.core, index, strict=False))
        ]
        own = tuple(range(len(first.core)))
        return Batch(_contracted([(first, own), *units], (), letters, dims), letters, ())
    if op == "vfun" and len(first.core) == 1 and first.letters:
        core = tuple(dim for dim in node.shape if dim != 1)
        return Batch(
            make("vrows", (first.node,), data=node.data, shape=(*first.node.shape[:-1], *core)), letters, node.shape
        )
    if len(first.core) == 1:
        return _along(node, first, len(letters))
    return None


def _along(node: Node, arg: Batch, axis: int) -> Batch | None:
    """What works along the only axis that a row or column has."""
    whole, kept = arg.node, node.shape
    if node.op in _ALONG:
        return Batch(over_axis(node.op, whole, axis), arg.letters, kept)
    if node.op in ("largest", "smallest"):
        return Batch(extreme(node.op, whole, axis), arg.letters, kept)
    if node.op == "prod":
        return Batch(product(whole, axis), arg.letters, kept)
    if node.op in ("variance", "std") and isinstance(node.data, tuple):
        return Batch(variance(node.op, whole, axis, int(node.data[1])), arg.letters, kept)
    if node.op == "sum_axis" and axis_of(node) is not None and not node.shape:
        return Batch(_contracted([(arg, (0,))], (), arg.letters, {}), arg.letters, ())
    return None


def _contracted(
    operands: Sequence[tuple[Batch, Letters]], out: Letters, letters: Letters, dims: Mapping[int, Dim]
) -> Node:
    """The sum of products of batches over their own axes that are not in `out`, for all indices."""
    top = max((*letters, *dims, 0)) + 1
    sizes: dict[int, Dim] = dict(dims)
    terms = []
    for arg, own in operands:
        places = (*arg.letters, *(top + axis for axis in own))
        sizes.update(zip(places, arg.node.shape[-len(places) :] if places else (), strict=True))
        terms.append((arg.node, places))
    return contract(terms, (*letters, *(top + axis for axis in out)), sizes)


def _spread(arg: Batch, letters: Letters, core: Shape, dims: Mapping[int, Dim]) -> Node:
    """The array with an axis for each index and for each of its own."""
    if arg.letters == letters and arg.core == core:
        return arg.node
    if not arg.letters and not arg.core:
        return arg.node  # a scalar goes with anything
    own = tuple(range(len(core))) if arg.core else ()
    filled = [(Batch(ones((dim,)), (), (dim,)), (axis,)) for axis, dim in enumerate(core) if axis not in own]
    return _contracted([(arg, own), *filled], tuple(range(len(core))), letters, dims)


def spread(arg: Batch, output: Letters, dims: Mapping[int, Dim]) -> Node:
    """The array with an axis for each of these indices, in this order, and then for each of its own."""
    own = tuple(range(len(arg.core)))
    return _contracted([(arg, own)], own, output, dims)


def _product(args: Sequence[Batch], letters: Letters, dims: Mapping[int, Dim]) -> Node:
    """The product of a chain of rows, columns and matrices."""
    operands = []
    for place, arg in enumerate(args):
        own = [place] if rows(arg.shape) != 1 else []
        own += [place + 1] if cols(arg.shape) != 1 else []
        operands.append((arg, tuple(own)))
    ends = [0] if rows(args[0].shape) != 1 else []
    ends += [len(args)] if cols(args[-1].shape) != 1 else []
    return _contracted(operands, tuple(ends), letters, dims)


__all__ = ["Batch", "batched", "spread"]
