"""The rules of operations that work along an axis, whichever it is."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.expr.arith import mul, power
from gradcli.expr.node import MINUS_ONE, Node, axis_of, num
from gradcli.expr.reduce import compare, sum_axis, total
from gradcli.expr.running import flip
from gradcli.expr.statistics import EXTREMES, spread
from gradcli.expr.tied import may_tie
from gradcli.rules.fill import fill
from gradcli.rules.load import all_rules

OPERATIONS = frozenset({"largest", "smallest", "prod", "variance", "std", "cumsum", "cumprod", "flip", "roll"})


def gradients_along(node: Node, grad: Node) -> Iterator[tuple[int, Node, str]]:
    """What is added to the gradient of the array, by the rule that is called like the operation."""
    axis, extra = _axis_and_extra(node)
    (operand, formula), *_ = all_rules()[node.op].gradients.items()
    values = {operand: node.args[0], "y": node, "grad_y": grad}
    if extra is not None:
        values["ddof" if node.op in ("variance", "std") else "k"] = num(extra)
    if node.op == "cumsum" and extra:  # backwards: the rule at both ends turned round
        values["grad_y"] = flip(grad, axis)
        yield 0, flip(fill(formula, values, axis=axis), axis), node.op
        return
    found = fill(formula, values, axis=axis)
    if node.op in EXTREMES and may_tie(node.args[0]):
        found = _shared(found, node, axis)
    yield 0, found, node.op


def _shared(found: Node, node: Node, axis: int | None) -> Node:
    """The gradient in equal shares, where several entries attain the extreme one not by chance."""
    array = node.args[0]
    sides = spread(node, array.shape, axis), array
    attained = compare("<=", *(sides if node.op == "largest" else sides[::-1]))
    times = total(attained) if axis is None or len(array.shape) < 2 else sum_axis(attained, axis)
    return mul(found, power(spread(times, array.shape, axis), MINUS_ONE))


def _axis_and_extra(node: Node) -> tuple[int | None, int | None]:
    """The axis of an operation, and the number that it has beside it."""
    if not isinstance(node.data, tuple):
        return axis_of(node), None
    axis, extra = node.data[::-1] if node.op == "roll" else node.data
    return axis, int(extra)
