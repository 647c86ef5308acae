"""Broadcasting: arrays of unlike shapes in one elementwise operation, an axis of size 1 going with any size.

A value is spread by a product with ones, `x @ ones(n).T`, so that what every pass knows of products holds; `narrow` is
the way back, for notations that write what people write.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.expr.arith import ones
from gradcli.expr.contraction import contract
from gradcli.expr.linear import matmul, transpose
from gradcli.expr.node import ONE, Node, make, payload
from gradcli.expr.rearrange import reshape
from gradcli.expr.shapes import Dim, Shape, ShapeError, normal_shape, show_shape
from gradcli.ops.payload import Subscripts


def as_axes(shape: Shape, rank: int) -> Shape:
    """The sizes of the axes of a value beside others of a rank: a vector is a column, n x 1."""
    return shape + (1,) * (rank - len(shape)) if rank <= 2 else shape


def broadcast_shape(shapes: Sequence[Shape]) -> Shape:
    """The joint shape of arrays in an elementwise operation; scalars go with anything.

    Vectors and matrices align from the left, arrays of higher rank go with arrays of their rank.  Raises ShapeError.
    """
    arrays = [shape for shape in shapes if shape]
    if not arrays:
        return ()
    rank = max(map(len, arrays))
    out: list[Dim] = [1] * rank
    for shape in arrays:
        dims = as_axes(shape, rank)
        if len(dims) != rank:
            raise ShapeError(f"{show_shape(arrays[0])} and {show_shape(shape)}")
        for axis, dim in enumerate(dims):
            if out[axis] != dim and dim != 1:
                if out[axis] != 1:
                    raise ShapeError(f"{show_shape(arrays[0])} and {show_shape(shape)}")
                out[axis] = dim
    return normal_shape(tuple(out))


def spread(node: Node, shape: Shape) -> Node:
    """The value repeated along the axes where its size is 1 and that of `shape` is not; a scalar as it is."""
    if not node.shape or node.shape == shape:
        return node
    if len(shape) <= 2:
        row = as_axes(node.shape, 2)[0] == 1
        return matmul(ones(shape[:1]), node) if row else matmul(node, transpose(ones(shape[1:])))
    kept = [axis for axis, dim in enumerate(node.shape) if dim == shape[axis]]
    core = reshape(node, tuple(shape[axis] for axis in kept))
    if not core.shape:
        return core
    dims = dict(enumerate(shape))
    filled = [(ones((shape[axis],)), (axis,)) for axis in dims if axis not in kept]
    return contract([(core, tuple(kept)), *filled], tuple(dims), dims)


def broadcast(*nodes: Node) -> tuple[Node, ...]:
    """Arrays of one shape, and scalars.  Raises ShapeError."""
    shapes = {node.shape for node in nodes if node.shape}
    if len(shapes) < 2:
        return nodes
    shape = broadcast_shape([node.shape for node in nodes])
    return tuple(spread(node, shape) for node in nodes)


# --------------------------------------------------------------------- the way back


def narrow(node: Node) -> Node:
    """The least array that, broadcast, is this one; the value itself where nothing in it is spread."""
    core = _unspread(node)
    return node if core is None else core


def _unspread(node: Node) -> Node | None:
    if node.op == "ones":  # a matrix of ones is said: I - ones(n, n) / n
        return ONE if len(node.shape) != 2 else None
    if node.op == "matmul" and len(node.shape) == 2 and 1 not in node.shape:
        if node.args[-1].op == "ones":
            return matmul(*node.args[:-1]) if len(node.args[-1].shape) == 2 and node.args[-1].shape[0] == 1 else None
        if node.args[0].op == "ones" and len(node.args[0].shape) == 1:
            return matmul(*node.args[1:])
    if node.op == "einsum" and len(node.shape) > 2:
        return _unspread_sum(node)
    if node.op == "mul":
        cores = [_unspread(arg) if arg.shape else arg for arg in node.args]
        if any(core is not None and arg.shape for core, arg in zip(cores, node.args, strict=True)):
            parts = [arg if core is None else core for core, arg in zip(cores, node.args, strict=True)]
            shape = broadcast_shape([part.shape for part in parts])
            if shape != node.shape and all(part.shape in ((), shape) for part in parts):
                from gradcli.expr.arith import mul

                return mul(*parts)
        return None
    if node.op in ("elem", "pow") and (node.op == "elem" or not node.args[1].shape):
        core = _unspread(node.args[0])
        return None if core is None else make(node.op, (core, *node.args[1:]), data=node.data, shape=core.shape)
    return None


def _unspread_sum(node: Node) -> Node | None:
    inputs, output = payload(node, Subscripts)
    kept = [place for place, (arg, letters) in enumerate(zip(node.args, inputs, strict=True)) if arg.op != "ones"]
    left = {letter for place in kept for letter in inputs[place]}
    if len(kept) == len(node.args) or all(letter in left for letter in output):
        return None
    from gradcli.expr.contraction import einsum

    out = "".join(letter for letter in output if letter in left)
    core = einsum([inputs[place] for place in kept], out, [node.args[place] for place in kept])
    shape = tuple(dim if letter in left else 1 for letter, dim in zip(output, node.shape, strict=True))
    return reshape(core, shape)


def as_written(node: Node) -> Node:
    """An elementwise operation with its operands narrow, where they still make its shape; else the node itself."""
    if not node.shape or node.op not in ("add", "mul", "max", "min", "cmp", "where"):
        return node
    parts = [narrow(arg) if arg.shape else arg for arg in node.args]
    if all(part is arg for part, arg in zip(parts, node.args, strict=True)):
        return node
    for place in range(len(parts)):
        if _joint(parts) == node.shape:
            break
        parts[place] = node.args[place]
    return make(node.op, tuple(parts), data=node.data, shape=node.shape)


def _joint(parts: Sequence[Node]) -> Shape | None:
    try:
        return broadcast_shape([part.shape for part in parts])
    except ShapeError:
        return None
