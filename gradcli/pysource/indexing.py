"""`x[...]`: entries, slices, new axes, picks by labels, masks; and the same places written to."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from gradcli.pysource.arrays import Dims, along, full, placed, reshape, show_dims, slice_text
from gradcli.pysource.describe import described
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import Size, size
from gradcli.pysource.values import NONE, ONE, Absent, Array, Level, Number, Pieces, Sequence, Slice, Value


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
    if array.pieces is not None:
        array, parts = _from_piece(array, array.pieces, parts)
    array, parts = _stepped(array, parts, node)
    if all(part.kind == "all" for part in parts):
        return array
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


def _from_piece(array: Array, pieces: Pieces, parts: list[Part]) -> tuple[Array, list[Part]]:
    """The one piece of an array that an index is about, and the rest of the index; else the array and the index."""
    old = [place for place, part in enumerate(parts) if part.kind != "new"]
    place = old[pieces.axis]
    part, dim = parts[place], array.dims[pieces.axis]
    if part.kind not in ("entry", "slice") or (isinstance(part.value, Slice) and part.value.step != 1):
        return array, parts
    start, stop = ends(part, dim)
    for piece in pieces.parts:
        if (piece.start, piece.stop) == (start, stop):
            if part.kind == "entry" and piece.entry is not None:
                return piece.entry, [*parts[:place], *parts[place + 1 :]]
            rest = Part("entry", size(0)) if part.kind == "entry" else Part("all")
            return piece.block, [*parts[:place], rest, *parts[place + 1 :]]
    return array, parts


def ends(part: Part, dim: Size) -> tuple[Size, Size]:
    """Where a slice or an entry begins and ends, counted from 0, the end not in it."""
    if isinstance(part.value, Size):
        at = part.value if part.value.number is None or part.value.number >= 0 else dim + part.value
        return at, at + ONE
    assert isinstance(part.value, Slice)
    start = part.value.start or size(0)
    stop = part.value.stop if part.value.stop is not None else dim
    start = dim + start if start.number is not None and start.number < 0 else start
    stop = dim + stop if stop.number is not None and stop.number < 0 else stop
    if stop.number is not None and dim.number is not None and stop.number > dim.number:
        stop = dim
    return start, stop


def _stepped(array: Array, parts: list[Part], node: ast.AST) -> tuple[Array, list[Part]]:
    """The array without those entries that slices with a step leave out, and an index without steps."""
    left, axis = [], 0
    for part in parts:
        if isinstance(part.value, Slice) and part.value.step != 1:
            array, part = every(array, axis, part.value, node), Part("all")
        left.append(part)
        axis += part.kind != "new"
    return array, left


def every(array: Array, axis: int, part: Slice, node: ast.AST) -> Array:
    """`x[a:b:s]` along one axis: each s-th entry, or all of them turned round."""
    if part.step < 0:
        if part.step != -1 or part.start is not None or part.stop is not None:
            raise Refused(node, "a slice with such a step is not read", "x[::-1] turns an axis round")
        return along("flip", array, axis, node)
    step, first = size(part.step), 0
    start = part.start.number if part.start is not None else 0
    if part.stop is None and start is not None and 0 <= start < part.step and array.dims[axis].quotient(step):
        first = start
    else:
        array = pick(array, whole_but(array, axis, Slice(part.start, part.stop)), node)
    length = array.dims[axis]
    rest = -length.number % part.step if length.number is not None else 0
    if rest:
        zeros = full("0", tuple(size(rest) if place == axis else dim for place, dim in enumerate(array.dims)))
        array = joined([array, zeros], axis, node)
    count = array.dims[axis].quotient(step)
    if count is None:
        raise Refused(node, f"every {part.step} of {length} entries is not read", "declare the size as a product, 2*d")
    wide = reshape(array, (*array.dims[:axis], count, step, *array.dims[axis + 1 :]), node)
    return pick(wide, whole_but(wide, axis + 1, size(first)), node)


def whole_but(array: Array, axis: int, part: Value) -> Sequence:
    """An index of all of an array but for one axis."""
    return Sequence(tuple(part if place == axis else Slice(None, None) for place in range(len(array.dims))))


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
    if labels.labels is not None:
        return f"reshape(onehot({labels.labels[0]}), {', '.join(map(str, (*labels.dims, length)))})"
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
        check_places(array, parts, labels, node)
        axis = len(array.dims) - 1
        return Array(f"sum({array.at(Level.PRODUCT)} * {hot}, axis={axis})", labels.dims)
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


def check_places(array: Array, parts: list[Part], labels: Array, node: ast.AST) -> None:
    """Raises Refused where aranges and labels do not name one entry for each label, `P[np.arange(n), y]`."""
    rank = len(array.dims) - 1
    good = [part.kind for part in parts] == ["arange"] * rank + ["labels"] and labels.dims == array.dims[:-1]
    for axis, part in enumerate(parts[:-1]):
        if part.kind == "arange":
            _whole_axis(part, array.dims[axis], node)
        wanted = (array.dims[axis], *(ONE for _ in range(rank - 1 - axis)))
        held = part.value.dims if isinstance(part.value, Array) else ()
        good = good and held in (wanted, (ONE,) * axis + wanted)
    if not good:
        raise Refused(node, "picks by arange and labels are read with one arange for each axis but the last",
                      "write `P[np.arange(n), y]`, `P[np.arange(n)[:, None], np.arange(m), y]`")  # fmt: skip


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


__all__ = ["Part", "full", "joined", "one_hot", "parts_of", "pick"]
