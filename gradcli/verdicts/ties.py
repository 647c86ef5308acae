"""Where something jumps: points at which numbers are equal, exactly.

Almost everywhere `x >= 0` is `x > 0`; as a statement of its own it is false, and 0 shows it.  A derivative is compared
almost everywhere: at a jump there is none.
"""

from __future__ import annotations

from random import Random

from gradcli.evaluate.errors import EvaluationError
from gradcli.expr.node import Node
from gradcli.expr.walk import postorder
from gradcli.verdicts.book import Book, jumps
from gradcli.verdicts.compare import differ_exactly
from gradcli.verdicts.cost import MANY, TOO_MANY
from gradcli.verdicts.numeric import place_of
from gradcli.verdicts.problem import Place, Problem
from gradcli.verdicts.sizes import small_sizes

_STYLES = ("ties-1", "ties-1", "ties-2", "ties-3")
_SIZES = 12
_TRIES = 60


def matter(book: Book, raw: tuple[Node, Node]) -> bool:
    """Whether a statement without derivatives holds something that jumps."""
    nodes = postorder(list(raw))
    jumping = any(jumps(node) or node in book.jumping for node in nodes)
    return jumping and not book.is_derived(raw)


def broken(problem: Problem, key: str) -> Place | None:
    """A point of small integers, equal ones among them, at which the sides differ; None where none was found."""
    if problem.cost > TOO_MANY:
        return None
    source = Random(f"{key}/ties")
    every = small_sizes(problem.least)[:_SIZES]
    for sizes in every:
        for style in _STYLES * (1 if problem.cost > MANY else max(1, _TRIES // (len(_STYLES) * len(every)))):
            try:
                place = place_of(problem, sizes, dict.fromkeys(problem.free, style), source)
                place.strict = False
                if differ_exactly(problem, place) is not None:
                    return place
            except EvaluationError:
                continue
    return None
