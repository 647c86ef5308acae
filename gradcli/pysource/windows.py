"""Padding, sliding windows and slices with a step, by joining and reshaping."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from fractions import Fraction

from gradcli.pysource import indexing
from gradcli.pysource.arguments import Arguments
from gradcli.pysource.arrays import Dims, full, placed
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import Size, size
from gradcli.pysource.values import NONE, ONE, Array, Number, Sequence, Slice, Value, Word

Handler = Callable[[Arguments], Value]
_MOST_WINDOWS = 64


def padded(array: Array, axis: int, before: Size, behind: Size, node: ast.AST) -> Array:
    """Zeros before and behind one axis."""
    pieces = [array]
    for count, at in ((before, 0), (behind, 1)):
        if count.number is not None and count.number < 0:
            raise Refused(node, "padding by less than nothing is not read", "write a slice")
        if count != size(0):
            zeros = full("0", tuple(count if place == axis else dim for place, dim in enumerate(array.dims)))
            pieces.insert(0 if at == 0 else len(pieces), zeros)
    return indexing.joined(pieces, axis, node)


def _pad(given: Arguments) -> Value:
    """`np.pad(x, ((0, 0), (2, 0)))`, `F.pad(x, (2, 0))` with zeros; PyTorch counts axes from the last."""
    array = given.array(0, "array", "input", "a")
    torch = given.flavour == "torch"
    mode, value = given.get(2, "mode"), given.get(3, "value") if torch else given.named.get("constant_values")
    if mode not in (None, NONE, Word("constant")):
        raise Refused(given.node, "padding with other than constants is not read", "write np.concatenate")
    if value not in (None, NONE, Number(Fraction(0)), Number(Fraction(0), True)):
        raise Refused(given.node, "padding with other than zeros is not read", "write np.concatenate")
    widths = given.at(1, "pad_width", "pad")
    rank = len(array.dims)
    pairs: dict[int, Dims]
    if torch:
        flat = given.dims(widths)
        if len(flat) % 2 or len(flat) > 2 * rank:
            raise Refused(given.node, f"padding by {len(flat)} numbers does not fit an array of rank {rank}")
        pairs = {rank - 1 - place // 2: flat[place : place + 2] for place in range(0, len(flat), 2)}
    else:
        items = widths.items if isinstance(widths, Sequence) else (widths,)
        if not any(isinstance(item, Sequence) for item in items):
            items = (widths,)
        each = [given.dims(item) for item in items]
        each = [dims * 2 if len(dims) == 1 else dims for dims in each]
        each = each * rank if len(each) == 1 else each
        if len(each) != rank or any(len(dims) != 2 for dims in each):
            raise Refused(given.node, f"padding by {len(each)} pairs does not fit an array of rank {rank}")
        pairs = dict(enumerate(each))
    for axis, (before, behind) in pairs.items():
        array = padded(array, axis, before, behind, given.node)
    return array


def _windows(given: Arguments) -> Value:
    """`sliding_window_view(x, k, axis)`: windows of known width, along a new last axis each."""
    array = given.array(0, "x")
    widths = [dim.number for dim in given.dims(given.at(1, "window_shape"))]
    axes = given.axes(2)
    chosen = list(range(len(array.dims))) if axes is None else [axis % len(array.dims) for axis in axes]
    if len(chosen) != len(widths):
        raise Refused(given.node, "sliding windows have a width for each axis that they move along")
    for axis, width in zip(chosen, widths, strict=True):
        if width is None or not 0 < width <= _MOST_WINDOWS:
            raise Refused(given.node, f"sliding windows are read of known widths up to {_MOST_WINDOWS}")
        array = windows(array, axis, width, given.node)
    return array


def windows(array: Array, axis: int, width: int, node: ast.AST) -> Array:
    """The windows along an axis; what stands in each is the last axis."""
    length = array.dims[axis] - size(width - 1)
    if length.number is not None and length.number <= 0:
        raise Refused(node, f"a window of {width} does not fit an axis of length {array.dims[axis]}")
    pieces = []
    for start in range(width):
        index = [Slice(None, None)] * len(array.dims)
        index[axis] = Slice(size(start), length + size(start))
        piece = indexing.pick(array, Sequence(tuple(index)), node)
        pieces.append(placed(piece, (*piece.dims, ONE)))
    return indexing.joined(pieces, len(array.dims), node)


WINDOWS: Mapping[str, Handler] = {"pad": _pad, "lib.stride_tricks.sliding_window_view": _windows}
