"""Shorter comparisons: terms on the side where they are positive, and a positive part that says where it is not 0."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.expr.arith import add, mul, split_number, sub
from gradcli.expr.node import ZERO, Node, num
from gradcli.expr.reduce import compare
from gradcli.shorten.functions import is_call
from gradcli.shorten.split import entry_powers, powers_node

_ORDER = frozenset({"<", "<="})


def sides(node: Node) -> Iterator[Node]:
    """`[0 < 1 - t]` as `[t < 1]`."""
    if node.op != "cmp" or node.data not in _ORDER:
        return
    apart = sub(*node.args)
    terms = [split_number(term) for term in (apart.args if apart.op == "add" else (apart,))]
    left = [mul(num(number), rest) for number, rest in terms if number > 0]
    right = [mul(num(-number), rest) for number, rest in terms if number < 0]
    other = compare(str(node.data), add(*left) if left else ZERO, add(*right) if right else ZERO)
    if other.shape == node.shape:
        yield other


def positive_part(node: Node) -> Iterator[Node]:
    """`max(0, t) * [t > 0]` as `max(0, t)`."""
    if node.op != "mul":
        return
    number, powers = entry_powers(node)
    for base, exponent in powers.items():
        inner = _of_positive_part(base)
        if inner is None or exponent <= 0:
            continue
        for where, raised in powers.items():
            if where.op == "cmp" and where.data in _ORDER and raised > 0 and _is_difference(where, inner):
                yield mul(num(number), *powers_node({b: e for b, e in powers.items() if b is not where}))


def _is_difference(where: Node, inner: Node) -> bool:
    """Whether a comparison says that `inner` is positive."""
    small, large = where.args
    return sub(large, small) is inner


def _of_positive_part(node: Node) -> Node | None:
    if is_call(node, "relu"):
        return node.args[0]
    if node.op == "max" and len(node.args) == 2 and ZERO in node.args:
        return node.args[1 - node.args.index(ZERO)]
    return None
