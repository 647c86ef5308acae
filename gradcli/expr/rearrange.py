"""The same entries in another shape."""

from __future__ import annotations

from gradcli.expr.arith import mul, ones, zeros
from gradcli.expr.contraction import einsum
from gradcli.expr.dims import dim_product
from gradcli.expr.linear import eye, matmul, split_scalars, transpose
from gradcli.expr.node import Node, make, payload
from gradcli.expr.reduce import kron, kron_shape, vec
from gradcli.expr.shapes import Shape, is_list, is_row, normal_shape
from gradcli.ops.payload import Subscripts


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
    if node.op == "einsum":
        product = _kronecker(node, shape)
        if product is not None:
            return product
    elif len(shape) == 4:
        blocks = _blocks(node, shape)
        if blocks is not None:
            return blocks
    elif len(shape) == 2 and node.op == "matmul" and len(node.shape) == 1 and node.args[0].op == "kron":
        a, b = node.args[0].args
        if len(a.shape) == len(b.shape) == 2 and shape == (a.shape[0], b.shape[0]):
            return matmul(a, reshape(matmul(*node.args[1:]), (a.shape[1], b.shape[1])), transpose(b))
    return make("reshape", (node,), shape=shape)


def _kronecker(node: Node, shape: Shape) -> Node | None:
    """The array of blocks `A[i, j] * B[k, l]` put together as `kron(A, B)`; None where it is another array.

    Either may be a vector, with one letter among those of the rows or of the columns.
    """
    inputs, output = payload(node, Subscripts)
    if len(inputs) != 2 or len(shape) != 2 or sorted("".join(inputs)) != sorted(output):
        return None
    for split in range(1, len(output)):
        halves = output[:split], output[split:]
        for order in ((0, 1), (1, 0)):
            factors = [_oriented(node.args[k], inputs[k], halves) for k in order]
            own = [[next((x for x in half if x in inputs[k]), "") for k in order] for half in halves]
            if all("".join(pair) == half for pair, half in zip(own, halves, strict=True)):
                first, second = factors
                if first is not None and second is not None and kron_shape(first.shape, second.shape) == shape:
                    return kron(first, second)
    return None


def _oriented(node: Node, letters: str, halves: tuple[str, str]) -> Node | None:
    """A factor of a Kronecker product, its rows among the letters of the first half; None where it is none."""
    if len(letters) == 1 and len(node.shape) == 1:
        return node if letters in halves[0] else transpose(node)
    if len(letters) != 2 or len(node.shape) != 2:
        return None
    if letters[0] in halves[0] and letters[1] in halves[1]:
        return node
    return transpose(node) if letters[1] in halves[0] and letters[0] in halves[1] else None


def _blocks(node: Node, shape: Shape) -> Node | None:
    """A matrix as the array of its blocks: `A[i, j] * B[k, l]` at i, k, j, l of `kron(A, B)`.

    So too of an identity and of an outer product; None where the shape is another, or the matrix.
    """
    m, p, n, q = shape
    if node.op == "eye" and (m, p) == (n, q) and dim_product(m, p) == node.shape[0]:
        return einsum(["ij", "kl"], "ikjl", [eye(m), eye(p)])
    if node.op == "matmul" and kron_shape((m, n), (p, q)) == node.shape:
        place = next((k for k, factor in enumerate(node.args) if k and is_row(factor.shape)), None)
        if place is None:
            return None
        column, row = matmul(*node.args[:place]), transpose(matmul(*node.args[place:]))
        return einsum(["ik", "jl"], "ikjl", [reshape(column, (m, p)), reshape(row, (n, q))])
    if node.op != "kron":
        return None
    a, b = node.args
    if len(a.shape) != 2 or len(b.shape) != 2 or shape != (a.shape[0], b.shape[0], a.shape[1], b.shape[1]):
        return None
    return einsum(["ij", "kl"], "ikjl", [a, b])


def unvec(vector: Node, shape: Shape) -> Node:
    """The matrix of a shape whose columns, stacked, are the vector."""
    return transpose(reshape(vector, (shape[1], shape[0])))
