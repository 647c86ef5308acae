"""Operations that keep the shape and work along one axis: running sums and products, flips and rolls."""

from __future__ import annotations

from gradcli.expr.arith import is_zero, mul, ones
from gradcli.expr.linear import eye, matmul, split_scalars, transpose
from gradcli.expr.node import Node, axis_of, make, payload
from gradcli.expr.parts import take
from gradcli.expr.reduce import triangle
from gradcli.expr.shapes import ShapeError, is_row, show_shape
from gradcli.ops.payload import Places, Running

Axis = int | None
LINEAR = frozenset({"cumsum", "flip", "roll"})


def _along(node: Node, axis: Axis) -> tuple[bool, Axis]:
    """Whether there is something to do, and the axis: None of a vector.  Raises ShapeError for one that is missing."""
    if not node.shape:
        return False, None
    if axis is not None and axis not in range(len(node.shape)):
        raise ShapeError(f"axis={axis} of {show_shape(node.shape)}")
    if is_row(node.shape):
        return axis != 0, 1
    return True, None if len(node.shape) == 1 else axis


def cumsum(node: Node, axis: Axis = None, backwards: bool = False) -> Node:
    """Running sums, `y[i] = x[1] + ... + x[i]`; backwards, `x[i] + ... + x[n]`, is `flip(cumsum(flip(x)))`."""
    moves, axis = _along(node, axis)
    if not moves or is_zero(node):
        return node
    if is_row(node.shape):
        return transpose(cumsum(transpose(node), None, backwards))
    scalars, rest = split_scalars(node)
    if scalars:
        return mul(*scalars, cumsum(rest, axis, backwards))
    if axis is not None and node.op == "T":
        return transpose(cumsum(node.args[0], 1 - axis, backwards))
    return make("cumsum", (node,), data=(axis, backwards), shape=node.shape)


def cumprod(node: Node, axis: Axis = None) -> Node:
    """Running products, `y[i] = x[1] * ... * x[i]`."""
    moves, axis = _along(node, axis)
    if not moves or is_zero(node) or node.op == "ones":
        return node
    if is_row(node.shape):
        return transpose(cumprod(transpose(node)))
    return make("cumprod", (node,), data=axis, shape=node.shape)


def flip(node: Node, axis: Axis = None) -> Node:
    """The entries in reverse order, along an axis or, of a matrix without one, along both."""
    moves, axis = _along(node, axis)
    if not moves or is_zero(node) or node.op == "ones":
        return node
    if is_row(node.shape):
        return transpose(flip(transpose(node)))
    if len(node.shape) > 1 and axis is None:
        for place in range(len(node.shape)):
            node = flip(node, place)
        return node
    scalars, rest = split_scalars(node)
    if scalars:
        return mul(*scalars, flip(rest, axis))
    if node.op == "flip":
        if node.data == axis:
            return node.args[0]
        outer = axis_of(node)
        if axis is not None and outer is not None and axis < outer:  # the order of flips is no matter
            return make("flip", (flip(node.args[0], axis),), data=outer, shape=node.shape)
    if node.op == "cumsum" and isinstance(node.data, tuple) and node.data[0] == axis:
        inner = node.args[0]
        if inner.op == "flip" and inner.data == axis:
            return cumsum(inner.args[0], axis, not node.data[1])
    if node.op == "eye" and axis == 1:
        return flip(node, 0)
    if axis is not None and node.op == "T":
        return transpose(flip(node.args[0], 1 - axis))
    return make("flip", (node,), data=axis, shape=node.shape)


def roll(node: Node, shift: int, axis: Axis = None) -> Node:
    """The entries moved on by `shift` places, the last ones to the front: `y[i + shift] = x[i]`, counted round."""
    moves, axis = _along(node, axis)
    if not moves or is_zero(node) or node.op == "ones" or not shift:
        return node
    if is_row(node.shape):
        return transpose(roll(transpose(node), shift))
    scalars, rest = split_scalars(node)
    if scalars:
        return mul(*scalars, roll(rest, shift, axis))
    if node.op == "roll" and isinstance(node.data, tuple) and node.data[1] == axis:
        return roll(node.args[0], node.data[0] + shift, axis)
    if node.op == "eye" and axis == 1:
        return roll(node, -shift, 0)
    if axis is not None and node.op == "T":
        return transpose(roll(node.args[0], shift, 1 - axis))
    return make("roll", (node,), data=(shift, axis), shape=node.shape)


def as_product(node: Node) -> Node:
    """A linear one of these as a product with a matrix: a triangle of ones, or the identity flipped or rolled."""
    (inner,) = node.args
    axis = axis_of(node)
    dim = node.shape[axis or 0]
    if node.op == "cumsum":
        backwards = payload(node, Running).backwards
        matrix = triangle("triu" if backwards else "tril", ones((dim, dim)), 0)
    elif node.op == "flip":
        matrix = flip(eye(dim), 0)
    else:
        matrix = roll(eye(dim), payload(node, Places).shift, 0)
    if len(node.shape) > 2:
        return take(inner, axis or 0, matrix)
    return matmul(inner, transpose(matrix)) if axis == 1 else matmul(matrix, inner)


def is_permutation(node: Node) -> bool:
    """Whether this is the identity with its rows in another order."""
    return node.op in ("flip", "roll") and node.args[0].op == "eye"
