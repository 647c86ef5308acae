"""Running sums and products, flips and rolls of small arrays."""

from __future__ import annotations

from collections.abc import Callable
from itertools import accumulate
from operator import mul

from gradcli.evaluate.array import Array
from gradcli.evaluate.point import Evaluation as Point
from gradcli.evaluate.point import Operation
from gradcli.evaluate.reductions import Line, from_lines, lines
from gradcli.expr.node import Node, axis_of, payload
from gradcli.ops.payload import Places, Running


def _each_line(compute: Callable[[Point, Node, Line], Line]) -> Operation:
    def operation(point: Point, node: Node, args: list[Array]) -> Array:
        axis = axis_of(node)
        shape = args[0].shape
        found = [compute(point, node, line) for line in lines(args[0], axis)]
        if axis is None:
            return Array(shape, found[0])
        return from_lines(found, shape, axis)

    return operation


def _sums(point: Point, node: Node, line: Line) -> Line:
    backwards = payload(node, Running).backwards
    total = point.field.total
    if backwards:
        return [total(line[i:]) for i in range(len(line))]
    return [total(line[: i + 1]) for i in range(len(line))]


def _rolled(point: Point, node: Node, line: Line) -> Line:
    shift = payload(node, Places).shift
    start = -shift % len(line)
    return line[start:] + line[:start]


RUNNING: dict[str, Operation] = {
    "cumsum": _each_line(_sums),
    "cumprod": _each_line(lambda point, node, line: list(accumulate(line, mul))),
    "flip": _each_line(lambda point, node, line: line[::-1]),
    "roll": _each_line(_rolled),
}
