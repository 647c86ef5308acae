"""Points at which high powers of matrices stay small: unit triangular matrices with signs on the diagonal.

The entries of `A^k` grow without bound where an eigenvalue is larger than 1, and by a polynomial in k where all are 1
or -1; so a false claim about `A^3100000` is shown by such a point, in fractions, in no time.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from gradcli.evaluate.array import Array, concrete
from gradcli.evaluate.errors import EvaluationError
from gradcli.verdicts.compare import differ_exactly, place_of_difference
from gradcli.verdicts.numeric import place_of
from gradcli.verdicts.problem import Place, Problem
from gradcli.verdicts.sizes import small_sizes

_SIZES, _EACH = 3, 3
_KEPT = frozenset({"invertible", "upper"})


def difference(problem: Problem, key: str) -> Place | None:
    """Such a point at which the sides differ; None where none was found."""
    return place_of_difference(problem, _places(problem, Random(f"{key}/tame")), differ_exactly)


def _places(problem: Problem, source: Random) -> Iterator[Place]:
    for sizes in small_sizes(problem.least)[:_SIZES]:
        for _ in range(_EACH):
            try:
                place = place_of(problem, sizes, dict.fromkeys(problem.free, "integers-3"), source)
            except EvaluationError:
                continue
            for node in problem.free:
                shape = concrete(node.shape, sizes)
                if len(shape) == 2 and shape[0] == shape[1] and problem.attributes_of(node) <= _KEPT:
                    place.values[node] = Array(shape, _triangle(shape[0], source))
            yield place


def _triangle(n: int, source: Random) -> list[Fraction]:
    return [
        Fraction(source.choice((1, -1)) if i == j else source.randint(1, 3) if i < j else 0)
        for i in range(n)
        for j in range(n)
    ]
