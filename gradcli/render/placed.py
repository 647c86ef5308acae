"""Products with `place` arrays as people write them: `x[2:n]`, `concat(a, b)`, `[[A, B], [C, D]]`, `E[y, :]`."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.expr.arith import add, mul, ones, zeros
from gradcli.expr.dims import Dim, dim_difference, dim_sum, terms_of
from gradcli.expr.linear import eye, matmul, split_scalars, transpose
from gradcli.expr.node import Node, make, payload
from gradcli.expr.shapes import Shape, is_row, normal_shape
from gradcli.ops.payload import Index, Placement
from gradcli.record import dataclass
from gradcli.render.parts import Names
from gradcli.render.products import as_product

Bounds = tuple[Dim, Dim]


def slice_of(node: Node) -> Bounds | None:
    """First and last place that a `place` takes, as in `x[2:n]`; None of any other node."""
    if node.op != "place" or payload(node, Placement).steps != (1,):
        return None
    offset = payload(node, Placement).offset
    return dim_sum(offset, 1), dim_sum(offset, node.shape[0])


def part_of_product(node: Node, names: Names) -> Node:
    """A product with its places written as parts of the factors beside them.

    A sum of nothing but places is multiplied out: each part is one of the factor beside it.
    """
    spread = _spread(node, names)
    if spread is not None:
        return spread
    factors = list(node.args)
    for place in range(len(factors)):
        factor = factors[place]
        if factor in names:
            continue
        bounds = slice_of(factor)
        turned = factor.args[0] if factor.op == "T" else None
        inner = slice_of(turned) if turned is not None else None
        after, before = place + 1 < len(factors), place > 0
        shape = node.shape
        unit = turned if turned is not None else factor
        if unit.op == "unit" and len(unit.shape) == 1:
            index = payload(unit, Index)[0]
            if turned is not None and after and len(factors[place + 1].shape) < 3:
                following = factors[place + 1]
                new = _cut(following, 0, (index, index), 1)
                return _again([*factors[:place], new, *factors[place + 2 :]], shape, names)
            if turned is None and before and len(factors[place - 1].shape) == 2:
                new = _cut(factors[place - 1], 1, (index, index), 1)
                return _again([*factors[: place - 1], new, *factors[place + 1 :]], shape, names)
        if bounds is not None and after:
            new = _cut(factors[place + 1], max(0, len(factors[place + 1].shape) - 2), bounds, factor.shape[0])
            return _again([*factors[:place], new, *factors[place + 2 :]], shape, names)
        if inner is not None and before:
            previous = factors[place - 1]
            new = _cut(previous, len(previous.shape) - 1, inner, factor.shape[1] if len(factor.shape) > 1 else 1)
            return _again([*factors[: place - 1], new, *factors[place + 1 :]], shape, names)
        following = factors[place + 1] if after else factor
        if slice_of(following) is not None and place + 2 < len(factors):
            continue  # first the part that the place beside it takes
        if turned is not None and inner is not None and after and len(following.shape) < 3:
            new = _padded(factors[place + 1], 0, inner, turned.shape[1])
            return _again([*factors[:place], new, *factors[place + 2 :]], shape, names)
        if bounds is not None and before:
            new = _padded(factors[place - 1], max(1, len(factors[place - 1].shape) - 1), bounds, factor.shape[1])
            return _again([*factors[: place - 1], new, *factors[place + 1 :]], shape, names)
        if before and len(factor.shape) == 1 and len(factors[place - 1].shape) > 2:
            stacked = _line(factors[place - 1], factor)
            if stacked is not None:
                return _again([*factors[: place - 1], stacked, *factors[place + 1 :]], shape, names)
        if factor.op == "onehot" and after and len(factor.shape) == 2 and len(factors[place + 1].shape) < 3:
            new = _picked(factors[place + 1], 0, factor)
            return _again([*factors[:place], new, *factors[place + 2 :]], shape, names)
        if turned is not None and turned.op == "onehot" and len(turned.shape) == 1 and after:
            new = _picked(factors[place + 1], 0, turned)
            return _again([*factors[:place], new, *factors[place + 2 :]], shape, names)
        if factor.op == "onehot" and before and len(factor.shape) == 1 and _is_matrix(factors[place - 1]):
            new = _picked(factors[place - 1], 1, factor)
            return _again([*factors[: place - 1], new, *factors[place + 1 :]], shape, names)
    return node


def _spread(node: Node, names: Names) -> Node | None:
    for place in (0, len(node.args) - 1):
        terms = node.args[place]
        if terms.op != "add" or terms in names or not all(_of_places(term, names) for term in terms.args):
            continue
        products = []
        for term in terms.args:
            scalars, rest = split_scalars(term)
            inner = rest.args if rest.op == "matmul" else (rest,)
            product = make("matmul", (*node.args[:place], *inner, *node.args[place + 1 :]), shape=node.shape)
            products.append(make("mul", (*scalars, product), shape=node.shape) if scalars else product)
        return make("add", tuple(products), shape=node.shape)
    return None


def _of_places(term: Node, names: Names) -> bool:
    rest = split_scalars(term)[1]
    factors = rest.args if rest.op == "matmul" and rest not in names else (rest,)
    return all(slice_of(factor.args[0] if factor.op == "T" else factor) is not None for factor in factors)


def _line(stack: Node, vector: Node) -> Node | None:
    """`X[:, 2, :]`, of a product of a stack of matrices with a vector that is 1 at one place; None of any other."""
    array, axis = (stack.args[0], len(stack.shape) - 2) if stack.op == "T" else (stack, len(stack.shape) - 1)
    shape = normal_shape((*array.shape[:axis], *array.shape[axis + 1 :]))
    if vector.op == "onehot":
        return make("picked", (array, vector.args[0]), data=(axis, len(array.shape)), shape=shape)
    if vector.op != "unit":
        return None
    index = payload(vector, Index)[0]
    ends: list[object] = [None] * len(array.shape)
    ends[axis] = (index, index)
    return make("part", (array,), data=tuple(ends), shape=shape)


def _is_matrix(node: Node) -> bool:
    return len(node.shape) == 2 and not is_row(node.shape)


def _again(factors: list[Node], shape: Shape, names: Names) -> Node:
    if len(factors) == 1:
        return factors[0]
    return part_of_product(make("matmul", tuple(factors), shape=shape), names)


def _cut(node: Node, axis: int, bounds: Bounds, length: Dim) -> Node:
    """The pseudo-operation `part`: its bounds for each axis, None for the whole."""
    shape = node.shape or (1,)
    ends: list[object] = [None] * len(shape)
    ends[axis] = bounds
    shape = (*shape[:axis], length, *shape[axis + 1 :])
    if node.op == "part" and isinstance(node.data, tuple) and len(node.data) == len(ends) and node.data[axis] is None:
        ends = [mine if mine is not None else other for mine, other in zip(ends, node.data, strict=True)]
        node = node.args[0]
    return make("part", (node,), data=tuple(ends), shape=normal_shape(shape))


def _picked(node: Node, axis: int, labels: Node) -> Node:
    rank = max(1, len(node.shape))
    lead = labels.shape[:-1]
    shape = (*lead, *node.shape[1:]) if axis == 0 else (*node.shape[:1], *lead)
    return make("picked", (node, labels.args[0]), data=(axis, rank), shape=shape)


# ------------------------------------------------------------------- put together


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands from an entry on along an axis of a larger array."""

    start: Dim
    length: Dim
    inner: Node


