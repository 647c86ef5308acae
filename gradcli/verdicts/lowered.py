"""Matrices of lower rank than their shape allows, with the attributes of names."""

from __future__ import annotations

from fractions import Fraction
from random import Random

from gradcli.evaluate.array import Array, concrete
from gradcli.expr.node import Node
from gradcli.verdicts.problem import Problem
from gradcli.verdicts.sizes import Sizes

_LOWERED = frozenset({"symmetric", "diagonal", "constant", "lower", "upper"})


def lower(problem: Problem, sizes: Sizes, values: dict[Node, Array], source: Random) -> dict[Node, Array]:
    """The values with some matrices of lower rank: only those have products that are zero, and are not zero."""
    found = {node: lowered(problem, node, concrete(node.shape, sizes), source) for node in matrices_of(problem)}
    return {**values, **found}


def matrices_of(problem: Problem) -> list[Node]:
    """The free matrices that may have any rank."""
    return [node for node in problem.free if len(node.shape) == 2 and problem.attributes_of(node) <= _LOWERED]


def lowered(problem: Problem, node: Node, shape: tuple[int, ...], source: Random) -> Array:
    """A matrix of lower rank that has the name's attributes."""
    m, n = shape
    attributes = problem.attributes_of(node)
    left = [source.choice((-2, -1, 1, 2)) for _ in range(m)]
    right = left if "symmetric" in attributes else [source.choice((-2, -1, 1, 2)) for _ in range(n)]
    nothing = source.randrange(4) == 0 or min(m, n) < 2
    dropped = source.randrange(min(m, n))

    def entry(i: int, j: int) -> int:
        outside = ("lower" in attributes and j > i) or ("upper" in attributes and j < i)
        if nothing or outside or ("diagonal" in attributes and (i != j or i == dropped)):
            return 0
        if attributes & {"lower", "upper"} and dropped in (i, j):
            return 0
        return left[i] * right[j]

    return Array(shape, [Fraction(entry(i, j)) for i in range(m) for j in range(n)])
