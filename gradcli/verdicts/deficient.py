"""Points at which matrices have lower rank than their shape allows: the pseudoinverse jumps there, products may be 0.

At random points `A @ pinv(A)` of a square A is the identity; of a singular one it is a projection.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from gradcli.evaluate.array import concrete
from gradcli.evaluate.errors import EvaluationError
from gradcli.verdicts.compare import differ, place_of_difference
from gradcli.verdicts.lowered import lowered, matrices_of
from gradcli.verdicts.numeric import place_of
from gradcli.verdicts.problem import Place, Problem
from gradcli.verdicts.sizes import small_sizes

_SIZES, _EACH = 8, 3


def difference(problem: Problem, key: str) -> Place | None:
    """Such a point at which the sides differ; None where none was found."""
    return place_of_difference(problem, _places(problem, Random(f"{key}/deficient")), differ)


def _places(problem: Problem, source: Random) -> Iterator[Place]:
    matrices = matrices_of(problem)
    for sizes in small_sizes(problem.least)[:_SIZES]:
        for turn in range(_EACH):
            try:
                place = place_of(problem, sizes, dict.fromkeys(problem.free, "integers-3"), source)
            except EvaluationError:
                continue
            chosen = matrices if turn % 2 == 0 else [node for node in matrices if source.randrange(2)]
            for node in chosen:
                place.values[node] = lowered(problem, node, concrete(node.shape, sizes), source)
            place.strict = False
            yield place
