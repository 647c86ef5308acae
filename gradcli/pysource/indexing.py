"""`x[...]`: entries, slices, new axes, picks by labels, masks; and the same places written to."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from gradcli.pysource.arrays import (
    Dims,
    binary,
    broadcast_to,
    call,
    full,
    matmul,
    placed,
    show_dims,
    slice_text,
    transpose,
)
from gradcli.pysource.describe import described
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import Size, size
from gradcli.pysource.values import NONE, ONE, Absent, Array, Level, Number, Sequence, Slice, Value


@dataclass(frozen=True, slots=True)
class Part:
    """One place of an index: a new axis, a slice, an integer (from 0), labels or all of an axis."""

    kind: str  # "new", "all", "slice", "entry", "labels", "arange"
    value: Value | None = None


def parts_of(index: Value, rank: int, node: ast.AST) -> list[Part]:
    """The parts of an index, one for each axis of an array and one for each new axis."""
    items = list(index.items) if isinstance(index, Sequence) and not index.is_list else [index]
    taken = sum(1 for item in items if item != NONE and not isinstance(item, Absent))
    if taken > rank:
        raise Refused(node, f"too many indices: {taken} for an array of rank {rank}")
    if not any(isinstance(item, Absent) for item in items):
        items.append(Absent())
    out: list[Part] = []
    for item in items:
        if isinstance(item, Absent):
            out += [Part("all")] * (rank - taken)
            taken = rank
        elif item == NONE:
            out.append(Part("new"))
        elif isinstance(item, Slice):
            out.append(Part("all" if item == Slice(None, None) else "slice", item))
        elif isinstance(item, Number | Size):
            out.append(Part("entry", _whole(item, node)))
        elif isinstance(item, Array) and item.classes is not None:
            out.append(Part("labels", item))
        elif isinstance(item, Array) and item.arange is not None:
            out.append(Part("arange", item))
        else:
            raise Refused(node, f"an index that is {described(item)} is not read")
    return out


def _whole(value: Number | Size, node: ast.AST) -> Size:
    if isinstance(value, Size):
        return value
    if value.value.denominator != 1:
        raise Refused(node, "an index is an integer")
    return size(int(value.value))


def pick(array: Array, index: Value, node: ast.AST) -> Array:
    """`array[index]`."""
    parts = parts_of(index, len(array.dims), node)
    if any(part.kind == "labels" for part in parts):
        return _picked(array, parts, node)
    if any(part.kind == "arange" for part in parts):
        parts = [_whole_axis(part, dim, node) for part, dim in _with_dims(parts, array.dims)]
    written: list[str] = []
    dims: list[Size] = []
    cut = False
    for part, dim in _with_dims(parts, array.dims):
        match part.kind:
            case "new":
                dims.append(ONE)
            case "all":
                written.append(":")
                dims.append(dim)
            case "slice":
                assert isinstance(part.value, Slice)
                text, length = slice_text(part.value, dim, node)
                written.append(text)
                dims.append(length)
                cut = cut or text != ":"
            case "entry":
                assert isinstance(part.value, Size)
                at = part.value
                if at.number is not None and at.number < 0:
                    at = dim + at
                if at.number is not None and dim.number is not None and at.number >= dim.number:
                    raise Refused(node, f"index {at} does not fit an axis of length {dim}")
                written.append(str(at + ONE))
                cut = True
    if not cut:
        return placed(array, tuple(dims))
    return placed(_indexed(array, written, parts), tuple(dims))


def _indexed(array: Array, written: list[str], parts: list[Part]) -> Array:
    """The entries, slices and axes of the array that an index has in the language, without new axes."""
    old = [part for part in parts if part.kind != "new"]
    kept: list[Size] = []
    for part, dim, text in zip(old, array.dims, written, strict=True):
        if part.kind == "all" or text == ":":
            kept.append(dim)
        elif part.kind == "slice":
            assert isinstance(part.value, Slice)
            kept.append(slice_text(part.value, dim, ast.Pass())[1])
    if len(array.dims) <= 2 and not array.is_row:
        written = [text for text, dim in zip(written, array.dims, strict=True) if dim != ONE]
    if not written:
        return Array(array.code, tuple(kept), array.level, array.truth)
    if all(text == ":" for text in written):
        return placed(array, tuple(kept))
    code = f"{array.at(Level.ATOM)}[{', '.join(written)}]"
    if len(array.dims) == 2 and len(written) == 2 and ":" in written[1] and ":" not in written[0]:
        return placed(Array(code, (ONE, *kept[-1:]), Level.ATOM, array.truth), tuple(kept))  # a row of the language
    if array.is_row and ":" in written[-1]:
        return placed(Array(code, (ONE, *kept[-1:]), Level.ATOM, array.truth), tuple(kept))
    return Array(code, tuple(kept), Level.ATOM, array.truth)


def _with_dims(parts: list[Part], dims: Dims) -> list[tuple[Part, Size]]:
    left = list(dims)
    return [(part, ONE if part.kind == "new" else left.pop(0)) for part in parts]


def _whole_axis(part: Part, dim: Size, node: ast.AST) -> Part:
    if part.kind != "arange":
        return part
    assert isinstance(part.value, Array)
    if part.value.arange != dim:
        raise Refused(node, f"arange({part.value.arange}) does not go over an axis of length {dim}")
    return Part("all")


def one_hot(labels: Array, length: Size, node: ast.AST) -> str:
    """The labels as rows of zeros and a one."""
    if labels.classes != length:
        raise Refused(node, f"labels of {labels.classes} classes do not pick from an axis of length {length}")
    if labels.offset:
        raise Refused(node, "labels that were shifted are not read")
    return f"onehot({labels.code})"


def _picked(array: Array, parts: list[Part], node: ast.AST) -> Array:
    """`P[arange(n), y]`, `E[y]`, `w[y]`: picks by labels, as products with one-hot rows."""
    kinds = [part.kind for part in parts]
    if kinds.count("labels") > 1 or "new" in kinds or "slice" in kinds or "entry" in kinds:
        raise Refused(node, "this mixture of labels and other indices is not read")
    at = kinds.index("labels")
    labels = parts[at].value
    assert isinstance(labels, Array)
    hot = one_hot(labels, array.dims[at], node)
    if "arange" in kinds:
        if len(array.dims) != 2 or kinds != ["arange", "labels"] or len(labels.dims) != 1:
            raise Refused(node, "picks by arange and labels are read from a matrix, `P[np.arange(n), y]`")
        _whole_axis(parts[0], array.dims[0], node)
        return Array(f"sum({array.at(Level.PRODUCT)} * {hot}, axis=1)", labels.dims)
    if at != 0:
        raise Refused(node, "labels pick along the first axis, `E[y]`")
    if len(labels.dims) > 1 or len(array.dims) > 2:
        if len(array.dims) == 2:
            return Array(f"{array.at(Level.ATOM)}[{labels.code}, :]", (*labels.dims, array.dims[1]))
        if len(array.dims) == 1:
            return Array(f"{array.at(Level.ATOM)}[{labels.code}]", labels.dims)
        raise Refused(node, "labels pick from vectors and matrices")
    if not labels.dims:
        picked = f"{array.at(Level.ATOM)}.T @ {hot}"
        return Array(picked, array.dims[1:], Level.PRODUCT)
    return Array(f"{hot} @ {array.at(Level.POWER)}", (*labels.dims, *array.dims[1:]), Level.PRODUCT)


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
    if kinds == ["arange", "labels"] and len(array.dims) == 2:
        _whole_axis(parts[0], array.dims[0], node)
        labels = parts[1].value
        assert isinstance(labels, Array)
        hot = Array(one_hot(labels, array.dims[1], node), array.dims)
        column = placed(new, (new.dims[0], ONE)) if new.dims else new
        if add in ("+", "-"):
            change = hot if new.code == "1" else binary("*", column, hot, node)
            return binary(add, array, change, node)
        value = binary(add, array, column, node) if add else broadcast_to(column, array.dims, node)
        return call("where", [Array(hot.code, hot.dims, truth=True), value, array], node)
    if kinds[0] == "labels" and set(kinds[1:]) <= {"all"} and len(array.dims) <= 2:
        labels = parts[0].value
        assert isinstance(labels, Array)
        if len(labels.dims) == 1:
            return _last_written(array, labels, new, node, add)
    if any(kind in ("labels", "arange") for kind in kinds):
        raise Refused(node, "writing to entries that labels pick is read for `A[np.arange(n), y]` alone",
                      "np.add.at(A, y, values) adds where labels may repeat")  # fmt: skip
    if add:
        new = binary(add, pick(array, index, node), new, node)
    return _with_block(array, parts, new, node)


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


def _with_block(array: Array, parts: list[Part], new: Array, node: ast.AST) -> Array:
    """The array with one slice along one axis replaced: what is before, the new part, what is behind."""
    cut = [place for place, part in enumerate(parts) if part.kind in ("slice", "entry")]
    if len(cut) != 1 or "new" in [part.kind for part in parts]:
        raise Refused(node, "writing to a block is read along one axis, `A[:, a:b] = ...`")
    (axis,) = cut
    dim = array.dims[axis]
    part = parts[axis]
    if isinstance(part.value, Size):
        at = part.value if part.value.number is None or part.value.number >= 0 else dim + part.value
        start, stop = at, at + ONE
        shape = tuple(d for place, d in enumerate(array.dims) if place != axis)
        new = broadcast_to(new, shape, node)
        new = placed(new, tuple(ONE if place == axis else d for place, d in enumerate(array.dims)))
    else:
        assert isinstance(part.value, Slice)
        start = part.value.start or size(0)
        stop = part.value.stop if part.value.stop is not None else dim
        start = dim + start if start.number is not None and start.number < 0 else start
        stop = dim + stop if stop.number is not None and stop.number < 0 else stop
        new = broadcast_to(new, tuple(stop - start if p == axis else d for p, d in enumerate(array.dims)), node)
    pieces = []
    for first, last in ((size(0), start), (stop, dim)):
        if first != last:
            index = [Slice(None, None)] * len(array.dims)
            index[axis] = Slice(first, last)
            pieces.append(pick(array, Sequence(tuple(index)), node))
    pieces.insert(0 if start == size(0) else 1, new)
    return joined(pieces, axis, node)


def joined(arrays: list[Array], axis: int, node: ast.AST) -> Array:
    """`concatenate(arrays, axis)`."""
    rank = len(arrays[0].dims)
    if any(len(array.dims) != rank for array in arrays) or not -rank <= axis < rank or not rank:
        raise Refused(node, "arrays of one rank are joined, along one of their axes")
    axis %= rank
    total = size(0)
    for array in arrays:
        total = total + array.dims[axis]
        for place, (one, other) in enumerate(zip(array.dims, arrays[0].dims, strict=True)):
            if place != axis and one != other:
                raise Refused(node, f"shapes {show_dims(arrays[0].dims)} and {show_dims(array.dims)} are not joined")
    dims = tuple(total if place == axis else dim for place, dim in enumerate(arrays[0].dims))
    if len(arrays) == 1:
        return arrays[0]
    if rank == 2 and dims[1 - axis] == ONE:  # vectors, or rows, end to end
        return placed(joined([placed(array, (array.dims[axis],)) for array in arrays], 0, node), dims)
    option = f", axis={axis}" if rank > 1 and axis else ""
    return Array(f"concat({', '.join(array.code for array in arrays)}{option})", dims)


__all__ = ["Part", "full", "joined", "one_hot", "parts_of", "pick", "written_to"]
