"""Which products and sums take parts of arrays, or put them together."""

from __future__ import annotations

from gradcli.expr.node import Node, make, payload
from gradcli.expr.shapes import normal_shape
from gradcli.ops.payload import Subscripts
from gradcli.render.placed import part_of_product, put_together, slice_of
from gradcli.render.windows import windowed

_PLACES = frozenset({"place", "onehot"})


def as_parts(node: Node) -> Node | None:
    """A product or sum with places as parts of arrays; None where there are none."""
    if node.op == "matmul" and any(_has_place(arg) for arg in node.args):
        new = part_of_product(node, {})
        return None if new is node else new
    if (
        node.op == "add"
        and 0 < len(node.shape) < 3
        and any(_has_place(part) for arg in node.args for part in (arg, *arg.args))
    ):
        new = put_together(node, {})
        return None if new is node else new
    if node.op == "einsum" and any(arg.op == "place" for arg in node.args):
        return windowed(node) or _cut_operands(node)
    return None


def _has_place(node: Node) -> bool:
    inner = node.args[0] if node.op == "T" else node
    return inner.op in _PLACES or (
        node.op == "matmul" and any(_has_place(arg) for arg in (node.args[0], node.args[-1]))
    )


def _cut_operands(node: Node) -> Node | None:
    """A sum of products with its slices taken of the operands that they stand beside."""
    inputs, output = payload(node, Subscripts)
    operands = list(zip(node.args, inputs, strict=True))
    changed = False
    for place in list(operands):
        bounds = slice_of(place[0])
        if bounds is None:
            continue
        row, column = tuple(place[1])
        users = [other for other in operands if other is not place and column in other[1]]
        if len(users) != 1 or column in output or users[0][1].count(column) > 1 or row in users[0][1]:
            continue
        arg, own = users[0]
        axis = own.index(column)
        if len(arg.shape) != len(own):
            continue
        ends: list[object] = [None] * len(own)
        ends[axis] = bounds
        shape = normal_shape((*arg.shape[:axis], place[0].shape[0], *arg.shape[axis + 1 :]))
        part = make("part", (arg,), data=tuple(ends), shape=shape)
        operands[operands.index(users[0])] = (part, own.replace(column, row))
        operands.remove(place)
        changed = True
    if not changed:
        return None
    if len(operands) == 1 and operands[0][1] == output:
        return operands[0][0]
    args, letters = zip(*operands, strict=True)
    return make("einsum", args, data=(letters, output), shape=node.shape)
