"""A rule's text, applied to the operands of a node."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from gradcli.expr import linear
from gradcli.expr.node import Node, make
from gradcli.expr.replace import replace
from gradcli.rules.engine import Engine
from gradcli.rules.fill import fill
from gradcli.rules.load import Rule, all_rules

Contributions = Iterator[tuple[int, Node, str]]
"""`(position of the operand, what is added to its gradient, rule)`."""
Gradients = Callable[[Node, Node, set[int], Engine], Contributions]
"""From a node, its gradient and the positions that are wanted."""


def by_rule(name: str, node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    """A rule as it stands, its operands being those of the node."""
    rule = all_rules()[name]
    operands = rule.operands
    values = dict(zip(operands, node.args, strict=False))
    for name_of_value in ("y", "Y", rule.value):
        values |= {name_of_value: node, f"grad_{name_of_value}": grad}
    integers = dict(zip(operands[len(node.args) :], _integers(node), strict=False))
    for position in sorted(wanted):
        operand = operands[position]
        if operand in rule.gradients:
            yield position, filled(rule, rule.gradients[operand], values, integers), name
        elif rule.rewrite is not None:
            yield position, _by_rewriting(rule.rewrite, node.args[position], operand, values, grad, engine), name


def filled(rule: Rule, formula: str, values: dict[str, Node], integers: dict[str, int] | None = None) -> Node:
    """A formula of a rule with the parts that the rule gives names to."""
    values = dict(values)
    for name, text in rule.where.items():
        values[name] = fill(text, values)
    return fill(formula, values, integers=integers)


def product(factors: tuple[Node, ...], grad: Node, wanted: set[int]) -> Contributions:
    """The product rule, binary, at each wanted factor of a chain: `(before @ factor) @ after`."""
    formulas = all_rules()["product"].gradients
    for i in sorted(wanted):
        value = grad
        if i + 1 < len(factors):
            after = linear.matmul(*factors[i + 1 :])
            value = fill(formulas["A"], {"A": factors[i], "B": after, "grad_Y": value})
        if i:
            before = linear.matmul(*factors[:i])
            value = fill(formulas["B"], {"A": before, "B": factors[i], "grad_Y": value})
        yield i, value, "product"


def _by_rewriting(text: str, arg: Node, operand: str, values: dict[str, Node], grad: Node, engine: Engine) -> Node:
    """By the rules of an equal expression; the operand stands apart there, since it may be simpler than a name."""
    apart = make("var", data=("_operand", ()), shape=arg.shape)
    equal = fill(text, {**values, operand: apart})
    return replace([engine.gradient(equal, apart, grad)], {apart: arg})[0]


def _integers(node: Node) -> tuple[int, ...]:
    """The integers that a node holds: a power, a diagonal, the place of an entry."""
    if isinstance(node.data, int):
        return (node.data,)
    return tuple(node.data) if node.op == "entry" and isinstance(node.data, tuple) else ()
