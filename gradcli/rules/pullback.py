"""Reverse mode inside one expression: from the gradient of its value to the gradients of some of its parts."""

from __future__ import annotations

from collections.abc import Callable, Collection

from gradcli.expr import arith
from gradcli.expr.node import ONE, Node
from gradcli.expr.walk import postorder
from gradcli.rules.apply import operand_gradients
from gradcli.rules.record import Application

Record = Callable[[Application], object]


def pullback(value: Node, grad: Node, targets: Collection[Node], record: Record | None = None) -> dict[Node, Node]:
    """The gradient of each target that `value` depends on, `grad` being that of `value`.

    Each application of a rule is told to `record`, in order.  Costs one pass over the expression.  Raises NoRule.
    """
    order = postorder(value)
    wanted = set(targets)
    depends = set(wanted)
    for node in order:
        if node not in depends and any(arg in depends for arg in node.args):
            depends.add(node)
    parts: dict[Node, list[Node]] = {value: [grad]}
    found: dict[Node, Node] = {}
    for node in reversed(order):
        if node not in depends or node not in parts:
            continue
        total = arith.add(*reversed(parts.pop(node)))  # in the order in which the parts stand
        if node in wanted:
            found[node] = total
            continue
        if arith.is_zero(total):
            continue
        active = {i for i, arg in enumerate(node.args) if arg in depends}
        for position, contribution, rule in operand_gradients(node, total, active, ENGINE):
            if record is not None:
                record(Application(node, position, rule, total, contribution))
            parts.setdefault(node.args[position], []).append(contribution)
    return found


def gradient(value: Node, target: Node, grad: Node = ONE) -> Node:
    """The gradient of one target, zero where `value` does not depend on it."""
    return pullback(value, grad, (target,)).get(target) or arith.zeros(target.shape)


class _Engine:
    """Reverse mode, for the rules that need it themselves."""

    def pullback(self, value: Node, grad: Node, targets: Collection[Node]) -> dict[Node, Node]:
        return pullback(value, grad, targets)

    def gradient(self, value: Node, target: Node, grad: Node) -> Node:
        return gradient(value, target, grad)


ENGINE = _Engine()
