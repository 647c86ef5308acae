"""Products of stacks of matrices: `A @ B` over the last two axes, and `A.mT`."""

from __future__ import annotations

from gradcli.expr.contraction import contract
from gradcli.expr.linear import matmul, transpose
from gradcli.expr.node import Node
from gradcli.expr.rearrange import reshape
from gradcli.expr.shapes import Dim, Shape, ShapeError, normal_shape, show_shape


def batched_shape(a: Shape, b: Shape) -> Shape:
    """The shape of `A @ B`, one of rank 3 or more: leading axes alike, 1 or left out; a vector is contracted.

    Raises ShapeError.
    """
    if not a or not b or a[-1] != b[-2:][0]:
        raise ShapeError(f"{show_shape(a)} @ {show_shape(b)}")
    left, right = a[:-2], b[:-2]
    rank = max(len(left), len(right))
    left, right = (1,) * (rank - len(left)) + left, (1,) * (rank - len(right)) + right
    out: list[Dim] = []
    for p, q in zip(left, right, strict=True):
        if p != q and p != 1 and q != 1:
            raise ShapeError(f"{show_shape(a)} @ {show_shape(b)}")
        out.append(q if p == 1 else p)
    ends = (a[-2:-1], b[-1:] if len(b) > 1 else ())
    return normal_shape((*out, *ends[0], *ends[1]))


def product(*factors: Node) -> Node:
    """`A @ B @ ...`, over the last two axes where one has more.  Raises ShapeError."""
    if all(len(factor.shape) <= 2 for factor in factors):
        return matmul(*factors)
    out = factors[0]
    for factor in factors[1:]:
        out = _pair(out, factor)
    return out


def _pair(a: Node, b: Node) -> Node:
    if len(a.shape) <= 2 and len(b.shape) <= 2:
        return matmul(a, b)
    shape = batched_shape(a.shape, b.shape)
    rank = max(len(a.shape), len(b.shape)) - 2
    dims: dict[int, Dim] = {}
    sides = []
    for node, own in ((a, (rank, rank + 1)), (b, (rank + 1, rank + 2))):
        lead = node.shape[:-2]
        letters = [axis + rank - len(lead) for axis, dim in enumerate(lead) if dim != 1]
        core = tuple(dim for dim in lead if dim != 1) + node.shape[-2:]
        ends = own if len(node.shape) > 1 else own[1:] if node is a else own[:1]
        places = (*letters, *ends)
        dims.update(zip(places, core, strict=True))
        sides.append((reshape(node, core) if core != node.shape else node, places))
    out = [axis for axis in range(rank) if axis in dims]
    out += [rank] if len(a.shape) > 1 else []
    out += [rank + 2] if len(b.shape) > 1 else []
    value = contract(sides, tuple(out), dims)
    return value if value.shape == shape else reshape(value, shape)


def last_two_turned(node: Node) -> Node:
    """`A.mT`: the last two axes exchanged; of a vector or matrix its transpose."""
    if len(node.shape) <= 2:
        return transpose(node)
    letters = tuple(range(len(node.shape)))
    out = (*letters[:-2], letters[-1], letters[-2])
    return contract([(node, letters)], out, dict(enumerate(node.shape)))
