"""Derivatives of scalar functions given by an expression over their parameter."""

from __future__ import annotations

from gradcli.expr.arith import add, mul
from gradcli.expr.node import ONE, Node, value_of
from gradcli.expr.ops import rebuild
from gradcli.expr.walk import transform
from gradcli.rules.pullback import gradient

_MOST_TERMS = 200


def differentiate(body: Node, param: Node) -> Node:
    """The derivative of a scalar expression by its parameter, both of shape ()."""
    return gradient(body, param)


def multiplied_out(body: Node) -> Node:
    """A scalar expression without brackets, like terms collected: derivatives of high order stay polynomials."""
    return transform([body], lambda node, args: _opened(rebuild(node, args)))[0]


def _opened(node: Node) -> Node:
    if node.op == "add":
        return add(*(_opened(term) if term.op == "mul" else term for term in node.args))
    if node.op not in ("mul", "pow"):
        return node
    terms: list[Node] = [ONE]
    for factor in node.args if node.op == "mul" else (node,):
        for part in _repeated(factor):
            terms = [mul(term, item) for term in terms for item in (part.args if part.op == "add" else (part,))]
            if len(terms) > _MOST_TERMS:
                return node
            total = add(*terms)
            terms = list(total.args) if total.op == "add" else [total]
    return add(*terms)


def _repeated(factor: Node) -> list[Node]:
    """A power of a sum as that many sums."""
    if factor.op == "pow" and factor.args[0].op == "add":
        power = value_of(factor.args[1])
        if power is not None and power.denominator == 1 and 0 < power <= 12:
            return [factor.args[0]] * int(power)
    return [factor]
