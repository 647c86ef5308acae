"""A value that an equation settles: `implicit x : A @ x == b`.

The node's arguments are the names that the equation uses beside the unknown, so that whoever walks an expression
finds what the value depends on.  `data` is the unknown, those names, and the residual left - right over them: it
stays as it was written when the arguments are replaced.
"""

from __future__ import annotations

from gradcli.expr.node import Node, make
from gradcli.expr.walk import postorder
from gradcli.ops.operation import ALL, EACH
from gradcli.ops.operations import OPERATIONS


def implicit(unknown: Node, residual: Node) -> Node:
    """The value of a `var` at which the residual is zero."""
    parameters = tuple(
        leaf for leaf in postorder(residual) if leaf.op in ("var", "cotangent", "param") and leaf is not unknown
    )
    return make("implicit", parameters, data=(unknown, parameters, residual), shape=unknown.shape)


def equation_of(node: Node) -> tuple[Node, tuple[Node, ...], Node]:
    """`(unknown, parameters, residual)` as written; the arguments stand for the parameters."""
    assert node.op == "implicit" and isinstance(node.data, tuple)
    unknown, parameters, residual = node.data
    return unknown, parameters, residual


def is_affine(residual: Node, unknown: Node) -> bool:
    """Whether an expression is linear in a name, but for what does not depend on it, as far as its operations say."""
    moving: set[Node] = {unknown}
    for node in postorder(residual):
        places = [k for k, arg in enumerate(node.args) if arg in moving]
        if not places:
            continue
        moving.add(node)
        linear = OPERATIONS[node.op].linear
        fits = len(places) == 1 if linear == EACH else linear == ALL or all(k in linear for k in places)
        if not fits:
            return False
    return True
