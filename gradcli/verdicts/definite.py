"""Matrices that are known to be positive definite, or without negative eigenvalues, by what they are made of."""

from __future__ import annotations

from gradcli.expr.arith import split_number
from gradcli.expr.linear import transpose
from gradcli.expr.node import Node, has_attribute, value_of

_DEEPEST = 8  # how far into an expression is looked


def is_definite(node: Node, depth: int = _DEEPEST) -> bool:
    """Whether a matrix is known to be positive definite."""
    if not depth:
        return False
    if node.op in ("inv", "T"):
        return is_definite(node.args[0], depth - 1)
    if node.op == "add":
        whole = all(is_semidefinite(arg, depth - 1) for arg in node.args)
        return whole and any(is_definite(arg, depth - 1) for arg in node.args)
    if node.op == "mul":
        return _is_scaled(node, depth, strictly=True)
    return node.op == "eye" or has_attribute(node, "spd")


def is_semidefinite(node: Node, depth: int = _DEEPEST) -> bool:
    """Whether a matrix is known to be symmetric without negative eigenvalues: also `A.T @ A` and `A.T @ S @ A`."""
    if not depth:
        return False
    if node.op == "matmul" and len(node.shape) == 2:
        return is_form(node, depth - 1)
    return (node.op == "mul" and _is_scaled(node, depth, strictly=False)) or is_definite(node, depth)


def is_form(node: Node, depth: int = _DEEPEST) -> bool:
    """Whether a product is `x.T @ x` or `x.T @ S @ x`, S positive definite."""
    first, *middle, last = node.args
    return transpose(first) is last and len(middle) < 2 and all(is_definite(part, depth) for part in middle)


def is_product_of_definite(node: Node) -> bool:
    """Whether a product is that of two positive definite matrices: its eigenvalues are positive."""
    return len(node.args) == 2 and all(is_definite(part) for part in node.args)


def is_turned_unit(node: Node) -> bool:
    """Whether this is I + Q or I - Q, Q orthogonal: other eigenvalues than 0 and 2 come in conjugate pairs."""
    if node.op != "add" or len(node.args) != 2 or not any(arg.op == "eye" for arg in node.args):
        return False
    other = next((arg for arg in node.args if arg.op != "eye"), node)
    share, part = split_number(other)
    return abs(share) == 1 and has_attribute(part, "orthogonal")


def _is_scaled(node: Node, depth: int, strictly: bool) -> bool:
    """Whether a product is such a matrix and a number that is positive, or not negative."""
    matrices = [arg for arg in node.args if arg.shape]
    if len(matrices) != 1:
        return False
    for scale in node.args:
        if scale.shape or has_attribute(scale, "positive") or scale.op == "dim":
            continue
        value = value_of(scale)
        if value is None or value < 0 or (strictly and value == 0):
            return False
    return (is_definite if strictly else is_semidefinite)(matrices[0], depth - 1)
