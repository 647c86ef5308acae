"""Passes over expressions: iterative, each different subexpression once."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator

from gradcli.expr.node import Node


def postorder(roots: Node | Iterable[Node]) -> list[Node]:
    """All different subexpressions, arguments before what uses them."""
    todo: list[Node | None] = [roots] if isinstance(roots, Node) else list(roots)
    todo.reverse()
    seen: set[Node] = set()
    out: list[Node] = []
    entered: list[Node] = []  # whose arguments are being passed; None in `todo` says that those of the last are done
    while todo:
        node = todo.pop()
        if node is None:
            out.append(entered.pop())
        elif node not in seen:
            seen.add(node)
            if node.args:
                entered.append(node)
                todo.append(None)
                todo.extend(node.args[::-1])
            else:
                out.append(node)
    return out


def leaves(root: Node, op: str = "var") -> Iterator[Node]:
    """The different leaves of one kind in an expression, in order of first use."""
    return (node for node in postorder(root) if node.op == op)


def transform(roots: list[Node], visit: Callable[[Node, tuple[Node, ...]], Node]) -> list[Node]:
    """Rebuild expressions bottom up: `visit(node, new_args)` gives what replaces each node."""
    memo: dict[Node, Node] = {}
    for node in postorder(roots):
        memo[node] = visit(node, tuple([memo[arg] for arg in node.args]))
    return [memo[root] for root in roots]


def tree_size(node: Node, named: Container[Node] = ()) -> int:
    """How many operations the expression is when written out, shared parts counted each time they stand.

    Named nodes count once.  Costs the number of different subexpressions; the size may be astronomical.
    """
    sizes: dict[int, int] = {}
    for part in postorder(node):
        sizes[part.serial] = 1 if part in named else 1 + sum(sizes[arg.serial] for arg in part.args)
    return sizes[node.serial]
