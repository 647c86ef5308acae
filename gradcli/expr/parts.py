"""Parts of arrays: slices, rows and columns, what is put together of parts, and entries picked by label.

A part is a product with a matrix of zeros and ones, `place`: `x[2:n]` is the product of the n - 1 x n matrix that is 1
at (i, i + 1) with x.  So parts are differentiated as products are, and what puts a part back is the transpose.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.expr.arith import add, mul, zeros
from gradcli.expr.building import constructs
from gradcli.expr.contraction import contract
from gradcli.expr.dims import Dim, dim_difference, dim_scaled, dim_sum, terms_of
from gradcli.expr.linear import eye, matmul, transpose
from gradcli.expr.node import Node, make, payload
from gradcli.expr.rearrange import reshape
from gradcli.expr.reduce import stack, unit_entry
from gradcli.expr.shapes import Shape, ShapeError, is_row, normal_shape, show_shape
from gradcli.ops.payload import Placement


def place(steps: tuple[int, ...], offset: Dim, shape: Shape) -> Node:
    """The array that is 1 where the last index is `sum(step * index) + offset`, indices counted from 1, else 0."""
    if steps == (1,) and offset == 0 and shape[0] == shape[1]:
        return eye(shape[0])
    return make("place", data=Placement(steps, offset), shape=shape)


def window(size: Dim, first: Dim, length: Dim) -> Node:
    """The matrix S with `S @ x == x[first : first + length - 1]` for x of a size; a row where the length is 1."""
    if length == 1 and isinstance(first, int):
        return transpose(unit_entry((size,), (first,)))
    return place((1,), dim_difference(first, 1), (length, size))


def take(node: Node, axis: int, selector: Node) -> Node:
    """The product of a selector, whose last axis runs along one axis of the array, with it.

    The other axes of the selector stand where that axis stood.
    """
    rank = len(node.shape)
    dims: dict[int, Dim] = dict(enumerate(node.shape))
    new = tuple(rank + k for k in range(len(selector.shape) - 1))
    dims.update(zip(new, selector.shape[:-1], strict=True))
    letters = tuple(range(rank))
    out = (*letters[:axis], *new, *letters[axis + 1 :])
    return contract([(selector, (*new, axis)), (node, letters)], out, dims)


def cut(node: Node, axis: int, first: Dim, length: Dim) -> Node:
    """`A[:, first : first + length - 1]`."""
    size = node.shape[axis] if axis < len(node.shape) else 1
    if length == size and first == 1:
        return node
    if length == 0:
        return zeros((*node.shape[:axis], 0, *node.shape[axis + 1 :]))
    if len(node.shape) <= 2:
        selector = window(size, first, length)
        return matmul(selector, node) if axis == 0 else matmul(node, transpose(selector))
    if length == 1:
        part = take(node, axis, unit_at(size, first))
        return reshape(part, (*node.shape[:axis], 1, *node.shape[axis + 1 :]))
    return take(node, axis, place((1,), dim_difference(first, 1), (length, size)))


def unit_at(size: Dim, index: Dim) -> Node:
    """The vector that is 1 at one place, which sizes may say."""
    if isinstance(index, int):
        return unit_entry((size,), (index,))
    return transpose(place((1,), dim_difference(index, 1), (1, size)))


def at(node: Node, axis: int, index: Dim) -> Node:
    """`A[i, :]` of one index: of a vector its entry, of a matrix a row or column, else an axis less."""
    if len(node.shape) <= 2:
        return cut(node, axis, index, 1)
    return take(node, axis, unit_at(node.shape[axis], index))


def picked(node: Node, axis: int, labels: Node) -> Node:
    """`E[y, :]`, by labels: `labels` is their onehot array."""
    if len(node.shape) <= 2 and len(labels.shape) == 1:
        return matmul(transpose(labels), node) if axis == 0 else matmul(node, labels)
    return take(node, axis, labels)


def onehot(labels: Node, count: Dim) -> Node:
    """1 at the label and 0 elsewhere, along a new last axis."""
    return make("onehot", (labels,), shape=(*labels.shape, count))


# ------------------------------------------------------------------- put together


def axes_of(node: Node, rank: int) -> Shape:
    """The sizes of the axes of a value beside others of a rank."""
    return node.shape + (1,) * (rank - len(node.shape)) if rank <= 2 else node.shape


def concat_shape(shapes: Sequence[Shape], axis: int) -> Shape:
    """The shape of arrays one after another along an axis.  Raises ShapeError."""
    rank = max(1, *map(len, shapes), axis + 1)
    total: Dim = 0
    rest: Shape | None = None
    for shape in shapes:
        dims = shape + (1,) * (rank - len(shape)) if rank <= 2 else shape
        if len(dims) != rank:
            raise ShapeError(" and ".join(map(show_shape, shapes)))
        others = (*dims[:axis], *dims[axis + 1 :])
        if rest is not None and others != rest:
            raise ShapeError(" and ".join(map(show_shape, shapes)))
        rest = others
        total = dim_sum(total, dims[axis])
    assert rest is not None
    return (*rest[:axis], total, *rest[axis:])


def concat(nodes: Sequence[Node], axis: int) -> Node:
    """Arrays one after another along an axis; a scalar has length 1, a vector is a column."""
    shape = concat_shape([node.shape for node in nodes], axis)
    whole = normal_shape(shape)
    if len(nodes) == 1:
        return nodes[0]
    if all(not node.shape for node in nodes):
        return stack(tuple(nodes), whole)
    parts: list[Node] = []
    start: Dim = 0
    for node in nodes:
        length = axes_of(node, len(shape))[axis]
        if length == 0:
            continue
        parts.append(put(node, axis, start, length, shape))
        start = dim_sum(start, length)
    return add(zeros(whole), *parts)


def put(node: Node, axis: int, before: Dim, length: Dim, shape: Shape) -> Node:
    """The array of zeros of a shape with a part put in along an axis after so many entries."""
    size = shape[axis]
    if len(shape) <= 2:
        if length == 1 and isinstance(before, int):
            unit = unit_entry((size,), (before + 1,))
            if axis == 0:
                return mul(unit, node) if not node.shape else matmul(unit, node)
            return matmul(node, transpose(unit)) if node.shape else mul(node, transpose(unit))
        selector = place((1,), before, (length, size))
        if axis == 0:
            return matmul(transpose(selector), node)
        return matmul(node, selector)
    if length == 1:
        unit = unit_at(size, dim_sum(before, 1))
        core = reshape(node, (*node.shape[:axis], *node.shape[axis + 1 :]))
        letters = tuple(range(len(shape)))
        rest = (*letters[:axis], *letters[axis + 1 :])
        return contract([(unit, (axis,)), (core, rest)], letters, dict(enumerate(shape)))
    rank = len(shape)
    dims: dict[int, Dim] = {**dict(enumerate(shape)), rank: length}
    letters = tuple(range(rank))
    inner = (*letters[:axis], rank, *letters[axis + 1 :])
    selector = place((1,), before, (length, size))
    return contract([(selector, (rank, axis)), (node, inner)], letters, dims)


def stacked(nodes: Sequence[Node], axis: int) -> Node:
    """Arrays of one shape as the slices along a new axis."""
    shape = nodes[0].shape
    if not shape:
        return stack(tuple(nodes), (len(nodes),))
    if any(node.shape != shape for node in nodes):
        raise ShapeError(" and ".join(show_shape(node.shape) for node in nodes))
    if len(shape) == 1:
        rows = [transpose(node) if axis == 0 else node for node in nodes]
        return concat(rows, axis)
    if is_row(shape):
        return concat(nodes, 0) if axis == 0 else concat(nodes, axis)
    raised = [reshape(node, (*shape[:axis], 1, *shape[axis:])) for node in nodes]
    return concat(raised, axis)


def blocks(rows: Sequence[Sequence[Node]]) -> Node:
    """A matrix of blocks, row by row."""
    return concat([concat(list(row), 1) for row in rows], 0)


def block_diagonal(nodes: Sequence[Node]) -> Node:
    """Matrices along the diagonal, zeros elsewhere."""
    sizes = [axes_of(node, 2) for node in nodes]
    rows, columns = (dim_sum(*(size[k] for size in sizes)) for k in (0, 1))
    parts: list[Node] = []
    at_row: Dim = 0
    at_column: Dim = 0
    for node, (m, n) in zip(nodes, sizes, strict=True):
        wide = put(node, 1, at_column, n, (m, columns))
        parts.append(put(wide, 0, at_row, m, (rows, columns)))
        at_row, at_column = dim_sum(at_row, m), dim_sum(at_column, n)
    return add(zeros(normal_shape((rows, columns))), *parts)


# ---------------------------------------------------------------- products of places


def bounds(node: Node) -> tuple[Dim, Dim]:
    """The least and the largest last index at which a `place` is 1, were the axis long enough."""
    steps, offset = payload(node, Placement)
    low, high = offset, offset
    for step, dim in zip(steps, node.shape, strict=False):
        reach = dim_scaled(step, dim)
        low = dim_sum(low, step if step > 0 else reach)
        high = dim_sum(high, reach if step > 0 else step)
    return low, high


def _is_slice(node: Node) -> bool:
    return node.op == "place" and payload(node, Placement).steps == (1,)


def _offset(node: Node) -> Dim:
    return payload(node, Placement).offset


@constructs("merged places")
def merged(a: Node, b: Node) -> Node | None:
    """What two neighbours of a product that are places, one perhaps turned, multiply to; None where not known."""
    if _is_slice(a) and _is_slice(b):  # a part of a part
        first, second = _offset(a), _offset(b)
        return place((1,), dim_sum(first, second), (a.shape[0], b.shape[1]))
    if a.op == b.op == "T" and _is_slice(a.args[0]) and _is_slice(b.args[0]):
        inner = merged(b.args[0], a.args[0])
        return None if inner is None else transpose(inner)
    if _is_slice(a) and b.op == "T" and _is_slice(b.args[0]):
        other = b.args[0]
        start, end = _offset(a), dim_sum(_offset(a), a.shape[0])
        from_, to = _offset(other), dim_sum(_offset(other), other.shape[0])
        if start == from_ and end == to:
            return eye(a.shape[0])
        if _at_most(end, from_) or _at_most(to, start):
            return zeros(normal_shape((a.shape[0], other.shape[0])))
        if _at_most(start, from_) and _at_most(to, end):
            return transpose(place((1,), dim_difference(from_, start), (other.shape[0], a.shape[0])))
        if _at_most(from_, start) and _at_most(end, to):
            return place((1,), dim_difference(start, from_), (a.shape[0], other.shape[0]))
    return None


def _at_most(a: Dim, b: Dim) -> bool:
    """Whether a <= b for all sizes from 1, as far as the coefficients show."""
    terms = terms_of(dim_difference(b, a))
    constant = terms.pop((), 0)
    return all(value > 0 for value in terms.values()) and constant + sum(terms.values()) >= 0
