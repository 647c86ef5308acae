"""What a point costs at the sizes that a program writes as numbers: where that is much, fewer points are looked at."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod

from gradcli.evaluate.array import concrete
from gradcli.expr.implicit import equation_of
from gradcli.expr.node import Node, payload
from gradcli.expr.walk import postorder
from gradcli.ops.operation import Cost
from gradcli.ops.operations import OPERATIONS
from gradcli.ops.payload import Subscripts
from gradcli.verdicts.sizes import Sizes

MANY = 300_000  # above which points are few
TOO_MANY = 10_000_000  # above which none is looked at
_STEPS = 30  # of Newton's method, with those that are halved
_A_PRODUCT = 4  # a sum of products of fractions, beside one fraction


def operations(nodes: Iterable[Node], sizes: Sizes) -> int:
    """About how many operations on numbers it takes to compute expressions at these sizes once."""
    return sum(_cost(node, sizes) for node in nodes)


def solving(node: Node, sizes: Sizes) -> int:
    """About what it takes to solve the equation of a relation once, by steps that each ask for every slope."""
    inner = postorder([equation_of(node)[2]])
    return _STEPS * (1 + prod(concrete(node.shape, sizes))) * (len(inner) + operations(inner, sizes) // 4)


def _cost(node: Node, sizes: Sizes) -> int:
    entries = prod(concrete(node.shape, sizes))
    match OPERATIONS[node.op].cost:
        case Cost.PRODUCT:
            return _A_PRODUCT * _chain([concrete(arg.shape, sizes) for arg in node.args])
        case Cost.CONTRACTION:
            return _A_PRODUCT * _contraction(node, sizes)
        case Cost.POWER:
            return 2 * _A_PRODUCT * max(concrete(node.shape, sizes)) ** 3
        case Cost.ELIMINATION:  # fractions grow while they are eliminated
            return int(max((*concrete(node.args[0].shape, sizes), 1)) ** 4)
    return entries


def _chain(shapes: list[tuple[int, ...]]) -> int:
    """The multiplications of a matrix product, from left to right."""
    rows = shapes[0][0] if shapes[0] else 1
    total = 0
    for shape in shapes[1:]:
        inner, columns = (*shape, 1, 1)[:2]
        total += rows * inner * columns
    return total


def _contraction(node: Node, sizes: Sizes) -> int:
    """The multiplications of a sum over letters: one for each choice of all of them."""
    length: dict[str, int] = {}
    for letters, arg in zip(payload(node, Subscripts).inputs, node.args, strict=False):
        length.update(zip(letters, concrete(arg.shape, sizes), strict=False))
    return prod(length.values())
