"""Passes over expressions: iterative, each different subexpression once."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator

from gradcli.expr.node import Node


def postorder(roots: Node | Iterable[Node]) -> list[Node]:
    """All different subexpressions, arguments before what uses them."""
    todo = [roots] if isinstance(roots, Node) else list(roots)
    todo.reverse()
    seen: set[int] = set()
    out: list[Node] = []
    while todo:
        node = todo[-1]
        if node.serial in seen:
            todo.pop()
            continue
        waiting = [arg for arg in node.args if arg.serial not in seen]
        if waiting:
            todo.extend(reversed(waiting))
        else:
            todo.pop()
            seen.add(node.serial)
            out.append(node)
    return out


def leaves(root: Node, op: str = "var") -> Iterator[Node]:
    """The different leaves of one kind in an expression, in order of first use."""
    return (node for node in postorder(root) if node.op == op)


def transform(roots: list[Node], visit: Callable[[Node, tuple[Node, ...]], Node]) -> list[Node]:
    """Rebuild expressions bottom up: `visit(node, new_args)` gives what replaces each node."""
    memo: dict[int, Node] = {}
    for node in postorder(roots):
        memo[node.serial] = visit(node, tuple(memo[arg.serial] for arg in node.args))
    return [memo[root.serial] for root in roots]


def tree_size(node: Node, named: Container[Node] = ()) -> int:
    """How many operations the expression is when written out, shared parts counted each time they stand.

    Named nodes count once.  Costs the number of different subexpressions; the size may be astronomical.
    """
    sizes: dict[int, int] = {}
    for part in postorder(node):
        sizes[part.serial] = 1 if part in named else 1 + sum(sizes[arg.serial] for arg in part.args)
    return sizes[node.serial]
