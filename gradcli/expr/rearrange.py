"""The same entries in another shape."""

from __future__ import annotations

from typing import cast

from gradcli.expr.arith import mul, ones, zeros
from gradcli.expr.contraction import einsum
from gradcli.expr.linear import split_scalars, transpose
from gradcli.expr.node import Node, make
from gradcli.expr.reduce import kron, kron_shape, vec
from gradcli.expr.shapes import Shape, is_list, is_row, normal_shape


def reshape(node: Node, shape: Shape) -> Node:
    """The entries, taken row by row, in a shape of as many entries, row by row (as NumPy's `reshape`)."""
    shape = normal_shape(shape) if len(shape) <= 2 else shape
    if node.shape == shape:
        return node
    if node.shape:
        scalars, rest = split_scalars(node)
        if scalars:
            return mul(*scalars, reshape(rest, shape))
    if node.op in ("zeros", "ones"):
        return zeros(shape) if node.op == "zeros" else ones(shape)
    if node.op == "reshape" or (node.op == "T" and is_list(node.shape)):
        return reshape(node.args[0], shape)
    if node.op == "vec":
        return reshape(transpose(node.args[0]), shape)
    if is_list(shape) and is_list(node.shape):
        return transpose(node)
    if len(shape) == 1 and len(node.shape) == 2:
        if node.op == "matmul" and len(node.args) == 2 and is_row(node.args[1].shape):
            return kron(node.args[0], transpose(node.args[1]))
        return vec(transpose(node))
    product = _kronecker(node, shape) if node.op == "einsum" else None
    if product is not None:
        return product
    blocks = _blocks(node, shape) if node.op == "kron" else None
    return blocks or make("reshape", (node,), shape=shape)


def _kronecker(node: Node, shape: Shape) -> Node | None:
    """The array of blocks `A[i, j] * B[k, l]` put together as `kron(A, B)`; None where it is another array."""
    inputs, output = cast("tuple[tuple[str, ...], str]", node.data)
    if len(inputs) != 2 or len(output) != 4:
        return None
    factors = dict(zip(inputs, node.args, strict=True))
    first, second = factors.get(output[0] + output[2]), factors.get(output[1] + output[3])
    if first is None or second is None or kron_shape(first.shape, second.shape) != shape:
        return None
    return kron(first, second)


def _blocks(node: Node, shape: Shape) -> Node | None:
    """`kron(A, B)` as the array of its blocks, `A[i, j] * B[k, l]` at i, k, j, l; None where it is another shape."""
    a, b = node.args
    if len(a.shape) != 2 or len(b.shape) != 2 or shape != (a.shape[0], b.shape[0], a.shape[1], b.shape[1]):
        return None
    return einsum(["ij", "kl"], "ikjl", [a, b])


def unvec(vector: Node, shape: Shape) -> Node:
    """The matrix of a shape whose columns, stacked, are the vector."""
    return transpose(reshape(vector, (shape[1], shape[0])))