def _padded(node: Node, axis: int, bounds: Bounds, size: Dim) -> Node:
    """An array with zeros before and after it: a part lies in its array, whatever the sizes are."""
    before, after = dim_difference(bounds[0], 1), dim_difference(size, bounds[1])
    parts = [_zeros(node, axis, before)] if before else []
    parts += [node, _zeros(node, axis, after)] if after else [node]
    shape = _wide(node.shape, axis)
    return make("concat", tuple(parts), data=axis, shape=normal_shape((*shape[:axis], size, *shape[axis + 1 :])))


def _joined(pieces: Sequence[Piece], axis: int, size: Dim, model: Node) -> Node | None:
    """The pieces one after another, zeros between; None where their order is not known."""
    left = list(pieces)
    at: Dim = 0
    parts: list[Node] = []
    while left:
        following = next((piece for piece in left if piece.start == at), None)
        if following is None:
            following = next(
                (p for p in left if all(p is q or _at_most(dim_sum(p.start, p.length), q.start) for q in left)), None
            )
            if following is None or not _at_most(at, following.start):
                return None
            parts.append(_zeros(model, axis, dim_difference(following.start, at)))
        left.remove(following)
        parts.append(following.inner)
        at = dim_sum(following.start, following.length)
    if at != size:
        if not _at_most(at, size):
            return None
        parts.append(_zeros(model, axis, dim_difference(size, at)))
    shape = _wide(model.shape, axis)
    whole = normal_shape((*shape[:axis], size, *shape[axis + 1 :]))
    if axis == 0 and len(whole) == 1 and not any(part.shape for part in parts):
        return make("stack", tuple(parts), shape=whole)
    return make("concat", tuple(parts), data=axis, shape=whole)


def _wide(shape: Shape, axis: int) -> Shape:
    """The sizes of the axes, a vector being a column beside others."""
    return shape + (1,) * (axis + 1 - len(shape))


