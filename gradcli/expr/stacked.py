"""Stacks of square matrices: inverses, determinants, Cholesky factors and traces over the last two axes."""

from __future__ import annotations

from gradcli.expr.arith import ones
from gradcli.expr.batched import last_two_turned
from gradcli.expr.contraction import contract
from gradcli.expr.linear import eye
from gradcli.expr.node import Node, make
from gradcli.expr.reduce import triangle
from gradcli.expr.shapes import ShapeError, show_shape


def _square(node: Node, what: str) -> None:
    if len(node.shape) < 3 or node.shape[-1] != node.shape[-2]:
        raise ShapeError(f"{what} of {show_shape(node.shape)}")


def inverses(node: Node) -> Node:
    """The inverse of each matrix.  Raises ShapeError."""
    _square(node, "inv")
    if node.op == "inverses":
        return node.args[0]
    turned = last_two_turned(node)
    if node.op == "einsum" and turned.op != "einsum":
        return last_two_turned(make("inverses", (turned,), shape=node.shape))
    return make("inverses", (node,), shape=node.shape)


def of_each(op: str, node: Node) -> Node:
    """`determinants` or `logdets` (log |det A|) of each matrix.  Raises ShapeError."""
    _square(node, op)
    turned = last_two_turned(node)
    if node.op == "einsum" and turned.op != "einsum":
        node = turned
    return make(op, (node,), shape=node.shape[:-2])


def cholesky_factors(node: Node) -> Node:
    """The lower factor of the symmetric part of each matrix.  Raises ShapeError."""
    _square(node, "chol")
    return make("cholesky_factors", (node,), shape=node.shape)


def traces(node: Node) -> Node:
    """The trace of each matrix.  Raises ShapeError."""
    _square(node, "tr")
    letters = tuple(range(len(node.shape)))
    dims = dict(enumerate(node.shape))
    return contract([(node, letters), (eye(node.shape[-1]), letters[-2:])], letters[:-2], dims)


def triangles(op: str, node: Node, k: int) -> Node:
    """`tril` or `triu` of each matrix."""
    letters = tuple(range(len(node.shape)))
    mask = triangle(op, ones(node.shape[-2:]), k)
    return contract([(node, letters), (mask, letters[-2:])], letters, dict(enumerate(node.shape)))
