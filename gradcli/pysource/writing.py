"""What an array is after a part of it was written to: a mask, entries that labels pick, blocks.

An array that was written to block by block along an axis keeps its pieces, so that reading one of them gives what was
written there, and no later version is built out of slices of earlier ones.
"""

from __future__ import annotations

import ast
from dataclasses import replace

from gradcli.pysource.arrays import (
    Dims,
    binary,
    broadcast_to,
    call,
    full,
    matmul,
    placed,
    reshape,
    show_dims,
    transpose,
)
from gradcli.pysource.indexing import Part, check_places, ends, every, joined, one_hot, parts_of, pick, whole_but
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import Size, product, size
from gradcli.pysource.values import ONE, Array, Memory, Piece, Pieces, Slice, Value


def written_to(array: Array, index: Value, new: Array, node: ast.AST, add: str = "") -> Array:
    """The array after `array[index] = new`, or `+=` and its kin (`add` is the operator); duplicates do not arise.

    Raises Refused for places that are not read.
    """
    if isinstance(index, Array) and index.truth:
        mask = index if index.dims == array.dims else broadcast_mask(index, array.dims, node)
        value = binary(add, array, new, node) if add else new
        return call("where", [mask, value, array], node) if array.dims else array
    parts = parts_of(index, len(array.dims), node)
    kinds = [part.kind for part in parts]
    if all(kind == "all" for kind in kinds):
        return broadcast_to(binary(add, array, new, node) if add else new, array.dims, node)
    if kinds == ["arange"] * (len(array.dims) - 1) + ["labels"] and len(array.dims) > 1:
        labels = parts[-1].value
        assert isinstance(labels, Array)
        check_places(array, parts, labels, node)
        hot = Array(one_hot(labels, array.dims[-1], node), array.dims)
        column = placed(new, (*new.dims, ONE)) if new.dims else new
        if add in ("+", "-"):
            change = hot if new.code == "1" else binary("*", column, hot, node)
            return binary(add, array, change, node)
        value = binary(add, array, column, node) if add else broadcast_to(column, array.dims, node)
        return call("where", [Array(hot.code, hot.dims, truth=True), value, array], node)
    if kinds[0] == "labels" and set(kinds[1:]) <= {"all"} and len(array.dims) <= 2:
        labels = parts[0].value
        assert isinstance(labels, Array)
        if len(labels.dims) > 1:  # NumPy goes through them row by row
            count = (product(labels.dims),)
            new = broadcast_to(new, (*labels.dims, *array.dims[1:]), node)
            new = reshape(new, (*count, *array.dims[1:]), node)
            labels = reshape(labels, count, node)
        if labels.dims:
            return _last_written(array, labels, new, node, add)
        return _one_written(array, labels, new, node, add)
    if any(kind in ("labels", "arange") for kind in kinds):
        raise Refused(node, "writing to entries that labels pick is read for `A[np.arange(n), y]` alone",
                      "np.add.at(A, y, values) adds where labels may repeat")  # fmt: skip
    return _with_block(array, parts, new, node, add)


def _one_written(array: Array, label: Array, new: Array, node: ast.AST, add: str) -> Array:
    """`p[c] = new`, `W[c] += new`: the entry, or the row, that one label picks."""
    hot = Array(one_hot(label, array.dims[0], node), array.dims[:1], truth=True)
    mask = broadcast_mask(hot, array.dims, node)
    if add in ("+", "-"):
        return binary(add, array, binary("*", new, mask, node) if new.code != "1" else mask, node)
    return call("where", [mask, binary(add, array, new, node) if add else new, array], node)


def _last_written(array: Array, labels: Array, new: Array, node: ast.AST, add: str) -> Array:
    """`A[y] = new`, `A[y] += new`: of labels that repeat the last one counts alone."""
    hot = Array(one_hot(labels, array.dims[0], node), (*labels.dims, array.dims[0]))
    last = Array(f"[sum(triu({hot.code} @ {hot.code}.T, 1), axis=1) == 0]", labels.dims, truth=True)
    wide = broadcast_to(new, (*labels.dims, *array.dims[1:]), node)
    mask = broadcast_mask(last, wide.dims, node)
    change = matmul(transpose(hot, None, node), binary("*", mask, wide, node), node)
    if add in ("+", "-"):
        return binary(add, array, change, node)
    if add:
        raise Refused(node, f"`{add}=` at entries that labels pick is not read")
    there = Array(f"[sum({hot.code}, axis=0) > 0]", array.dims[:1], truth=True)
    return call("where", [broadcast_mask(there, array.dims, node), change, array], node)


def broadcast_mask(mask: Array, dims: Dims, node: ast.AST) -> Array:
    """A mask of fewer axes, spread over those behind them, as NumPy picks whole rows by it."""
    if mask.dims != dims[: len(mask.dims)]:
        raise Refused(node, f"a mask of shape {show_dims(mask.dims)} does not fit {show_dims(dims)}")
    return placed(mask, mask.dims + (ONE,) * (len(dims) - len(mask.dims)))


