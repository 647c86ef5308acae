"""The rules of factorisations and of what is made by them: pinv, expm, the spectral and the nuclear norm."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.expr.arith import zeros
from gradcli.expr.factor import parts_of, siblings
from gradcli.expr.node import Node, make
from gradcli.expr.replace import replace
from gradcli.rules.fill import fill
from gradcli.rules.load import Rule, all_rules
from gradcli.rules.pullback import gradient


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
    return filled(rule, formula, values), kind


def filled(rule: Rule, formula: str, values: dict[str, Node]) -> Node:
    """A formula of a rule with the parts that the rule gives names to."""
    values = dict(values)
    for name, text in rule.where.items():
        values[name] = fill(text, values)
    return fill(formula, values)


def spectral_gradients(node: Node, grad: Node, wanted: set[int]) -> Iterator[tuple[int, Node, str]]:
    """For each wanted operand of a function of matrices as wholes: what is added to its gradient."""
    rule = all_rules()[node.op]
    letters = "ABC" if node.op == "sylvester" else "AE"
    values = dict(zip(letters, node.args, strict=False))
    values |= {name: node for name in ("y", "Y", "X")} | {f"grad_{name}": grad for name in ("y", "Y", "X")}
    for position in sorted(wanted):
        operand = letters[position]
        if operand in rule.gradients:
            yield position, filled(rule, rule.gradients[operand], values), node.op
            continue
        apart = make("var", data=("_operand", ()), shape=node.args[position].shape)  # the operands may be one node
        equal = fill(rule.rewrite or "", {**values, operand: apart})
        yield position, replace([gradient(equal, apart, grad)], {apart: node.args[position]})[0], node.op
