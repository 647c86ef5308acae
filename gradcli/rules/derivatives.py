"""Derivatives of scalar functions: of the language by their rules, of a program by their bodies."""

from __future__ import annotations

from gradcli.expr.node import Node
from gradcli.rules.pullback import ENGINE, gradient
from gradcli.rules.scalar import written_at


def differentiate(body: Node, param: Node) -> Node:
    """The derivative of a scalar expression by its parameter, both of shape ()."""
    return gradient(body, param)


def derivative_at(name: str, order: int, arg: Node) -> Node:
    """The derivative of a scalar function at `arg`: a formula where a rule gives one, else `g'(arg)`."""
    return written_at(name, order, arg, ENGINE)