def _zeros(model: Node, axis: int, length: Dim) -> Node:
    shape = _wide(model.shape, axis)
    return zeros(normal_shape((*shape[:axis], length, *shape[axis + 1 :])))


def _at_most(a: Dim, b: Dim) -> bool:
    terms = terms_of(dim_difference(b, a))
    constant = terms.pop((), 0)
    return all(value > 0 for value in terms.values()) and constant + sum(terms.values()) >= 0


def _piece(term: Node, axis: int) -> Piece | None:
    """The piece along an axis that a term puts in place; None of any other."""
    scalars, rest = split_scalars(term)
    if axis > 1:
        return _last_piece(scalars, rest, axis)
    if rest.op == "unit" and axis == 0 and len(rest.shape) == 1:
        return Piece(payload(rest, Index)[0] - 1, 1, mul(*scalars) if scalars else mul())
    if axis == 0 and rest.op == "T" and rest.args[0].shape[0] == 1 and (bounds := slice_of(rest.args[0])):
        return Piece(dim_difference(bounds[0], 1), 1, mul(*scalars) if scalars else mul())
    alone = rest.args[0] if rest.op == "T" and axis == 0 else rest
    if len(rest.shape) == 2 and (rest.op == "T") == (axis == 0) and (bounds := slice_of(alone)):  # of the identity
        return Piece(dim_difference(bounds[0], 1), alone.shape[0], mul(*scalars, eye(alone.shape[0])))
    if rest.op != "matmul":
        return None
    end = rest.args[0] if axis == 0 else rest.args[-1]
    others = rest.args[1:] if axis == 0 else rest.args[:-1]
    turned = end.args[0] if end.op == "T" else None
    if axis == 0 and turned is not None and (bounds := slice_of(turned)):
        return Piece(dim_difference(bounds[0], 1), turned.shape[0], mul(*scalars, matmul(*others)))
    if axis == 1 and (bounds := slice_of(end)):
        return Piece(dim_difference(bounds[0], 1), end.shape[0], mul(*scalars, matmul(*others)))
    unit = end if axis == 0 else transpose(end)
    if unit.op == "unit" and len(unit.shape) == 1 and rest.shape:
        inner = matmul(*others)
        if (axis == 0 and is_row(inner.shape)) or (axis == 1 and len(inner.shape) == 1):
            return Piece(payload(unit, Index)[0] - 1, 1, mul(*scalars, inner))
    return None


def _added(parts: list[Node]) -> Node:
    """A sum that is only written: of one part that part."""
    if len(parts) == 1:
        return parts[0]
    return add(*parts) if len(parts[0].shape) < 3 else make("add", tuple(parts), shape=parts[0].shape)


def _last_piece(scalars: list[Node], rest: Node, axis: int) -> Piece | None:
    """The piece along the last axis of an array of rank 3 and more."""
    product = as_product(rest) if rest.op == "einsum" else None
    if product is None or product.op != "matmul" or (bounds := slice_of(product.args[-1])) is None:
        return None
    end = product.args[-1]
    shape = (*product.shape[:-1], end.shape[0])
    inner = product.args[0] if len(product.args) == 2 else make("matmul", product.args[:-1], shape=shape)
    if scalars:
        inner = make("mul", (*scalars, inner), shape=shape)
    return Piece(dim_difference(bounds[0], 1), end.shape[0], inner)


def ones_in_place(node: Node) -> Node | None:
    """`sum(eye(n)[2:n, :], axis=0)` as ones between zeros; None of any other sum."""
    bounds = slice_of(node.args[0])
    if bounds is None or node.data != 0:
        return None
    length, size = node.args[0].shape
    return _padded(ones((length,)), 0, bounds, size)


def put_together(node: Node, names: Names) -> Node:
    """A sum of pieces, each put in its place, as `concat`."""
    terms: list[Node] = []
    for term in node.args:
        spread = _spread(term, names) if term.op == "matmul" and term not in names else None
        terms += spread.args if spread is not None else (term,)
    if len(terms) > len(node.args):
        node = make("add", tuple(terms), shape=node.shape)
    rank = len(node.shape)
    for axis in (0, 1) if rank < 3 else (rank - 1,):
        if axis >= rank:
            break
        found: dict[tuple[Dim, Dim], list[Node]] = {}
        others: list[Node] = []
        for term in node.args:
            piece = None if term in names else _piece(term, axis)
            if piece is None:
                others.append(term)
            else:
                found.setdefault((piece.start, piece.length), []).append(piece.inner)
        if len(found) < 2:
            continue
        pieces = [Piece(*where, _added(inner)) for where, inner in found.items()]
        joined = _joined(pieces, axis, node.shape[axis], pieces[0].inner)
        if joined is not None:
            return make("add", (*others, joined), shape=node.shape) if others else joined
    return node
