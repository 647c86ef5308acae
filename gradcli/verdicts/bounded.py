"""What is known of the functions in expressions beside their arguments: `softplus(t) > t`, the triangle inequality."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import combinations

from gradcli.expr.arith import add, mul, ones, power, sub
from gradcli.expr.node import MINUS_ONE, Node, make, num
from gradcli.expr.reduce import elementwise, norm, total
from gradcli.expr.statistics import extreme
from gradcli.expr.walk import postorder

Condition = tuple[Node, bool]
"""`(u, strictly)`: u > 0, or u >= 0, in every entry."""

_CONTRACTIONS = frozenset({"sin", "tanh", "atan", "asinh", "softsign"})
"""Functions that are 0 at 0 and whose slope lies between -1 and 1."""
_BEYOND_RIGHT_ANGLE = num(Fraction(15707963267948967, 10**16))  # a little more than pi/2
_MOST = 12
_TWO = num(2)


def bounded(roots: Iterable[Node]) -> Iterator[Condition]:
    """What holds of the nodes below, in terms of what stands there as well."""
    nodes = postorder(list(roots))
    norms = [node for node in nodes if node.op == "norm" and len(node.args) == 1]
    for node in nodes[: _MOST * _MOST]:
        if node.op == "elem" and isinstance(node.data, tuple) and not node.data[1]:
            yield from _of_function(str(node.data[0]), node, node.args[0])
        elif node.op == "logsumexp" and not node.shape:
            largest = extreme("largest", _plain(node.args[0]))
            yield sub(node, largest), False
            yield sub(add(largest, elementwise("log", 0, total(ones(node.args[0].shape)))), node), False
        elif node.op == "norm1":
            inner = total(node.args[0])
            yield sub(node, inner), False
            yield add(node, inner), False
            yield sub(node, elementwise("abs", 0, inner)), False
        elif node.op in ("largest", "smallest") and not node.shape:
            yield from _of_extreme(node)
    yield from _triangles(norms[:_MOST])


def _of_function(name: str, node: Node, arg: Node) -> Iterator[Condition]:
    if name == "softplus":
        yield sub(node, arg), True
    if name == "atan":
        right = mul(num(Fraction(1, 2)), make("const", data="pi"))
        yield sub(right, node), True
        yield add(right, node), True
        yield sub(_BEYOND_RIGHT_ANGLE, node), True
        yield add(_BEYOND_RIGHT_ANGLE, node), True
    if name in _CONTRACTIONS:
        yield sub(power(arg, _TWO), power(node, _TWO)), False


def _plain(node: Node) -> Node:
    """The array whose entries these are, in another order or shape."""
    while node.op in ("vec", "T", "reshape"):
        node = node.args[0]
    return node


def _of_extreme(node: Node) -> Iterator[Condition]:
    """The largest entry is at least the mean, and the mean at least the least entry."""
    arg = node.args[0]
    spread = sub(mul(total(ones(arg.shape)), node), total(arg))
    yield (spread if node.op == "largest" else mul(MINUS_ONE, spread)), False
    if node.op == "largest":
        yield sub(node, extreme("smallest", arg)), False


def _triangles(norms: list[Node]) -> Iterator[Condition]:
    """`norm(a) <= norm(b) + norm(c)` of each three of which one is of the sum or the difference of the others."""
    for a, b in combinations(norms, 2):
        if a.args[0].shape != b.args[0].shape:
            continue
        for joined in (add(a.args[0], b.args[0]), sub(a.args[0], b.args[0])):
            of_joined = norm("norm", joined)
            if of_joined in norms:
                yield sub(add(a, b), of_joined), False
                yield sub(add(a, of_joined), b), False
                yield sub(add(b, of_joined), a), False


__all__ = ["Condition", "bounded"]
