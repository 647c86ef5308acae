"""Points at which matrices have lower rank than their shape allows: the pseudoinverse jumps there.

At random points `A @ pinv(A)` of a square A is the identity; of a singular one it is a projection.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from gradcli.evaluate.array import Array, concrete
from gradcli.evaluate.errors import EvaluationError
from gradcli.expr.node import Node
from gradcli.verdicts.compare import differ
from gradcli.verdicts.numeric import place_of
from gradcli.verdicts.problem import Place, Problem
from gradcli.verdicts.sizes import small_sizes

_SIZES, _EACH = 8, 3
_LOWERED = frozenset({"symmetric", "diagonal", "constant", "lower", "upper"})


def difference(problem: Problem, key: str) -> Place | None:
    """Such a point at which the sides differ; None where none was found."""
    for place in _places(problem, Random(f"{key}/deficient")):
        try:
            if differ(problem, place) is not None:
                return place
        except EvaluationError:
            continue
    return None


def _places(problem: Problem, source: Random) -> Iterator[Place]:
    matrices = [node for node in problem.free if len(node.shape) == 2 and problem.attributes_of(node) <= _LOWERED]
    for sizes in small_sizes(problem.least)[:_SIZES]:
        for turn in range(_EACH):
            try:
                place = place_of(problem, sizes, dict.fromkeys(problem.free, "integers-3"), source)
            except EvaluationError:
                continue
            lowered = matrices if turn % 2 == 0 else [node for node in matrices if source.randrange(2)]
            for node in lowered:
                place.values[node] = _lowered(problem, node, concrete(node.shape, sizes), source)
            place.strict = False
            yield place


def _lowered(problem: Problem, node: Node, shape: tuple[int, ...], source: Random) -> Array:
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
