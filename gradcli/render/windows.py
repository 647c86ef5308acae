"""Convolutions as products with windows: `windows(x, k) @ w`, whose row i is `x[i : i + k - 1]`."""

from __future__ import annotations

from gradcli.expr.arith import zeros
from gradcli.expr.contraction import axis_dims, contract
from gradcli.expr.dims import Dim, dim_difference, dim_scaled, dim_sum
from gradcli.expr.linear import transpose
from gradcli.expr.node import Node, make, payload
from gradcli.expr.parts import concat
from gradcli.expr.running import flip
from gradcli.expr.shapes import normal_shape
from gradcli.ops.payload import Placement, Subscripts

Letters = tuple[int, ...]
_SLIDING = Placement((1, 1), -1)


def is_window(node: Node) -> bool:
    """Whether this is the array that is 1 at (i, k, i + k - 1)."""
    return node.op == "place" and payload(node, Placement) == _SLIDING


def windowed(node: Node) -> Node | None:
    """A sum of products with shifts as one with windows, the shift's adjoint as a convolution; else None."""
    inputs, output = payload(node, Subscripts)
    numbers = {letter: place for place, letter in enumerate(dict.fromkeys("".join(inputs)))}
    operands = [(arg, tuple(numbers[x] for x in own)) for arg, own in zip(node.args, inputs, strict=True)]
    dims: dict[int, Dim] = {}
    for arg, own in operands:
        dims.update(zip(own, axis_dims(arg.shape, len(own)), strict=True))
    out = tuple(numbers[letter] for letter in output)
    changed = False
    for operand in list(operands):
        if is_window(operand[0]):
            others = [other for other in operands if other is not operand]
            new = _forward(operand, others, out) or _backward(operand, others, out)
            if new is not None:
                operands, changed = new, True
    if not changed:
        return None
    value = contract(operands, out, dims)
    return value if value.shape == node.shape else transpose(value)


def _users(letter: int, operands: list[tuple[Node, Letters]]) -> list[int]:
    return [place for place, (arg, own) in enumerate(operands) if letter in own]


def _forward(
    place: tuple[Node, Letters], others: list[tuple[Node, Letters]], out: Letters
) -> list[tuple[Node, Letters]] | None:
    """The operand that is shifted, by its windows."""
    i, k, j = place[1]
    users = _users(j, others)
    if len(users) != 1 or j in out:
        return None
    arg, own = others[users[0]]
    if own.count(j) > 1 or len(own) != len(arg.shape) or i in own or k in own:
        return None
    axis = own.index(j)
    kept = list(others)
    kept[users[0]] = (windows(arg, axis, place[0].shape[1]), (*own[:axis], i, k, *own[axis + 1 :]))
    return kept


def _backward(
    place: tuple[Node, Letters], others: list[tuple[Node, Letters]], out: Letters
) -> list[tuple[Node, Letters]] | None:
    """What goes back through a shift: windows of it between zeros, times the other factor in reverse order."""
    i, k, j = place[1]
    along, factors = _users(i, others), _users(k, others)
    if len(along) != 1 or len(factors) != 1 or along == factors or {i, k} & set(out) or _users(j, others):
        return None
    (arg, own), (factor, inner) = others[along[0]], others[factors[0]]
    if len(own) != len(arg.shape) or len(inner) != len(factor.shape) or len(inner) > 2:
        return None
    axis, back = own.index(i), inner.index(k)
    count = place[0].shape[1]
    edge = dim_difference(count, 1)
    filled = zeros(normal_shape((*arg.shape[:axis], edge, *arg.shape[axis + 1 :])))
    padded = _between(filled, arg, axis) if edge != 0 else arg
    kept = list(others)
    kept[along[0]] = (windows(padded, axis, count), (*own[:axis], j, k, *own[axis + 1 :]))
    kept[factors[0]] = (flip(factor, back if len(inner) > 1 else None), inner)
    return kept


def _between(filled: Node, arg: Node, axis: int) -> Node:
    """An array between zeros; of rank 3 and more only to be written."""
    if len(arg.shape) < 3:
        return concat([filled, arg, filled], axis)
    length = dim_sum(arg.shape[axis], dim_scaled(2, filled.shape[axis]))
    shape = (*arg.shape[:axis], length, *arg.shape[axis + 1 :])
    return make("concat", (filled, arg, filled), data=axis, shape=shape)


def windows(arg: Node, axis: int, count: Dim) -> Node:
    """The pseudo-operation: windows of so many entries along an axis, which comes after it."""
    left = dim_difference(arg.shape[axis], dim_difference(count, 1))
    shape = (*arg.shape[:axis], left, count, *arg.shape[axis + 1 :])
    return make("windows", (arg,), data=(axis, count), shape=normal_shape(shape) if len(shape) < 3 else shape)
