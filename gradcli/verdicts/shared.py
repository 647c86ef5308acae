"""Parts that two sides have in common, as names: what holds of any value holds of theirs."""

from __future__ import annotations

from gradcli.expr.node import Node, make
from gradcli.expr.replace import replace
from gradcli.expr.walk import postorder


def with_shared_named(left: Node, right: Node) -> list[Node]:
    """The sides with each largest expression that stands in both put as a name of its own."""
    common = {node for node in postorder(left) if node.args} & set(postorder(right))
    largest = [*_outermost(left, common), *_outermost(right, common)]
    table = {node: make("var", data=(f"shared {node.serial}", ()), shape=node.shape) for node in largest}
    return replace([left, right], table) if table else [left, right]


def _outermost(root: Node, among: set[Node]) -> list[Node]:
    """The expressions of a set that are reached from a root without passing through another of them."""
    found: list[Node] = []
    seen: set[int] = set()
    todo = [root]
    while todo:
        node = todo.pop()
        if node.serial in seen:
            continue
        seen.add(node.serial)
        if node in among:
            found.append(node)
        else:
            todo.extend(reversed(node.args))
    return found
