"""The gradients of sums of products with named axes, and of what rearranges entries: kron, vec, reshape."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.expr.contraction import axis_dims, contract
from gradcli.expr.linear import eye, transpose
from gradcli.expr.node import Node, payload
from gradcli.expr.rearrange import reshape
from gradcli.expr.shapes import Dim, cols, is_row, rows
from gradcli.ops.payload import Subscripts

Contribution = tuple[int, Node, str]
Letters = tuple[int, ...]


def einsum_gradients(node: Node, grad: Node, wanted: set[int]) -> Iterator[Contribution]:
    """For each operand the contraction of the gradient with the other operands, on the operand's letters.

    A letter that the operand has twice gets an identity, one that stands nowhere else ones.
    """
    inputs, output = payload(node, Subscripts)
    numbers: dict[str, int] = {}
    dims: dict[int, Dim] = {}
    operands: list[tuple[Node, Letters]] = []
    for letters, arg in zip((*inputs, output), (*node.args, grad), strict=True):
        places = tuple(numbers.setdefault(letter, len(numbers)) for letter in letters)
        dims.update(zip(places, axis_dims(arg.shape, len(places)), strict=True))
        operands.append((arg, places))
    given = operands.pop()
    for i in sorted(wanted):
        arg, places = operands[i]
        free: list[int] = []
        deltas: list[tuple[Node, Letters]] = []
        for place in places:
            if place in free:
                copy = len(dims)
                dims[copy] = dims[place]
                deltas.append((eye(dims[place]), (place, copy)))
                place = copy
            free.append(place)
        others = operands[:i] + operands[i + 1 :]
        value = contract([given, *others, *deltas], tuple(free), dims)
        yield i, value if value.shape == arg.shape else transpose(value), "einsum"


def kron_gradients(node: Node, grad: Node, wanted: set[int]) -> Iterator[Contribution]:
    """Of `kron(A, B)`: with G[i, k, j, l] the entry of the gradient in block (i, j) at (k, l), sums over a block."""
    shapes = [arg.shape for arg in node.args]
    axes = ((rows(shapes[0]), 0), (rows(shapes[1]), 1), (cols(shapes[0]), 2), (cols(shapes[1]), 3))
    kept = [(dim, letter) for dim, letter in axes if dim != 1]
    dims: dict[int, Dim] = {letter: dim for dim, letter in kept}
    blocks = (reshape(grad, tuple(dim for dim, _ in kept)), tuple(letter for _, letter in kept))
    letters = [tuple(k for k in pair if k in dims) for pair in ((0, 2), (1, 3))]
    for i in sorted(wanted):
        other = node.args[1 - i]
        column = transpose(other) if is_row(other.shape) else other
        value = contract([blocks, (column, letters[1 - i])], letters[i], dims)
        yield i, transpose(value) if is_row(shapes[i]) else value, "kron"


__all__ = ["einsum_gradients", "kron_gradients"]
