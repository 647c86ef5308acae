"""Derivatives of scalar functions given by an expression over their parameter."""

from __future__ import annotations

from gradcli.expr.node import Node
from gradcli.rules.pullback import gradient


def differentiate(body: Node, param: Node) -> Node:
    """The derivative of a scalar expression by its parameter, both of shape ()."""
    return gradient(body, param)
