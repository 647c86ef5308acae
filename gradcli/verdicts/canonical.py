"""A name for expressions that does not depend on how they were written: what random choices are settled by.

Brackets, spaces, the order of sums and products and which side stands on the left make no difference.
"""

from __future__ import annotations

from collections.abc import Iterable

from gradcli.expr.implicit import equation_of
from gradcli.expr.node import COMMUTATIVE, Node, name_of
from gradcli.expr.walk import postorder
from gradcli.normal.poly import digest


def canonical(roots: Iterable[Node]) -> str:
    """The name of a set of expressions, the same in every process."""
    return digest(" ".join(sorted(digests(roots).values())))


def digests(roots: Iterable[Node]) -> dict[Node, str]:
    """A name for each of some expressions."""
    listed = list(roots)
    memo: dict[int, str] = {}
    for node in postorder(listed):
        parts = [memo[arg.serial] for arg in node.args]
        if node.op in COMMUTATIVE:
            parts.sort()
        memo[node.serial] = digest("|".join([node.op, _payload(node), repr(node.shape), *parts]))
    return {root: memo[root.serial] for root in listed}


def _payload(node: Node) -> str:
    if node.op == "implicit":
        unknown, names, residual = equation_of(node)
        return f"{name_of(unknown)} {[name_of(name) for name in names]} {canonical([residual])}"
    return repr(node.data)
