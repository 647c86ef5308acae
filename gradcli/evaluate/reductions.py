"""The largest and the least entry, products and variances of small arrays."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import cast

from gradcli.evaluate.array import Array, Scalar, as_matrix
from gradcli.evaluate.errors import Undefined
from gradcli.evaluate.point import Evaluation as Point
from gradcli.evaluate.point import Operation
from gradcli.expr.arith import add, is_zero, mul, split_number, sub
from gradcli.expr.node import Node, num
from gradcli.expr.statistics import EXTREMES

Line = list[Scalar]


def lines(a: Array, axis: int | None) -> list[Line]:
    """The vectors that an operation over an axis works on: those along it, in order of the others."""
    if axis is None:
        return [a.flat]
    m, n = as_matrix(a)
    if axis == 1:
        return [a.flat[i * n : (i + 1) * n] for i in range(m)]
    return [a.flat[j::n] for j in range(n)]


def _over(compute: Callable[[Point, Node, Line], Scalar]) -> Operation:
    """A reduction; undefined where an entry is."""

    def operation(point: Point, node: Node, args: list[Array]) -> Array:
        axis = node.data[0] if isinstance(node.data, tuple) else node.data
        return Array(
            point.shape(node),
            [
                point.guarded(lambda *line: compute(point, node, list(line)), *line)
                for line in lines(args[0], cast("int | None", axis))
            ],
        )

    return operation


def _variance(point: Point, node: Node, line: Line) -> Scalar:
    _, ddof = cast("tuple[int | None, int]", node.data)
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


def attained(a: Node, b: Node) -> Node | None:
    """The largest or least entry, where a comparison asks which entries attain it: equal there, and not by chance."""
    gap = sub(a, b)
    for term in gap.args if gap.op == "add" else ():
        number, rest = split_number(term)
        found = _extreme_of(rest)
        if found is None:
            continue
        extreme, array = found
        if is_zero(add(gap, mul(num(-number), rest), mul(num(number), array))):
            return extreme
    return None


def _extreme_of(node: Node) -> tuple[Node, Node] | None:
    """An extreme, or one repeated along an axis, and the array it is of; else None."""
    for part in node.args if node.op == "matmul" else (node,):
        inner = part.args[0] if part.op == "T" else part
        if inner.op in EXTREMES and (inner is node or len(node.shape) == 2):
            return inner, inner.args[0]
    return None
