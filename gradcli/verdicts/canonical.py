"""A name for expressions that does not depend on how they were written: what random choices are settled by.

Brackets, spaces, the order of sums and products and which side stands on the left make no difference.
"""

from __future__ import annotations

from collections.abc import Iterable

from gradcli.expr.implicit import equation_of
from gradcli.expr.node import COMMUTATIVE, Node, name_of
from gradcli.normal.poly import digest


def canonical(roots: Iterable[Node]) -> str:
    """The name of a set of expressions, the same in every process."""
    return digest(" ".join(sorted(digests(roots).values())))


def digests(roots: Iterable[Node]) -> dict[Node, str]:
    """A name for each of some expressions."""
    listed = list(roots)
    todo = list(listed)
    while todo:
        node = todo[-1]
        waiting = [] if node.digest is not None else [arg for arg in node.args if arg.digest is None]
        if waiting:
            todo += waiting
            continue
        todo.pop()
        if node.digest is None:
            parts = [arg.digest for arg in node.args if arg.digest is not None]
            if node.op in COMMUTATIVE:
                parts.sort()
            node.digest = digest("|".join([node.op, _payload(node), repr(node.shape), *parts]))
    return {root: root.digest for root in listed if root.digest is not None}


def _payload(node: Node) -> str:
    if node.op == "implicit":
        unknown, names, residual = equation_of(node)
        return f"{name_of(unknown)} {[name_of(name) for name in names]} {canonical([residual])}"
    return repr(node.data)
