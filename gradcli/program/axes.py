"""The axes that a function works along: negative ones, several, and kept with size 1."""

from __future__ import annotations

from gradcli.expr.arith import add, mul, power, size, sqrt, sub
from gradcli.expr.broadcast import broadcast
from gradcli.expr.node import Node, num
from gradcli.expr.rearrange import reshape
from gradcli.expr.reduce import mean, sum_axis
from gradcli.program.signature import LanguageFunction, Misfit, Options
from gradcli.program.unify import OpenDim, OpenShape, find, settle, show_open, unify

# Reductions that over several axes are what they are over one after another.
_ONE_BY_ONE = frozenset({"sum", "mean", "max", "min", "prod", "logsumexp", "norm", "norm1"})
_SPREADS = frozenset({"var", "std"})

_AXES_OF_THEIR_OWN = frozenset({"concat", "stack"})


def axes_of(rank: int, options: Options) -> tuple[int, ...] | None:
    """The axes of a call, counted from 0, the last first; None where none is named.  Raises Misfit."""
    axis = options.get("axis")
    if axis is None:
        return None
    axes = axis if isinstance(axis, tuple) else (int(axis),)
    counted = [a + rank if a < 0 else a for a in axes]
    for a, b in zip(axes, counted, strict=True):
        if b not in range(rank):
            raise Misfit("E305", f"axis={a} is not an axis of an array of rank {rank}")
    if len(set(counted)) < len(counted):
        raise Misfit("E305", f"axis={axis} names an axis twice")
    return tuple(sorted(counted, reverse=True))


def shape_along(name: str, function: LanguageFunction, shapes: list[OpenShape], options: Options) -> OpenShape:
    """The shape of a call with its axes and `keepdims`.  Raises Misfit."""
    shape = settle(shapes[0]) if shapes else ()
    if name in _AXES_OF_THEIR_OWN:
        return function.infer(shapes, options)
    if not shape or not ({"axis", "keepdims"} & options.keys()):
        return function.infer(shapes, _plain(options, _one(options)))
    axes = axes_of(len(shape), options)
    rest = shapes[1:]
    if axes is None or (len(axes) == len(shape) > 1 and name in _ONE_BY_ONE):
        out = function.infer([shape, *rest], _plain(options, None))
    elif len(axes) == 1:
        out = function.infer([shape, *rest], _plain(options, axes[0]))
    elif name in _ONE_BY_ONE or name in _SPREADS:
        out = tuple(dim for axis, dim in enumerate(shape) if axis not in axes)
    else:
        raise Misfit("E305", f"{name} works along one axis")
    if options.get("keepdims"):
        gone = range(len(shape)) if axes is None else axes
        return tuple(1 if axis in gone else dim for axis, dim in enumerate(shape))
    return out


def build_along(name: str, function: LanguageFunction, nodes: list[Node], options: Options) -> Node:
    """The expression of such a call."""
    shape = nodes[0].shape if nodes else ()
    if name in _AXES_OF_THEIR_OWN:
        return function.build(nodes, options)
    if not shape or not ({"axis", "keepdims"} & options.keys()):
        return function.build(nodes, _plain(options, _one(options)))
    axes = axes_of(len(shape), options)
    if axes is None or (len(axes) == len(shape) > 1 and name in _ONE_BY_ONE):
        out = function.build(nodes, _plain(options, None))
    elif len(axes) > 1 and name in _SPREADS:
        out = _spread_over(nodes[0], axes, int(options.get("ddof", 0)))
        out = sqrt(out) if name == "std" else out
    else:
        out = nodes[0]
        for axis in axes:
            # of a matrix with one row or column a vector is left, whose axis is the first
            out = function.build([out, *nodes[1:]], _plain(options, min(axis, max(len(out.shape), 1) - 1)))
    if options.get("keepdims"):
        gone = range(len(shape)) if axes is None else axes
        return reshape(out, tuple(1 if axis in gone else dim for axis, dim in enumerate(shape)))
    return out


def _spread_over(node: Node, axes: tuple[int, ...], ddof: int) -> Node:
    """The variance along several axes: the mean square of the distances from the mean."""
    kept = tuple(1 if axis in axes else dim for axis, dim in enumerate(node.shape))
    centre = node
    for axis in axes:
        centre = mean(centre, axis)
    squares = power(sub(*broadcast(node, reshape(centre, kept))), num(2))
    if not ddof:
        for axis in axes:
            squares = mean(squares, axis)
        return squares
    for axis in axes:
        squares = sum_axis(squares, axis)
    count = mul(*(size(node.shape[axis]) for axis in axes))
    return mul(squares, power(add(count, num(-ddof)), num(-1)))


def _one(options: Options) -> int | None:
    axis = options.get("axis")
    return axis if isinstance(axis, int) else 0 if isinstance(axis, tuple) else None


def _plain(options: Options, axis: int | None) -> Options:
    """The options without `keepdims`, and with one axis or none."""
    out = {key: value for key, value in options.items() if key not in ("axis", "keepdims")}
    return out if axis is None else {**out, "axis": axis}


# --------------------------------------------------------------------- broadcasting


def joined(a: OpenShape, b: OpenShape) -> OpenShape | None:
    """The joint shape of two arrays, an axis of size 1 going with any; None where they do not fit.

    Vectors are columns; arrays of rank 3 and more go with arrays of their rank.
    """
    a, b = settle(a), settle(b)
    if not a or not b:
        return a or b
    rank = max(len(a), len(b))
    if rank > 2 and len(a) != len(b):
        return None
    first, second = ((*shape, *((1,) * (rank - len(shape)))) for shape in (a, b))
    if not all(_fits(p, q) for p, q in zip(first, second, strict=True)):
        return None
    return settle(tuple(_wider(p, q) for p, q in zip(first, second, strict=True)))


def _fits(a: OpenDim, b: OpenDim) -> bool:
    a, b = find(a), find(b)
    return a == 1 or b == 1 or unify(a, b)


def _wider(a: OpenDim, b: OpenDim) -> OpenDim:
    a, b = find(a), find(b)
    return b if a == 1 else a


def joint_open(shapes: list[OpenShape], what: str) -> OpenShape:
    """The joint shape of several.  Raises Misfit."""
    out: OpenShape = ()
    for shape in shapes:
        wider = joined(out, shape)
        if wider is None:
            message = f"{what} takes arrays of one shape, and these are {show_open(out)} and {show_open(shape)}"
            raise Misfit("E301", message)
        out = wider
    return settle(out)


__all__ = ["axes_of", "build_along", "joined", "joint_open", "shape_along"]
