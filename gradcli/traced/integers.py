"""Integers of a traced function that pick entries: labels, positions along an axis, and what is computed of them."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gradcli.pysource import arrays, indexing
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import Size, product, read_size, size
from gradcli.pysource.values import ONE, Array, Level, Number, Slice, Value, Word
from gradcli.pysource.values import Sequence as Items

NODE = ast.Pass(lineno=1, col_offset=0)
_NONE = size(0)
_COUNTING = ("broadcast_in_dim", "reshape", "concatenate", "add", "sub", "mul", "lt", "ge", "eq", "ne", "gt", "le")


@dataclass(frozen=True, slots=True)
class Integers:
    """An array of integers of shape `dims`: `offset`, plus `scale` times the place along `axis`, or plus labels.

    Labels of one axis stand along `axis`; those of more have the shape themselves, but for axes of length 1 behind.
    """

    dims: tuple[Size, ...]
    axis: int | None = None
    scale: int = 1
    offset: Size = _NONE
    labels: Array | None = None

    @property
    def constant(self) -> bool:
        """Whether every entry is `offset`."""
        return self.axis is None and self.labels is None

    def placed(self, dims: tuple[Size, ...], axes: Sequence[int]) -> Integers:
        """In another shape, in which each axis stands at the place in `axes`."""
        return replace(self, dims=dims, axis=None if self.axis is None else axes[self.axis])


@dataclass(frozen=True, slots=True)
class Places:
    """Several integers for each entry, along the last axis: where something is picked."""

    parts: tuple[Integers, ...]


Traced = Value | Integers | Places


def whole(value: Traced) -> Integers | None:
    """A value as integers; None for what holds other numbers."""
    match value:
        case Integers():
            return value
        case Number(number, True) if number.denominator == 1:
            return Integers((), offset=size(int(number)))
        case Size():
            return Integers((), offset=value)
        case Array(classes=classes) if classes is not None and not value.offset:
            return Integers(value.dims, 0 if len(value.dims) == 1 else None, labels=value)
    return None


def equation(made: Any, args: Sequence[Traced]) -> Traced | None:
    """The result of an operation on integers; None where it is none.  Raises Refused for what is not read."""
    name, params, out = made.primitive.name, made.params, made.outvars[0]
    if name == "iota":
        return Integers(_dims(out), int(params["dimension"]))
    if name == "select_n" and isinstance(args[0], Word):
        taken = args[2 if args[0].value else 1]
        return taken if not isinstance(taken, Integers) else replace(taken, dims=_dims(out))
    if name in ("and", "or", "not", "broadcast_in_dim") and all(isinstance(arg, Word) for arg in args):
        return _settled(name, [bool(arg.value) for arg in args if isinstance(arg, Word)])
    if name in ("gather", "scatter-add", "scatter"):
        return None
    parts = [whole(arg) for arg in args]
    if not any(isinstance(arg, Integers | Places) or _is_labels(arg) for arg in args):
        counts = parts and None not in parts and all("int" in str(var.aval.dtype) for var in made.invars)
        if not counts or name not in _COUNTING:
            return None
    if any(part is None for part in parts):
        if name in ("convert_element_type", "mul", "add", "sub", "select_n"):
            raise Refused(None, "labels and places that are computed with as numbers are not read")
        return None
    found = [part for part in parts if part is not None]
    if name in ("eq", "ne", "lt", "le", "gt", "ge"):
        return _compared(name, found[0], found[1], _dims(out))
    return _computed(name, params, found, out)


def _is_labels(value: Traced) -> bool:
    return isinstance(value, Array) and value.classes is not None


def _settled(name: str, truths: list[bool]) -> Word:
    if name == "not":
        return Word(not truths[0])
    return Word(any(truths) if name == "or" else all(truths))


def _dims(var: Any) -> tuple[Size, ...]:
    return tuple(read_size(str(dim)) for dim in var.aval.shape)


def _computed(name: str, params: Mapping[str, Any], parts: list[Integers], out: Any) -> Traced | None:
    dims, first = _dims(out), parts[0]
    match name:
        case "convert_element_type" if first.constant and "int" not in str(params["new_dtype"]):
            return first.offset
        case "convert_element_type":
            if "int" not in str(params["new_dtype"]):
                raise Refused(None, "labels and places that become numbers are not read")
            return first
        case "copy" | "stop_gradient":
            return first
        case "broadcast_in_dim":
            return first.placed(dims, [int(axis) for axis in params["broadcast_dimensions"]])
        case "reshape" | "squeeze" | "expand_dims":
            return _reshaped(first, dims)
        case "add" | "sub":
            sign = 1 if name == "add" else -1
            if first.constant and parts[1].constant:
                return Integers(dims, offset=first.offset + parts[1].offset * size(sign))
            moving, other = (first, parts[1]) if not first.constant or parts[1].constant else (parts[1], first)
            if not other.constant or (moving is not first and sign < 0 and moving.labels is not None):
                return None
            scale = moving.scale * (sign if moving is not first else 1)
            offset = first.offset + parts[1].offset * size(sign)
            return replace(moving, dims=dims, scale=scale, offset=offset)
        case "mul" | "neg":
            factor = size(-1) if name == "neg" else next((p.offset for p in parts if p.constant), None)
            moving = next((part for part in parts if not part.constant), first)
            if moving.constant:
                return Integers(
                    dims, offset=product(tuple(part.offset for part in parts)) * size(1 if name == "mul" else -1)
                )
            if factor is None or factor.number is None or (moving.labels is not None and factor != ONE):
                return None
            return replace(moving, dims=dims, scale=moving.scale * factor.number, offset=moving.offset * factor)
        case "rev":
            if first.axis is None or first.labels is not None or list(params["dimensions"]) != [first.axis]:
                return None
            last = first.dims[first.axis] - ONE
            return replace(first, scale=-first.scale, offset=first.offset + last * size(first.scale))
        case "concatenate" if int(params["dimension"]) == len(dims) - 1:
            return Places(tuple(parts))
    return None


def _reshaped(part: Integers, dims: tuple[Size, ...]) -> Integers | None:
    """In a shape that differs in axes of length 1."""
    if tuple(d for d in dims if d != ONE) != tuple(d for d in part.dims if d != ONE):
        return None
    if part.axis is None:
        return replace(part, dims=dims)
    before = sum(d != ONE for d in part.dims[: part.axis])
    kept = [axis for axis, d in enumerate(dims) if d != ONE]
    return replace(part, dims=dims, axis=kept[before]) if before < len(kept) else None


def _compared(name: str, a: Integers, b: Integers, dims: tuple[Size, ...]) -> Traced | None:
    """A comparison: settled, a triangle or a diagonal of ones, or labels as rows of zeros and a one."""
    if b.constant and b.offset == size(0) and name in ("lt", "ge") and _is_natural(a):
        return Word(name == "ge")
    if a.constant and b.constant and a.offset.number is not None and b.offset.number is not None:
        x, y = a.offset.number, b.offset.number
        return Word({"eq": x == y, "ne": x != y, "lt": x < y, "le": x <= y, "gt": x > y, "ge": x >= y}[name])
    hot = _one_hot(a, b, dims) if name in ("eq", "ne") else None
    found = hot or _triangle(name, a, b, dims)
    if found is not None and hot is not None and name == "ne":
        found = arrays.binary("-", Array("1", ()), found, NODE)
    return replace(found, truth=True) if found is not None else None


def _is_natural(part: Integers) -> bool:
    if part.labels is not None:
        return part.offset.number is not None and part.offset.number >= 0
    least = part.offset
    if part.axis is not None and part.scale < 0:
        least = part.offset + (part.dims[part.axis] - ONE) * size(part.scale)
    return all(value >= 0 for _, value in least.terms)


def _one_hot(a: Integers, b: Integers, dims: tuple[Size, ...]) -> Array | None:
    marked, places = (a, b) if a.labels is not None else (b, a)
    labels = marked.labels
    if labels is None or places.axis is None or places.labels is not None or places.scale != 1:
        return None
    if marked.offset != size(0) or places.offset != size(0) or len(labels.dims) != 1 or marked.axis is None:
        return None
    length = places.dims[places.axis]
    hot = Array(indexing.one_hot(labels, length, NODE), (*labels.dims, length))
    if marked.axis > places.axis:
        hot = arrays.transpose(hot, None, NODE)
    kept = (marked.axis, places.axis)
    return arrays.placed(hot, tuple(d if axis in kept else ONE for axis, d in enumerate(dims)))


def _triangle(name: str, a: Integers, b: Integers, dims: tuple[Size, ...]) -> Array | None:
    """Places along two axes compared: `tril` or `triu` of ones."""
    if a.labels is not None or b.labels is not None or a.axis is None or b.axis is None or a.axis == b.axis:
        return None
    if a.scale != 1 or b.scale != 1:
        return None
    if a.axis > b.axis:
        turned = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}.get(name, name)
        return _triangle(turned, b, a, dims)
    shift = (a.offset - b.offset).number
    rows, columns = a.dims[a.axis], b.dims[b.axis]
    if shift is None:
        return None
    made = arrays.full("1", (rows, columns)).code

    def part(function: str, by: int) -> str:
        return f"{function}({made}{f', {by}' if by else ''})"

    match name:  # i + shift <=> j
        case "ge":
            code = part("tril", shift)
        case "gt":
            code = part("tril", shift - 1)
        case "le":
            code = part("triu", shift)
        case "lt":
            code = part("triu", shift + 1)
        case _ if rows == columns and not shift:
            code = f"eye({rows})"
            code = code if name == "eq" else f"({made} - {code})"
        case _:
            return None
    kept = (a.axis, b.axis)
    return arrays.placed(Array(code, (rows, columns)), tuple(d if axis in kept else ONE for axis, d in enumerate(dims)))


def gathered(params: Mapping[str, Any], array: Array, where: Traced, dims: tuple[Size, ...]) -> Array:
    """`gather`: rows, columns and entries at places that are known, or that labels pick."""
    numbers = params["dimension_numbers"]
    given = where if isinstance(where, Places) else None
    parts = given.parts if given is not None else tuple(filter(None, [whole(where)]))
    axes = [*map(int, numbers.start_index_map)]
    batched = [*map(int, numbers.operand_batching_dims)]
    lengths = [read_size(str(length)) for length in params["slice_sizes"]]
    gone = {*map(int, numbers.collapsed_slice_dims), *batched}
    whole_axes = all(lengths[k] == d for k, d in enumerate(array.dims) if k not in axes and k not in batched)
    if len(parts) == len(axes) and all(part.constant for part in parts) and whole_axes and not batched:
        index: list[Value] = [Slice(None, None)] * len(array.dims)
        for axis, part in zip(axes, parts, strict=True):
            start = (
                part.offset if part.offset.number is None or part.offset.number >= 0 else array.dims[axis] + part.offset
            )
            index[axis] = start if axis in gone else Slice(start, start + lengths[axis])
        return indexing.pick(array, Items(tuple(index)), NODE)
    if len(parts) == len(axes) and whole_axes:
        if axes == [0] and not batched and parts[0].labels is not None:
            return arrays.placed(_rows(array, parts[0]), dims)
        if len(array.dims) == 2 and (axes, batched) == ([1], [0]) and _along_rows(parts[0]):
            return arrays.placed(_entries(array, parts[0]), dims)
        if len(array.dims) == 2 and axes == [0, 1] and gone == {0, 1}:
            first, second = parts
            if _all_rows(first, array) and _along_rows(second):
                return arrays.placed(_entries(array, second), dims)
            if _all_rows(first, array) and _all_rows(second, array) and array.dims[0] == array.dims[1]:
                return Array(f"diag({array.code})", array.dims[:1])
        if axes == [0] and _is_reversed(parts[0], array):
            return arrays.along("flip", array, 0, NODE)
    raise Refused(None, "this mixture of indices is not read", "pick by labels as in `E[y]` and `P[arange(n), y]`")


def scattered(params: Mapping[str, Any], array: Array, where: Traced, new: Array) -> Array:
    """`x.at[y].add(d)`, `x.at[arange(n), y].add(d)`."""
    axes = [*map(int, params["dimension_numbers"].scatter_dims_to_operand_dims)]
    parts = where.parts if isinstance(where, Places) else tuple(filter(None, [whole(where)]))
    if axes == [0] and len(parts) == 1 and parts[0].labels is not None and len(parts[0].labels.dims) == 1:
        hot = Array(indexing.one_hot(parts[0].labels, array.dims[0], NODE), (*parts[0].labels.dims, array.dims[0]))
        wide = arrays.broadcast_to(new, (*parts[0].labels.dims, *array.dims[1:]), NODE)
        return arrays.binary("+", array, arrays.matmul(arrays.transpose(hot, None, NODE), wide, NODE), NODE)
    if axes == [0, 1] and len(parts) == len(array.dims) == 2 and _all_rows(parts[0], array) and _along_rows(parts[1]):
        labels = parts[1].labels
        assert labels is not None
        hot = Array(indexing.one_hot(labels, array.dims[1], NODE), array.dims)
        column = arrays.placed(new, (*new.dims, ONE)) if new.dims else new
        return arrays.binary("+", array, arrays.binary("*", column, hot, NODE), NODE)
    raise Refused(
        None, "this way of writing to entries is not read", "write x.at[y].add(d) or x.at[arange(n), y].add(d)"
    )


def _rows(array: Array, part: Integers) -> Array:
    assert part.labels is not None
    if part.offset != size(0):
        raise Refused(None, "labels that were shifted are not read")
    return indexing.pick(array, Items((part.labels,)), NODE)


def _along_rows(part: Integers) -> bool:
    return part.labels is not None and len(part.labels.dims) == 1 and part.offset == size(0)


def _entries(array: Array, part: Integers) -> Array:
    assert part.labels is not None
    hot = indexing.one_hot(part.labels, array.dims[1], NODE)
    code = f"sum({array.at(Level.PRODUCT)} * {hot}, axis=1)"
    return Array(code, part.labels.dims)


def _all_rows(part: Integers, array: Array) -> bool:
    """Whether the places are 0, 1, ... along the whole first axis."""
    return (
        part.labels is None and part.axis is not None and part.scale == 1 and part.offset == size(0)
        and part.dims[part.axis] == array.dims[0]
    )  # fmt: skip


def _is_reversed(part: Integers, array: Array) -> bool:
    """Whether the places are the last first."""
    return (
        part.labels is None and part.axis is not None and part.scale == -1
        and part.offset == array.dims[0] - ONE and part.dims[part.axis] == array.dims[0]
    )  # fmt: skip
