"""The largest and the least entry, products and variances of small arrays."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from gradcli.evaluate.array import Array, Scalar, as_matrix
from gradcli.evaluate.errors import OnKink, Undefined
from gradcli.evaluate.point import Evaluation as Point
from gradcli.evaluate.point import Operation
from gradcli.expr.node import Node, axis_of, payload
from gradcli.expr.statistics import EXTREMES
from gradcli.expr.walk import postorder
from gradcli.ops.payload import Along

Line = list[Scalar]


def lines(a: Array, axis: int | None) -> list[Line]:
    """The vectors that an operation over an axis works on: those along it, those of later axes faster."""
    if axis is None:
        return [a.flat]
    shape = a.shape if len(a.shape) > 2 else as_matrix(a)
    step, length = prod(shape[axis + 1 :]), shape[axis]
    starts = (first + place for first in range(0, len(a.flat), step * length) for place in range(step))
    return [a.flat[start : start + step * length : step] for start in starts]


def from_lines(found: list[Line], shape: tuple[int, ...], axis: int) -> Array:
    """The array whose vectors along an axis these are."""
    step = prod(shape[axis + 1 :])
    flat: Line = []
    for start in range(0, len(found), step):
        for entries in zip(*found[start : start + step], strict=True):
            flat += entries
    return Array(shape, flat)


def _over(compute: Callable[[Point, Node, Line], Scalar]) -> Operation:
    """A reduction; undefined where an entry is."""

    def operation(point: Point, node: Node, args: list[Array]) -> Array:
        return Array(
            point.shape(node),
            [
                point.guarded(lambda *line: compute(point, node, list(line)), *line)
                for line in lines(args[0], axis_of(node))
            ],
        )

    return operation


def _variance(point: Point, node: Node, line: Line) -> Scalar:
    ddof = payload(node, Along).ddof
    field, n = point.field, len(line)
    if n == ddof:
        return Undefined("division by zero")
    mean = field.total(line) / field.number(n)
    value = field.total([(x - mean) * (x - mean) for x in line]) / field.number(n - ddof)
    return field.function("sqrt", value) if node.op == "std" else value


REDUCTIONS: dict[str, Operation] = {
    "largest": _over(lambda point, node, line: max(line)),
    "smallest": _over(lambda point, node, line: min(line)),
    "prod": _over(lambda point, node, line: prod(line)),
    "variance": _over(_variance),
    "std": _over(_variance),
}


def attains(point: Point, node: Node, args: list[Array]) -> Array:
    """1 where an entry is the extreme one of its line.

    Raises OnKink where two are, if that may be by chance.
    """
    entries, extremes = args
    spread = extremes.flat if extremes.shape else extremes.flat * len(entries.flat)
    field = point.field
    out: Line = []
    for x, y in zip(entries.flat, spread, strict=True):
        out.append(point.guarded(lambda x, y: field.one if x == y else field.zero, x, y))
    if point.strict_kinks and node.serial in point.moving:
        for line, values in zip(_lines_of(entries, node), _lines_of(Array(entries.shape, out), node), strict=True):
            if len(line) > 1 and sum(not isinstance(value, Undefined) and bool(value == 1) for value in values) > 1:
                raise OnKink("two entries that are extreme")
    return Array(entries.shape, out)


def _lines_of(a: Array, node: Node) -> list[Line]:
    """The lines each of which has its own extreme."""
    if not node.args[1].shape:
        return [a.flat]
    found = next((part for part in postorder(node.args[1]) if part.op in EXTREMES), None)
    axis = found.data if found is not None and isinstance(found.data, int) else None
    return lines(a, axis) if axis is not None and len(a.shape) > 1 else [[x] for x in a.flat]


def holds_extreme(node: Node) -> bool:
    """Whether a largest or least entry stands in an expression: it may be equal to another number not by chance."""
    return any(part.op in EXTREMES for part in postorder(node))
