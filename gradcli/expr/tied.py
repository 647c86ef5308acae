"""Arrays of which two entries may be equal not by chance: a largest entry is then attained more than once.

`max(concat(x, x))`, `max(A + A.T)`, `max(X @ X.T)`: each entry that attains the maximum is the same function there, so
that the gradient goes to any of them, or to all in equal shares, and not to each in full.
"""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.expr.node import Node, has_attribute
from gradcli.expr.walk import postorder

_ALIKE = ("symmetric", "skew", "spd", "orthogonal", "constant")


def may_tie(array: Node, values: Mapping[Node, Node] | None = None) -> bool:
    """Whether a name stands more than once in an array, through arrays alone, is repeated, or has equal entries.

    `values` are those of defined names.
    """
    values = values or {}
    arrays = {array}
    uses: dict[Node, int] = {array: 1}
    for node in reversed(_ordered(array, values)):
        if node not in arrays:
            continue
        if node.op == "ones" and node is not array:
            return True  # rows or columns are repeated
        if node.op == "var" and node not in values:
            if uses[node] > 1 or (len(node.shape) == 2 and any(has_attribute(node, word) for word in _ALIKE)):
                return True
            continue
        for arg in (values[node],) if node in values else node.args:
            if arg.shape and arg.op not in ("largest", "smallest"):
                arrays.add(arg)
                uses[arg] = uses.get(arg, 0) + uses[node]
    return False


def _ordered(array: Node, values: Mapping[Node, Node]) -> list[Node]:
    """All that an array is made of, each after what it is made of."""
    order = postorder([array])
    done: dict[Node, None] = {}
    todo = [(array, False)]
    if not any(node in values for node in order):
        return order
    while todo:
        node, ready = todo.pop()
        if ready:
            done.setdefault(node)
        elif node not in done:
            todo.append((node, True))
            todo += [(arg, False) for arg in ((values[node],) if node in values else node.args)]
    return list(done)
