"""Parts of arrays as they are written: `x[2:n]`, `A[:, j]`, `E[y, :]`, `v[None, :]`; their shapes and expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gradcli.expr import parts
from gradcli.expr.dims import Dim, dim_difference, dim_sum, names_of, terms_of
from gradcli.expr.linear import transpose
from gradcli.expr.node import Node
from gradcli.expr.rearrange import reshape
from gradcli.expr.shapes import Shape, normal_shape
from gradcli.program.dimensions import polynomial
from gradcli.program.options import is_size as is_size
from gradcli.program.subexpressions import subexpressions
from gradcli.program.unify import OpenDim, OpenShape, Unknown, difference, find, settle, show_open, total, unify
from gradcli.record import dataclass
from gradcli.syntax import ast

if TYPE_CHECKING:
    from gradcli.program.building import Building
    from gradcli.program.inferring import Inferring

Local = dict[str, OpenShape]


@dataclass(frozen=True, slots=True)
class Item:
    """One index of a part: `new` a new axis; `slice` from `first` to `last` (None: the end); `at` one place;
    `label` the places that labels name.
    """

    kind: str
    first: Dim = 1
    last: Dim | None = None
    label: ast.Expr | None = None


class _Beyond(Exception):
    """A place before the first, or named `end`: the place and where it is written."""


def label_count(inference: Inferring, expr: ast.Expr) -> Dim | None:
    """C of an expression whose values are labels from 1 to C, a name of such or an entry of one; else None."""
    base = expr.base if isinstance(expr, ast.Index) else expr
    if not isinstance(base, ast.Name) or base.id not in inference.scope.arrays:
        return None
    return inference.scope.arrays[base.id].type.labels


def is_part(inference: Inferring, expr: ast.Index) -> bool:
    """Whether an index takes a part, and no single entry of numbers and index names."""
    if any(_has_letter(inference, index) for index in expr.indices) and not any(map(is_open, expr.indices)):
        return False
    return any(
        isinstance(index, ast.Slice)
        or (isinstance(index, ast.Name) and index.id == "None")
        or (not _is_letter(inference, index) and label_count(inference, index) is not None)
        or is_size(inference, index)
        for index in expr.indices
    )


def is_open(index: ast.Expr) -> bool:
    """Whether an index leaves an axis, or makes one."""
    return isinstance(index, ast.Slice) or (isinstance(index, ast.Name) and index.id == "None")


def _has_letter(inference: Inferring, index: ast.Expr) -> bool:
    """Whether an index name stands in an index, also in that of a label."""
    names = [part for part in subexpressions(index) if isinstance(part, ast.Name)]
    inner = [part for part in subexpressions(index) if isinstance(part, ast.Index)]
    names += [part for entry in inner for part in entry.indices if isinstance(part, ast.Name)]
    return any(name.id in inference.indices for name in names)


def _is_letter(inference: Inferring, index: ast.Expr) -> bool:
    return isinstance(index, ast.Name) and index.id in inference.indices


def items_of(inference: Inferring, expr: ast.Index) -> list[Item]:
    """The indices of a part, read.  Raises GradcliError."""
    try:
        return [_item(inference, index) for index in expr.indices]
    except _Beyond as beyond:
        from gradcli.program.mends import counted_back

        place, index = beyond.args
        if isinstance(index, ast.Name):
            said, hint = f"The index {index.id} is used and never bound.", "the last place is the size of the axis"
            code = "E310"
        else:
            said, hint = f"Places count from 1, and this is {place}.", "x[1] is the first entry, x[n] the last"
            code = "E307"
        shape = settle(inference.infer(expr.base, {}))
        inference.fail(code, said, index, hint, mend=counted_back(inference, expr, index, shape))


def _item(inference: Inferring, index: ast.Expr) -> Item:
    if isinstance(index, ast.Name) and index.id == "None":
        return Item("new")
    if isinstance(index, ast.Slice):
        first = 1 if index.first is None else _place(inference, index.first)
        least = 0 if first == 1 else 1  # `x[1:0]` is empty
        return Item("slice", first, None if index.last is None else _place(inference, index.last, least))
    if label_count(inference, index) is not None:
        return Item("label", label=index)
    if isinstance(index, ast.Name) and index.id in inference.indices:
        return Item("letter", label=index)
    return Item("at", _place(inference, index))


def _place(inference: Inferring, expr: ast.Expr, least: int = 1) -> Dim:
    place = polynomial(expr)
    if place is None:
        inference.fail(
            "E307", f"{inference.text(expr)} is no place: one is a number or made of sizes.", expr, "x[2:n - 1]"
        )
    if place == "end" and "end" not in inference.scope.dims and "end" not in inference.shapes:
        raise _Beyond(place, expr)
    unknown = [name for name in names_of(place) if name not in inference.scope.dims or name in inference.shapes]
    if unknown:
        name = unknown[0]
        inference.fail(
            "E310",
            f"The index {name} is used and never bound.",
            expr,
            f"declare it, `{name} : {{1..n}}`, if it is any one place",
        )
    if isinstance(place, int) and place < least:
        raise _Beyond(place, expr)
    return place


# ---------------------------------------------------------------------------- shapes


def part_shape(inference: Inferring, expr: ast.Index, local: Local) -> OpenShape:
    """The shape of a part."""
    shape = settle(inference.infer(expr.base, local))
    items = items_of(inference, expr)
    taken = [item for item in items if item.kind != "new"]
    axes = _axes(shape, len(taken))
    if len(taken) > len(axes):
        base = inference.text(expr.base)
        message = f"{base} is {show_open(shape)} and takes at most {len(axes)} indices, not {len(taken)}."
        inference.fail("E307", message, expr)
    dims = list(axes)
    out: list[OpenDim] = []
    drops = len(axes) > 2 or any(item.kind == "new" for item in items)
    lists = [item for item in taken if item.kind == "label" and _label_shape(inference, item)]
    if len(lists) > 1:
        inference.fail(
            "E307", "One index of a part is a list of labels, not two.", expr, "P[i, y[i]] in index notation"
        )
    for item in [*items, *(Item("slice") for _ in range(len(axes) - len(taken)))]:
        if item.kind == "new":
            out.append(1)
            continue
        dim = dims.pop(0)
        if item.kind == "slice":
            out.append(_length(inference, expr, item, dim))
        elif item.kind == "letter":
            _run_over(inference, expr, item, dim)
            out += [] if drops else [1]
        elif item.kind == "label":
            match_labels(inference, expr, item.label, dim)
            own = _label_shape(inference, item)
            out += own or ([] if drops else [1])
        else:
            within(inference, expr, item.first, dim)
            out += [] if drops else [1]
    if len(axes) < len(shape) and len(items) == 1 and items[0].kind == "slice":  # of a row, which it stays
        out = [1, *out]
    return settle(tuple(out))


def _axes(shape: OpenShape, count: int) -> OpenShape:
    """The axes that are indexed: a row by one index counts as a list."""
    return shape[1:] if len(shape) == 2 and shape[0] == 1 and count == 1 else shape


def _run_over(inference: Inferring, expr: ast.Index, item: Item, dim: OpenDim) -> None:
    """An index name at an axis of a part gets its size."""
    assert isinstance(item.label, ast.Name)
    axis = inference.indices[item.label.id]
    here = inference.text(expr)
    if not unify(axis.dim, dim):
        message = f"The index {item.label.id} runs over {find(axis.dim)} in {axis.used}, over {find(dim)} in {here}."
        inference.fail("E310", message, expr)
    axis.used = axis.used or here


def _label_shape(inference: Inferring, item: Item) -> list[OpenDim]:
    if isinstance(item.label, ast.Name):
        return list(settle(inference.infer(item.label, {})))
    assert isinstance(item.label, ast.Index)
    return list(settle(inference.infer(item.label, {})))


def match_labels(inference: Inferring, expr: ast.Index, label: ast.Expr | None, dim: OpenDim) -> None:
    """Check that labels go up to as many as an axis has places."""
    assert label is not None
    count = label_count(inference, label)
    assert count is not None
    if not unify(count, dim):
        text = inference.text(label)
        message = f"{text} is a label from 1 to {count}, and the axis has {find(dim)} places."
        inference.fail("E307", message, expr, f"declare `{text} : {{1..{find(dim)}}}`")


def _length(inference: Inferring, expr: ast.Index, item: Item, dim: OpenDim) -> OpenDim:
    if item.last is None:
        length = find(difference(total(dim, 1), item.first))
    else:
        length = dim_sum(dim_difference(item.last, item.first), 1)
        within(inference, expr, item.last, dim)
    if isinstance(length, int) and length < 0:
        inference.fail(
            "E307", f"{inference.text(expr)} ends before it starts.", expr, "a:b goes from a to b, both in it"
        )
    return length


def within(inference: Inferring, expr: ast.Index, place: Dim, dim: OpenDim) -> None:
    """Check that a place is not beyond the end of an axis for all sizes, which are 1 and more."""
    found = find(dim)
    if isinstance(found, Unknown):
        return
    terms = terms_of(dim_difference(place, found))
    if sum(terms.values()) > 0 and all(value >= 0 for sizes, value in terms.items() if sizes):
        base = inference.text(expr.base)
        message = f"The index {place} is out of range: indices of {base} go from 1 to {found}."
        inference.fail("E307", message, expr)


def onehot_shape(inference: Inferring, expr: ast.Call, local: Local) -> OpenShape:
    """The shape of `onehot(y)`: one more axis, of as many places as there are labels."""
    if len(expr.args) != 1 or expr.kwargs or expr.primes:
        inference.fail("E204", "onehot takes labels.", expr, "onehot(y), with y : {1..C}[N]")
    count = label_count(inference, expr.args[0])
    if count is None:
        text = inference.text(expr.args[0])
        inference.fail("E303", f"{text} is not declared as labels.", expr.args[0], f"declare `{text} : {{1..C}}[N]`")
    return settle((*settle(inference.infer(expr.args[0], local)), count))


def windows_shape(inference: Inferring, expr: ast.Call, local: Local) -> OpenShape:
    """The shape of `windows(x, k)`, whose row i is `x[i : i + k - 1]`; along an axis the windows come after it."""
    count = polynomial(expr.args[1]) if len(expr.args) == 2 else None
    if count is None or expr.primes:
        inference.fail("E204", "windows takes an array and how long the windows are.", expr, "windows(x, 3)")
    shape = settle(inference.infer(expr.args[0], local))
    axis = _axis(inference, expr)
    if axis not in range(len(shape)):
        inference.fail("E305", f"axis={axis} does not fit {show_open(shape)}.", expr)
    left = difference(shape[axis], dim_difference(count, 1))
    return settle((*shape[:axis], left, count, *shape[axis + 1 :]))


def _axis(inference: Inferring, expr: ast.Call) -> int:
    from gradcli.program.options import read_options

    return int(read_options(inference, expr, ("axis",)).get("axis", 0))


def place_shape(inference: Inferring, expr: ast.Call) -> OpenShape:
    """The shape of `place(m, n, step, offset)`: 1 where the last index is `step * i + offset`, else 0."""
    numbers = [polynomial(arg) for arg in expr.args]
    if len(numbers) < 4 or len(numbers) % 2 or None in numbers or expr.kwargs:
        hint = "place(m, n, 1, 2) is 1 at (i, i + 2)"
        inference.fail("E204", "place takes sizes, a step for each index but the last, and an offset.", expr, hint)
    return settle(tuple(number for number in numbers[: len(numbers) // 2] if number is not None))


# ------------------------------------------------------------------------ expressions


def build_windows(builder: Building, expr: ast.Call, local: Mapping[str, Node]) -> Node:
    """Windows along an axis."""
    node = builder.build(expr.args[0], local)
    axis, count = _axis(builder.inference, expr), polynomial(expr.args[1])
    assert count is not None
    size = node.shape[axis]
    left = dim_difference(size, dim_difference(count, 1))
    return parts.take(node, axis, parts.place((1, 1), -1, (left, count, size)))


def build_place(expr: ast.Call) -> Node:
    """The array that `place` stands for."""
    numbers = [polynomial(arg) or 0 for arg in expr.args]
    half = len(numbers) // 2
    steps = tuple(int(number) for number in numbers[half:-1])
    return parts.place(steps, numbers[-1], tuple(numbers[:half]))


def build_part(builder: Building, expr: ast.Index, base: Node) -> Node:
    """The expression of a part."""
    inference = builder.inference
    items = items_of(inference, expr)
    taken = [item for item in items if item.kind != "new"]
    drops = len(_axes(base.shape, len(taken))) > 2 or any(item.kind == "new" for item in items)
    if len(base.shape) == 2 and base.shape[0] == 1 and len(taken) == 1:
        inner = build_items(builder, transpose(base), taken, False)
        if len(items) == 1:
            return transpose(inner) if len(inner.shape) == 1 and taken[0].kind == "slice" else inner
        base = transpose(base)
    node = build_items(builder, base, taken, drops)
    shape = _final_shape(builder, base.shape, items, drops)
    return node if node.shape == shape else reshape(node, shape)


def build_items(builder: Building, node: Node, items: list[Item], drops: bool) -> Node:
    """The array with each of its first axes cut or picked from, the last axis first."""
    for axis in reversed(range(len(items))):
        item = items[axis]
        size = node.shape[axis] if axis < len(node.shape) else 1
        if item.kind == "slice":
            last = size if item.last is None else item.last
            node = parts.cut(node, axis, item.first, dim_sum(dim_difference(last, item.first), 1))
        elif item.kind == "at":
            node = parts.at(node, axis, item.first)
        else:
            node = parts.picked(node, axis, label_array(builder, item.label, size))
    return node


def label_array(builder: Building, label: ast.Expr | None, count: Dim) -> Node:
    """The onehot array of labels."""
    assert label is not None
    return parts.onehot(builder.build(label, {}), count)


def _final_shape(builder: Building, shape: Shape, items: list[Item], drops: bool) -> Shape:
    dims = list(shape)
    out: list[Dim] = []
    for item in items:
        if item.kind == "new":
            out.append(1)
            continue
        dim = dims.pop(0)
        if item.kind == "slice":
            last = dim if item.last is None else item.last
            out.append(dim_sum(dim_difference(last, item.first), 1))
        elif item.kind == "at":
            out += [] if drops else [1]
        else:
            own = builder.build(item.label, {}).shape if item.label is not None else ()
            out += own or ([] if drops else [1])
    return normal_shape((*out, *dims)) if len(out) + len(dims) <= 2 else (*out, *dims)
