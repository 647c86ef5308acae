"""Operations that have a rule and a name of their own, in others: what they are by definition."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.expr import entrywise, rotation, running
from gradcli.expr.arith import neg
from gradcli.expr.linear import matmul
from gradcli.expr.node import Node, payload
from gradcli.expr.statistics import variance_written_out
from gradcli.ops.operations import OPERATIONS
from gradcli.ops.passes import Pass
from gradcli.ops.payload import Along


def _variance(node: Node) -> Node:
    axis, ddof = payload(node, Along)
    return variance_written_out(node.op, node.args[0], axis, ddof)


def _linear(node: Node) -> Node | None:
    return None if running.is_permutation(node) else running.as_product(node)


_DEFINITIONS: dict[str, Callable[[Node], Node | None]] = {
    "variance": _variance,
    "std": _variance,
    "cross": rotation.written_out,
    "skew": rotation.written_out,
    **dict.fromkeys(running.LINEAR, _linear),
    **dict.fromkeys(entrywise.DEFINITIONS, lambda node: entrywise.DEFINITIONS[node.op](*node.args)),
}
DEFINITIONS = Pass("definition", _DEFINITIONS)
"""What a pass that has no entry for one of these goes by."""


def written_out(node: Node) -> Node | None:
    """An equal expression in other operations, where the operation has a definition; else None."""
    definition = DEFINITIONS.get(node.op)
    return None if definition is None else definition(node)


def linear_form(node: Node, depends: Callable[[Node], bool]) -> Node | None:
    """A linear operation in products and sums, a cross product by the skew matrix of what it is linear with; else None.

    `depends` says of an argument whether it holds what the operation is read as linear in.
    """
    if node.op == "cross" and depends(node.args[0]) != depends(node.args[1]):
        a, b = node.args
        return matmul(rotation.skew(a), b) if depends(b) else neg(matmul(rotation.skew(b), a))
    return written_out(node) if OPERATIONS[node.op].linear == (0,) else None
