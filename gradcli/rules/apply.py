"""Applying rules: from the gradient of a value to those of its operands."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.expr import arith, linear, reduce
from gradcli.expr.node import Node
from gradcli.rules.engine import Engine
from gradcli.rules.gradients import GRADIENTS
from gradcli.rules.missing import NoRule

Contribution = tuple[int, Node, str]


def operand_gradients(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Iterator[Contribution]:
    """For each wanted operand (by position): what `node` adds to its gradient, and by which rule.

    Shapes: `grad` has the shape of `node`, each gradient that of its operand.  Raises NoRule.
    """
    if node.op not in GRADIENTS:
        raise NoRule("E402", f"There is no rule for the derivative of {node.op} yet.")
    for position, value, rule in GRADIENTS[node.op](node, grad, wanted, engine):
        yield position, fit(value, node.args[position]), rule


def fit(value: Node, operand: Node) -> Node:
    """A gradient in the shape of its operand: a scalar that went with an array sums over the entries."""
    if value.shape == operand.shape:
        return value
    if operand.shape:
        return arith.mul(value, arith.ones(operand.shape))
    scalars, rest = linear.split_scalars(value)
    if rest.op == "mul" and len(rest.shape) == 1:
        return arith.mul(*scalars, linear.matmul(linear.transpose(arith.mul(*rest.args[1:])), rest.args[0]))
    return reduce.total(value)
