"""Where something jumps: points at which numbers are equal, exactly.

Almost everywhere `x >= 0` is `x > 0`; as a statement of its own it is false, and 0 shows it.  A derivative is compared
almost everywhere: at a jump there is none.
"""

from __future__ import annotations

from random import Random

from gradcli.evaluate.errors import EvaluationError
from gradcli.expr.node import Node, value_of
from gradcli.expr.walk import postorder
from gradcli.verdicts.book import Book, jumps
from gradcli.verdicts.bounds import bounds
from gradcli.verdicts.compare import differ_exactly
from gradcli.verdicts.cost import MANY, TOO_MANY
from gradcli.verdicts.numeric import place_of
from gradcli.verdicts.problem import Place, Problem
from gradcli.verdicts.sizes import small_sizes

_STYLES = ("ties-1", "ties-1", "ties-2", "ties-3")
_FOR_POWERS = ("halves-3", "halves-2", "halves-2", "halves-2")
_SIZES = 12
_TRIES = 60


def matter(book: Book, raw: tuple[Node, Node]) -> bool:
    """Whether a statement without derivatives holds something that jumps, or a power that has values at points alone.

    `x**a` of a negative x has one where a is an integer: `(x**2)**a` is not `x**(2*a)` where a is 1/2.
    """
    nodes = postorder(list(raw))
    jumping = any(jumps(node) or node in book.jumping or _has_lone_values(node) for node in nodes)
    return jumping and not book.is_derived(raw)


def _has_lone_values(node: Node) -> bool:
    return node.op == "pow" and value_of(node.args[1]) is None and not bounds(node.args[0], {}).positive


def broken(problem: Problem, key: str) -> Place | None:
    """A point of small integers, equal ones among them, at which the sides differ; None where none was found."""
    if problem.cost > TOO_MANY:
        return None
    source = Random(f"{key}/ties")
    every = small_sizes(problem.least)[:_SIZES]
    styles = (*_STYLES, *_FOR_POWERS) if any(map(_has_lone_values, problem.nodes)) else _STYLES
    for sizes in every:
        for style in styles * (1 if problem.cost > MANY else max(1, _TRIES // (len(_STYLES) * len(every)))):
            try:
                place = place_of(problem, sizes, dict.fromkeys(problem.free, style), source)
                place.strict = False
                if differ_exactly(problem, place) is not None:
                    return place
            except EvaluationError:
                continue
    return None
