"""Making arrays, joining them and giving them other shapes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction

from gradcli.pysource import arrays, indexing
from gradcli.pysource.arguments import Arguments, converted_to, kind_of
from gradcli.pysource.arrays import as_array
from gradcli.pysource.numbers import plain
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import Size, product, size
from gradcli.pysource.values import NONE, ONE, Array, Level, Number, Sequence, Slice, Value

Handler = Callable[[Arguments], Value]


def _filled(code: str) -> Handler:
    def make(given: Arguments) -> Value:
        shape = given.args[0] if len(given.args) == 1 else Sequence(tuple(given.args))
        found = given.named.get("shape", given.named.get("size", shape))
        return _typed(arrays.full(code, given.dims(found)), given.named.get("dtype"))

    return make


def _like(code: str) -> Handler:
    def make(given: Arguments) -> Value:
        array = given.array(0)
        made = arrays.full(code, array.dims)
        if "dtype" not in given.named and (array.classes is not None or array.whole):
            return replace(made, whole=True)
        return _typed(made, given.named.get("dtype"))

    return make


def _typed(array: Array, dtype: Value | None) -> Array:
    """An array of a type: integers are cut off, truth values are masks."""
    kind = kind_of(dtype)
    if kind == "bool":
        return replace(array, truth=True)
    return replace(array, whole=True) if kind == "int" else array


def _full(given: Arguments) -> Value:
    value = as_array(given.at(1, "fill_value"), given.node)
    return arrays.broadcast_to(value, given.dims(given.at(0, "shape", "size")), given.node)


def _full_like(given: Arguments) -> Value:
    value = as_array(given.at(1, "fill_value"), given.node)
    return arrays.broadcast_to(value, given.array(0).dims, given.node)


def _eye(given: Arguments) -> Value:
    (n, *more) = given.dims(given.at(0, "N", "n"))
    if more or (given.get(1, "M") not in (None, NONE) and given.dims(given.at(1, "M")) != (n,)):
        raise Refused(given.node, "eye of other than square shape is not read")
    return Array(f"eye({n})", (n, n))


def _arange(given: Arguments) -> Value:
    start, stop = given.get(0, "start"), given.get(1, "stop", "end")
    if stop is not None and not (isinstance(start, Number) and start.value == 0):
        raise Refused(given.node, "arange is read from 0 on, `np.arange(n)`")
    (n,) = given.dims(stop if stop is not None else given.at(0, "stop", "end"))
    return Array("arange", (n,), arange=n)


def stacked(given: Arguments, value: Value) -> Value:
    """`np.array(...)`: an array as it is, numbers in lists as a literal."""
    if not isinstance(value, Sequence):
        return as_array(value, given.node)
    items = [stacked(given, item) for item in value.items]
    parts = [as_array(item, given.node) for item in items]
    if not parts:
        raise Refused(given.node, "an empty array is not read")
    if all(not part.dims for part in parts):
        return Array(f"[{', '.join(part.code for part in parts)}]" if len(parts) > 1 else parts[0].code,
                     (size(len(parts)),))  # fmt: skip
    return _stack(parts, 0, given)


def _stack(parts: list[Array], axis: int, given: Arguments) -> Array:
    first = parts[0].dims
    if any(part.dims != first for part in parts):
        raise Refused(given.node, "arrays of different shapes are not stacked")
    at = axis % (len(first) + 1)
    dims = (*first[:at], size(len(parts)), *first[at:])
    wide = [arrays.placed(part, (*first[:at], ONE, *first[at:])) for part in parts]
    return indexing.joined(wide, at, given.node) if len(parts) > 1 else arrays.placed(parts[0], dims)


def _array(given: Arguments) -> Value:
    first = given.at(0, "object", "a", "data")
    converted_to(kind_of(given.named.get("dtype")), first, given.node)
    if isinstance(first, Array) or not isinstance(first, Sequence):
        return as_array(first, given.node) if not isinstance(plain(first), Number) else plain(first)
    return stacked(given, first)


def _concatenate(given: Arguments) -> Value:
    parts = [as_array(item, given.node) for item in given.sequence(given.at(0, "arrays", "tensors"))]
    return indexing.joined(parts, given.axis() or 0, given.node)


def _stacking(given: Arguments) -> Value:
    parts = [as_array(item, given.node) for item in given.sequence(given.at(0, "arrays", "tensors"))]
    return _stack(parts, given.axis() or 0, given)


def _hstack(given: Arguments) -> Value:
    parts = [as_array(item, given.node) for item in given.sequence(given.at(0, "tup", "tensors"))]
    return indexing.joined(parts, 0 if len(parts[0].dims) == 1 else 1, given.node)


def _vstack(given: Arguments) -> Value:
    parts = [as_array(item, given.node) for item in given.sequence(given.at(0, "tup", "tensors"))]
    rows = [arrays.placed(part, (ONE, *part.dims)) if len(part.dims) == 1 else part for part in parts]
    return indexing.joined(rows, 0, given.node)


def _reshape(given: Arguments) -> Value:
    array = given.array(0)
    shape = given.args[1] if len(given.args) == 2 else Sequence(tuple(given.args[1:]))
    if len(given.args) < 2:
        shape = given.at(1, "shape", "newshape")
    return arrays.reshape(array, given.dims(shape), given.node)


def _flat(given: Arguments) -> Value:
    array = given.array(0)
    start = given.integer(given.get(1, "start_dim") or Number(Fraction(0), True))
    last = len(array.dims) - 1
    end = given.integer(given.get(2, "end_dim") or Number(Fraction(-1), True)) % max(len(array.dims), 1)
    start %= max(len(array.dims), 1)
    joined = product(array.dims[start : end + 1])
    return arrays.reshape(array, (*array.dims[:start], joined, *array.dims[end + 1 : last + 1]), given.node)


def _transpose(given: Arguments) -> Value:
    array = given.array(0)
    axes = given.get(1, "axes", "dims")
    if given.flavour in ("torch", "method torch") and len(given.args) == 3 and given.name == "transpose":
        return _swapped(given)
    if axes is None or axes == NONE:
        return arrays.transpose(array, None, given.node)
    items = axes.items if isinstance(axes, Sequence) else tuple(given.args[1:])
    if len(items) == 2 and len(array.dims) > 2:
        return _swapped(given)
    return arrays.transpose(array, [given.integer(item) for item in items], given.node)


def _swapped(given: Arguments) -> Value:
    array = given.array(0)
    first, second = (given.integer(given.at(place, name)) for place, name in ((1, "axis1"), (2, "axis2")))
    order = list(range(len(array.dims)))
    order[first], order[second] = order[second], order[first]
    return arrays.transpose(array, order, given.node)


def _expand_dims(given: Arguments) -> Value:
    array = given.array(0)
    at = given.axes()
    if at is None:
        raise Refused(given.node, f"{given.name} without an axis is not read")
    rank = len(array.dims) + len(at)
    new = {axis % rank for axis in at}
    old = iter(range(len(array.dims)))
    return arrays.with_axes(array, [None if axis in new else next(old) for axis in range(rank)])


def _squeeze(given: Arguments) -> Value:
    array = given.array(0)
    axes = given.axes()
    gone = (
        [a % len(array.dims) for a in axes] if axes is not None else [i for i, d in enumerate(array.dims) if d == ONE]
    )
    if any(array.dims[axis] != ONE for axis in gone) and given.flavour != "torch":
        raise Refused(given.node, "squeeze of an axis that is not of length 1")
    return arrays.placed(array, tuple(d for i, d in enumerate(array.dims) if i not in gone or d != ONE))


def _broadcast_to(given: Arguments) -> Value:
    array = given.array(0)
    shape = given.args[1] if len(given.args) == 2 else Sequence(tuple(given.args[1:]))
    dims = given.dims(given.named.get("shape", shape))
    lead = len(dims) - len(array.dims)
    dims = tuple(array.dims[i - lead] if d == size(-1) else d for i, d in enumerate(dims))
    return arrays.broadcast_to(array, dims, given.node)


def _split(given: Arguments) -> Value:
    array = given.array(0)
    by = given.at(1, "indices_or_sections", "split_size_or_sections", "chunks", "split_size")
    axis = given.axis(2) or 0
    axis %= len(array.dims)
    dim = array.dims[axis]
    ends: list[Size] = []
    if isinstance(by, Sequence) and given.flavour in ("torch", "method torch"):
        total = size(0)
        for length in given.dims(by):
            total = total + length
            ends.append(total)
    elif isinstance(by, Sequence):
        ends = [*given.dims(by), dim]
    else:
        (each,) = given.dims(by)
        if given.flavour in ("torch", "method torch") and given.name == "split":
            count = dim.quotient(each)
        else:
            count, each = each, dim.quotient(each) or size(0)
        if count is None or count.number is None or each == size(0) or count.number > 64:
            raise Refused(
                given.node, f"{dim} is not split into equal parts", "declare the size as a product, `x: n 4*h`"
            )
        step, ends = each, []
        for number in range(count.number):
            ends.append(step * size(number + 1))
    pieces: list[Value] = []
    start = size(0)
    for end in ends:
        index: list[Value] = [Slice(None, None)] * len(array.dims)
        index[axis] = Slice(start, end)
        pieces.append(indexing.pick(array, Sequence(tuple(index)), given.node))
        start = end
    return Sequence(tuple(pieces), True)


def _one_hot(given: Arguments) -> Value:
    labels = given.array(0)
    (count,) = given.dims(given.at(1, "num_classes"))
    hot = indexing.one_hot(labels, count, given.node)
    return Array(hot, (*labels.dims, count), truth=True)


def _same(given: Arguments) -> Value:
    first = given.at(0, "a", "x", "input", "data", "tensor")
    return first if not isinstance(first, Sequence) else stacked(given, first)


def _stop(given: Arguments) -> Value:
    array = given.array(0)
    return Array(f"stop({array.code})", array.dims, truth=array.truth, classes=array.classes)


def _shape(given: Arguments) -> Value:
    return Sequence(tuple(given.array(0).dims))


def _triangle(name: str) -> Handler:
    def make(given: Arguments) -> Value:
        array = given.array(0)
        k = given.get(1, "k", "diagonal")
        text = f", {given.integer(k)}" if k is not None and given.integer(k) else ""
        return Array(f"{name}({array.code}{text})", array.dims)

    return make


def _tiled(given: Arguments) -> Value:
    """`np.tile(b, (n, 1))`: the whole of each axis repeated."""
    array = given.array(0)
    counts = given.dims(given.at(1, "reps", "dims") if len(given.args) < 3 else Sequence(tuple(given.args[1:])))
    rank = max(len(counts), len(array.dims))
    dims = (ONE,) * (rank - len(array.dims)) + array.dims
    counts = (ONE,) * (rank - len(counts)) + counts
    found = arrays.placed(array, dims)
    for at, count in enumerate(counts):
        found = _widened(found, at, count, False, given)
    return found


def _repeated(given: Arguments) -> Value:
    """`np.repeat(x, k, axis=1)`: each entry of an axis repeated; of all entries in a row without one."""
    array = given.array(0)
    if given.flavour in ("torch", "method torch"):
        return _tiled(given)
    axis = given.axis(2)
    count = given.dims(given.at(1, "repeats"))
    if len(count) != 1:
        raise Refused(given.node, "repeat with a count for each entry is not read")
    if axis is None:
        array, axis = arrays.reshape(array, (product(array.dims),), given.node), 0
    return _widened(array, axis % len(array.dims), count[0], True, given)


def _widened(array: Array, at: int, count: Size, each: bool, given: Arguments) -> Array:
    """One axis repeated: each entry so often in a row, or the whole of it."""
    dims = array.dims
    if count == ONE:
        return array
    if dims[at] == ONE:
        return arrays.broadcast_to(array, (*dims[:at], count, *dims[at + 1 :]), given.node)
    new = at + 1 if each else at
    wide = arrays.placed(array, (*dims[:new], ONE, *dims[new:]))
    wide = arrays.broadcast_to(wide, (*dims[:new], count, *dims[new:]), given.node)
    return arrays.reshape(wide, (*dims[:at], dims[at] * count, *dims[at + 1 :]), given.node)


def _unread(given: Arguments) -> Value:
    raise Refused(given.node, f"{given.name} is not read", "write it with broadcasting: x[:, None]")


def _gather(given: Arguments) -> Value:
    """`input.gather(1, y[:, None])`, `np.take_along_axis(P, y[:, None], axis=1)`."""
    array = given.array(0)
    torch = given.name == "gather"
    labels = given.array(2, "index") if torch else given.array(1, "indices")
    axis = given.axis(1) if torch else given.axis(2)
    last = len(array.dims) - 1
    good = last > 0 and labels.classes is not None and labels.dims == (*array.dims[:-1], ONE)
    if not good or axis not in (last, -1):
        raise Refused(given.node, f"{given.name} is read for one label a row, `{given.name}(P, 1, y[:, None])`")
    hot = indexing.one_hot(_without_last(labels, given), array.dims[-1], given.node)
    return arrays.placed(
        Array(f"sum({array.at(Level.PRODUCT)} * {hot}, axis={last})", array.dims[:-1]), (*array.dims[:-1], ONE)
    )


def _without_last(labels: Array, given: Arguments) -> Array:
    """Labels without their last axis, which is of length 1."""
    if len(labels.dims) == 2:
        return Array(labels.code, labels.dims[:1], classes=labels.classes, offset=labels.offset, labels=labels.labels)
    return arrays.reshape(labels, labels.dims[:-1], given.node)


def _scatter(add: str) -> Handler:
    """`p.scatter(1, y[:, None], v)` and `scatter_add`: one entry of each row is set, or added to."""

    def write(given: Arguments) -> Value:
        array, labels = given.array(0), given.array(2, "index")
        last = len(array.dims) - 1
        good = last > 0 and labels.classes is not None and labels.dims == (*array.dims[:-1], ONE)
        if not good or given.axis(1) not in (last, -1):
            raise Refused(given.node, f"{given.name} is read for one label a row, `{given.name}(1, y[:, None], v)`")
        value = as_array(given.at(3, "src", "value"), given.node)
        column = (*array.dims[:-1], ONE)
        if value.dims and value.dims != column:
            raise Refused(given.node, f"{given.name} of values of shape {arrays.show_dims(value.dims)} is not read")
        hot = indexing.one_hot(_without_last(labels, given), array.dims[-1], given.node)
        mask = Array(hot, array.dims, truth=True)
        if add:
            return arrays.binary("+", array, arrays.binary("*", value, mask, given.node), given.node)
        return arrays.call("where", [mask, value, array], given.node)

    return write


def _broadcast_arrays(given: Arguments) -> Value:
    parts = [as_array(arg, given.node) for arg in given.args]
    dims = arrays.joint_dims([part.dims for part in parts], given.node)
    return Sequence(tuple(arrays.broadcast_to(part, dims, given.node) for part in parts), True)


def _take(given: Arguments) -> Value:
    """`jnp.take(E, y, axis=0)`: rows that labels pick."""
    labels = given.array(1, "indices")
    axis = given.axis(2)
    if labels.classes is None or axis not in (0, None) or (axis is None and len(given.array(0).dims) > 1):
        raise Refused(given.node, "take is read for labels along the first axis, `np.take(E, y, axis=0)`")
    return indexing.pick(given.array(0), labels, given.node)


def _index_select(given: Arguments) -> Value:
    """`torch.index_select(E, 0, y)`."""
    labels = given.array(2, "index")
    if labels.classes is None or given.axis(1) != 0:
        raise Refused(given.node, "index_select is read for labels along the first axis")
    return indexing.pick(given.array(0), labels, given.node)


MAKING: Mapping[str, Handler] = {
    "zeros": _filled("0"), "ones": _filled("1"), "empty": _filled("0"), "zeros_like": _like("0"),
    "ones_like": _like("1"), "empty_like": _like("0"), "full": _full, "full_like": _full_like, "eye": _eye,
    "identity": _eye, "arange": _arange, "array": _array, "asarray": _array, "tensor": _array, "as_tensor": _array,
    "ascontiguousarray": _array, "from_numpy": _array, "concatenate": _concatenate, "cat": _concatenate,
    "concat": _concatenate, "stack": _stacking, "hstack": _hstack, "vstack": _vstack, "row_stack": _vstack,
    "reshape": _reshape, "ravel": _flat, "flatten": _flat, "transpose": _transpose, "permute": _transpose,
    "swapaxes": _swapped, "swapdims": _swapped, "expand_dims": _expand_dims, "unsqueeze": _expand_dims,
    "squeeze": _squeeze, "broadcast_to": _broadcast_to, "expand": _broadcast_to, "split": _split,
    "array_split": _split, "chunk": _split, "one_hot": _one_hot, "copy": _same, "copyto": _unread, "clone": _same,
    "detach": _stop, "stop_gradient": _stop, "shape": _shape, "tril": _triangle("tril"),
    "triu": _triangle("triu"), "repeat": _repeated, "tile": _tiled, "gather": _gather, "take": _take,
    "index_select": _index_select, "take_along_axis": _gather,
    "scatter": _scatter(""), "scatter_add": _scatter("+"), "broadcast_arrays": _broadcast_arrays,
    "broadcast_tensors": _broadcast_arrays, "nan_to_num": _same, "asfarray": _same, "real": _same, "atleast_1d": _same,
}  # fmt: skip
