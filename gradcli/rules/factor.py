"""The rules of factorisations: what a component adds to the gradient of the matrix."""

from __future__ import annotations

from gradcli.expr.arith import zeros
from gradcli.expr.factor import parts_of, siblings
from gradcli.expr.node import Node
from gradcli.rules.fill import fill
from gradcli.rules.load import all_rules


def component_gradient(node: Node, grad: Node) -> tuple[Node, str]:
    """The gradient of the matrix that `node` is a component of, and the rule: the joint rule, others held at zero.

    `grad` is that of the component; a rule is linear in the gradients of the components.
    """
    kind, part = parts_of(node)
    rule = all_rules()[kind]
    ((operand, formula),) = rule.gradients.items()
    values = {operand: node.args[0]}
    for name, sibling in siblings(node).items():
        values[name] = sibling
        values[f"grad_{name}"] = grad if name == part else zeros(sibling.shape)
    for name, text in rule.where.items():
        values[name] = fill(text, values)
    return fill(formula, values), kind