def _with_block(array: Array, parts: list[Part], new: Array, node: ast.AST, add: str) -> Array:
    """The array with a block replaced, or added to: the block may be cut along several axes."""
    cut = [place for place, part in enumerate(parts) if part.kind in ("slice", "entry")]
    if not cut or "new" in [part.kind for part in parts]:
        raise Refused(node, "writing to a block is read along axes, `A[:, a:b] = ...`")
    axis = cut[0]
    part, dim = parts[axis], array.dims[axis]
    if isinstance(part.value, Slice) and part.value.step != 1:
        if len(cut) > 1 or add:
            raise Refused(node, "writing to each s-th entry is read as `x[:, ::2] = ...`")
        return _interleaved(array, axis, part.value, new, node)
    start, stop = ends(part, dim)
    pieces = _parted(array, axis, start, stop, node)
    there = pieces is not None and any((piece.start, piece.stop) == (start, stop) for piece in pieces)
    if add in ("+", "-") and not there:
        return binary(add, array, _embedded(array.dims, parts, new, node), node)
    if pieces is None:
        pieces = _around(array, axis, start, stop, node)
    place = next(i for i, piece in enumerate(pieces) if (piece.start, piece.stop) == (start, stop))
    held = pieces[place].block
    if part.kind == "entry":
        held = pieces[place].entry or pick(held, whole_but(held, axis, size(0)), node)
    rest = [*parts[:axis], *([] if part.kind == "entry" else [Part("all")]), *parts[axis + 1 :]]
    if all(other.kind == "all" for other in rest):
        value = broadcast_to(binary(add, held, new, node) if add else new, held.dims, node)
    else:
        value = _with_block(held, rest, new, node, add)
    value = replace(value, memory=Memory(), version=0)
    block = value
    if part.kind == "entry":
        block = placed(value, (*array.dims[:axis], ONE, *array.dims[axis + 1 :]))
    pieces[place] = Piece(start, stop, block, value if part.kind == "entry" else None)
    found = joined([piece.block for piece in pieces], axis, node)
    return replace(found, pieces=Pieces(axis, tuple(pieces)))


def _parted(array: Array, axis: int, start: Size, stop: Size, node: ast.AST) -> list[Piece] | None:
    """The pieces of the array with one from `start` to `stop` among them; None where none can be."""
    if array.pieces is None or array.pieces.axis != axis:
        return None
    out: list[Piece] = []
    done = False
    for piece in array.pieces.parts:
        if (piece.start, piece.stop) == (start, stop) or not _within(start, stop, piece.start, piece.stop):
            out.append(piece)
            done = done or (piece.start, piece.stop) == (start, stop)
            continue
        done = True
        for one, other in ((piece.start, start), (start, stop), (stop, piece.stop)):
            if one != other:
                index = whole_but(piece.block, axis, Slice(one - piece.start, other - piece.start))
                out.append(Piece(one, other, pick(piece.block, index, node)))
    return out if done else None


def _within(start: Size, stop: Size, first: Size, last: Size) -> bool:
    """Whether start..stop lies in first..last, as far as that is known."""
    low, high = (start - first).number, (last - stop).number
    return low is not None and high is not None and low >= 0 and high >= 0


def _around(array: Array, axis: int, start: Size, stop: Size, node: ast.AST) -> list[Piece]:
    """What is before, the block, and what is behind."""
    plain = replace(array, pieces=None)
    out = []
    for first, last in ((size(0), start), (start, stop), (stop, array.dims[axis])):
        if first != last:
            out.append(Piece(first, last, pick(plain, whole_but(plain, axis, Slice(first, last)), node)))
    return out


def _embedded(dims: Dims, parts: list[Part], new: Array, node: ast.AST) -> Array:
    """A block among zeros."""
    inner = []
    for part, dim in zip(parts, dims, strict=True):
        if part.kind == "all":
            inner.append(dim)
        elif isinstance(part.value, Slice) and part.value.step != 1:
            raise Refused(node, "writing to each s-th entry is read as `x[:, ::2] = ...`")
        elif part.kind == "slice":
            start, stop = ends(part, dim)
            inner.append(stop - start)
    found = broadcast_to(new, tuple(inner), node)
    wide = list(inner)
    for axis, part in enumerate(parts):
        if part.kind == "entry":
            wide.insert(axis, ONE)
    found = placed(found, tuple(wide))
    for axis, (part, dim) in reversed(list(enumerate(zip(parts, dims, strict=True)))):
        if part.kind == "all":
            continue
        start, stop = ends(part, dim)
        pieces = [found]
        for count, at in ((start, 0), (dim - stop, 1)):
            if count != size(0):
                zeros = full("0", tuple(count if place == axis else each for place, each in enumerate(found.dims)))
                pieces.insert(len(pieces) * at, zeros)
        found = joined(pieces, axis, node)
    return found


def _interleaved(array: Array, axis: int, part: Slice, new: Array, node: ast.AST) -> Array:
    """The array after `x[a::s] = new` along one axis."""
    start = part.start.number if part.start is not None else 0
    count = array.dims[axis].quotient(size(part.step)) if part.step > 1 else None
    if count is None or part.stop is not None or start is None or not 0 <= start < part.step:
        raise Refused(node, "writing to each s-th entry is read where s divides the size, `x[:, ::2] = ...` of 2*d")
    dims = (*array.dims[:axis], count, *array.dims[axis + 1 :])
    pieces = []
    for place in range(part.step):
        held = broadcast_to(new, dims, node)
        if place != start:
            held = every(array, axis, Slice(size(place), None, part.step), node)
        pieces.append(placed(held, (*dims[: axis + 1], ONE, *dims[axis + 1 :])))
    return reshape(joined(pieces, axis + 1, node), array.dims, node)


__all__ = ["broadcast_mask", "written_to"]
