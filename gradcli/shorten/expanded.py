"""Sums multiplied out in full: what cancels, or joins, only when every bracket is open."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from gradcli.expr.arith import add, mul, split_number
from gradcli.expr.linear import matmul, transpose
from gradcli.expr.node import Node, value_of
from gradcli.expr.walk import postorder

_MOST_TERMS = 32
_MOST_NODES = 120
_OPEN = frozenset({"add", "mul", "matmul", "T", "pow"})


def multiplied_out(node: Node) -> Iterator[Node]:
    """A sum, or a transposed sum, without brackets that hold sums; nothing where it has none or gets too long."""
    inner = split_number(node)[1]
    inner = inner.args[0] if inner.op == "T" else inner
    if inner.op != "add":
        return
    terms = _terms(node)
    if terms is not None:
        whole = add(*terms)
        if whole is not node and whole.shape == node.shape:
            yield whole


def _terms(root: Node) -> tuple[Node, ...] | None:
    """The terms of an expression with all products of sums written out."""
    todo, order, seen = [root], [], {root}
    while todo:
        node = todo.pop()
        order.append(node)
        if node.op in _OPEN:
            fresh = [arg for arg in node.args if arg not in seen]
            seen.update(fresh)
            todo += fresh
    if len(order) > _MOST_NODES:
        return None
    found: dict[Node, tuple[Node, ...]] = {}
    for node in postorder(root):
        if node in seen:
            opened = _opened(node, found)
            if opened is None:
                return None
            found[node] = opened
    return found[root]


def _opened(node: Node, found: dict[Node, tuple[Node, ...]]) -> tuple[Node, ...] | None:
    if node.op == "add":
        terms = tuple(term for arg in node.args for term in found[arg])
        return terms if len(terms) <= _MOST_TERMS else None
    if node.op == "T" and all(term.shape == node.args[0].shape for term in found[node.args[0]]):
        return tuple(transpose(term) for term in found[node.args[0]])
    if node.op in ("mul", "matmul"):
        parts = [found[arg] if _whole(arg, found, node.op) else (arg,) for arg in node.args]
        return _products(node, parts)
    if node.op == "pow" and value_of(node.args[1]) == 2 and len(found[node.args[0]]) > 1:
        return _products(node, [found[node.args[0]]] * 2)
    return (node,)


def _whole(arg: Node, found: dict[Node, tuple[Node, ...]], op: str) -> bool:
    """Whether the terms of a factor have its shape, as a matrix product wants them."""
    return op == "mul" or all(term.shape == arg.shape for term in found[arg])


def _products(node: Node, parts: list[tuple[Node, ...]]) -> tuple[Node, ...] | None:
    count = 1
    for part in parts:
        count *= len(part)
    if count == 1:
        return (node,)
    if count > _MOST_TERMS:
        return None
    join = matmul if node.op == "matmul" else mul
    return tuple(join(*factors) for factors in product(*parts))
