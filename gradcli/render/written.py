"""How people write what the engine holds as sums of products: broadcast terms, stacked products, means, new axes.

Each function gives another node with the same value where a notation should write that one.  Such a node is only
written, never computed with: a product may be of stacks of matrices in it, an operand of a sum narrower than the sum.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from gradcli.expr.arith import size
from gradcli.expr.broadcast import as_written
from gradcli.expr.dims import Dim, dim_product, factors_of
from gradcli.expr.node import Node, make, num, payload, value_of
from gradcli.ops.payload import Index
from gradcli.render.parts import Names
from gradcli.render.placed import ones_in_place, part_of_product, put_together
from gradcli.render.products import as_column, as_product

_SUMS = ("sum", "sum_axis")


def written_as(node: Node, names: Names) -> Node:
    """What is written for a node that has no name."""
    if node.op == "add":
        joined = put_together(node, names)
        return as_written(joined) if joined.op == "add" else joined
    if node.op == "matmul":
        product = part_of_product(node, names)
        return written_as(product, names) if product.op == "add" else product
    if node.op in ("max", "min", "cmp", "where"):
        return as_written(node)
    if node.op == "mul":
        return as_written(with_means(node, names))
    if node.op == "einsum":
        if any(arg.op == "place" for arg in node.args):
            from gradcli.render.windows import windowed

            sliding = windowed(node)
            if sliding is not None:
                return written_as(sliding, names)
        product = as_product(node) or node
        return part_of_product(product, names) if product.op == "matmul" else product
    if node.op == "sum_axis" and isinstance(node.data, int):
        if node.args[0].op == "place":
            return ones_in_place(node) or node
        return _axes_together(node, names)
    if node.op == "reshape":
        return _kept(node, names)
    if node.op == "entry":
        return _entry_of_column(node, names)
    return node


def _entry_of_column(node: Node, names: Names) -> Node:
    """`A[:, 2][1]` as `A[1, 2]`."""
    column = node.args[0]
    index = payload(node, Index)
    if column in names or column.op != "matmul" or len(index) != 1:
        return node
    part = written_as(column, names)
    if part.op != "part" or not isinstance(part.data, tuple) or part.data[0] is not None or len(part.data) != 2:
        return node
    first, last = part.data[1]
    if first != last or not isinstance(first, int):
        return node
    return make("entry", part.args, data=(index[0], first))


def _axes_together(node: Node, names: Names) -> Node:
    """`sum(sum(A, axis=2), axis=1)` as the sum over both axes."""
    axes: list[int] = []
    inner = node
    while inner.op == "sum_axis" and isinstance(inner.data, int) and (inner is node or inner not in names):
        axes = [axis if axis < inner.data else axis + 1 for axis in axes]
        axes.append(inner.data)
        inner = inner.args[0]
    if len(axes) < 2 or len(node.shape) == 0:
        return node
    return make("sum_axis", (inner,), data=tuple(sorted(axes)), shape=node.shape)


def summed(node: Node, names: Names) -> tuple[Node, tuple[int, ...] | None] | None:
    """The array and the axes of a sum, None for all entries; None where it is none."""
    if node.op == "sum":
        return node.args[0], None
    if node.op != "sum_axis":
        return None
    together = _axes_together(node, names) if isinstance(node.data, int) else node
    data = together.data
    return together.args[0], data if isinstance(data, tuple) else (int(str(data)),)


def _kept(node: Node, names: Names) -> Node:
    """`sum(A, axis=2)[:, :, None]` as the sum that keeps its axes."""
    inner = node.args[0]
    if node.op != "reshape":
        return node
    if inner.op == "einsum" and inner not in names and node.shape == (*inner.shape, 1) and len(inner.shape) > 1:
        return as_column(inner) or node
    if inner.op == "mean" and isinstance(inner.data, tuple):
        found: tuple[Node, tuple[int, ...] | None] | None = inner.args[0], inner.data
    else:
        found = summed(inner, names) if inner not in names else None
    if found is None or found[1] is None:
        return node
    array, axes = found[0], found[1]
    wanted = tuple(1 if axis in axes else dim for axis, dim in enumerate(array.shape))
    turned = len(array.shape) == 3 and axes == (2,) and node.shape == (array.shape[0], 1, array.shape[1])
    if array.shape[2:] == (1,) and turned:  # a column of each, as a row
        return make("T", (array,), shape=node.shape)
    if wanted != node.shape:
        return node
    if wanted == array.shape:  # axes of size 1, taken and given again
        return array
    return make("mean" if inner.op == "mean" else "sum_axis", (array,), data=("keepdims", axes), shape=node.shape)


# ------------------------------------------------------------------------------- means


def with_means(node: Node, names: Names) -> Node:
    """`sum(A) / n` as `mean(A)`, where A has n entries; so too along axes."""
    for place, factor in enumerate(node.args):
        if factor in names or factor.op not in (*_SUMS, "T", "reshape", "matmul", "einsum"):
            continue
        mean = _mean_of(factor, names)
        if mean is None:
            continue
        written, count = mean
        rest = _divided_by(node.args[:place] + node.args[place + 1 :], count)
        if rest is None:
            continue
        factors = [*rest, written]
        return written if len(factors) == 1 else make("mul", tuple(factors), shape=node.shape)
    return node


def _mean_of(factor: Node, names: Names) -> tuple[Node, Dim] | None:
    """The mean that a sum is, if it is divided by the number of its terms, and that number."""
    if factor.op in ("T", "reshape", "matmul", "einsum"):
        within = _inside(factor)
        if within is None or within[0] in names:
            return None
        inner, rebuild = within
        found = _mean_of(inner, names)
        return None if found is None else (rebuild(found[0]), found[1])
    found_sum = summed(factor, names)
    if found_sum is None or found_sum[0].op == "place":  # ones between zeros
        return None
    array, axes = found_sum
    count: Dim = 1
    for axis, dim in enumerate(array.shape):
        if axes is None or axis in axes:
            count = dim_product(count, dim)
    return make("mean", (array,), data=axes, shape=factor.shape), count


def _inside(factor: Node) -> tuple[Node, Callable[[Node], Node]] | None:
    """A sum that is turned or spread, and how to do that to another array."""
    if factor.op in ("T", "reshape"):

        def turned_or_kept(new: Node) -> Node:
            return _kept(make(factor.op, (new,), data=factor.data, shape=factor.shape), {})

        return factor.args[0], turned_or_kept
    for place, arg in enumerate(factor.args):
        core = arg.args[0] if arg.op == "T" else arg
        others = factor.args[:place] + factor.args[place + 1 :]
        if core.op in _SUMS and all(other.op == "ones" for other in others):

            def rebuilt(new: Node, place: int = place, arg: Node = arg) -> Node:
                turned = make("T", (new,), shape=arg.shape) if arg.op == "T" else new
                args = (*factor.args[:place], turned, *factor.args[place + 1 :])
                return make(factor.op, args, data=factor.data, shape=factor.shape)

            return core, rebuilt
    return None


def _divided_by(factors: Sequence[Node], count: Dim) -> list[Node] | None:
    """The factors without a division by a number of terms; None where they do not divide by it."""
    left = list(factors)
    number = Fraction(1)
    for factor in list(left):
        value = value_of(factor)
        if value is not None:
            left.remove(factor)
            number *= value
    for part in factors_of(count):
        if isinstance(part, int):
            if number.denominator % part:
                return None
            number *= part
            continue
        divisor = next(
            (f for f in left if f.op == "pow" and value_of(f.args[1]) == -1 and f.args[0] is size(part)), None
        )
        if divisor is None:
            return None
        left.remove(divisor)
    if count == 1:
        return None
    return [*([num(number)] if number != 1 else []), *left]


__all__ = ["summed", "with_means", "written_as"]
