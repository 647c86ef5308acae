"""Points at which several numbers tie at once: `(x == y)*(y == z)*(z == 7)` is 1 at one point of each line alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, islice

from gradcli.evaluate.array import Array, Scalar
from gradcli.evaluate.errors import EvaluationError, OutsideDomain, Undefined
from gradcli.expr.node import Node
from gradcli.verdicts.assumptions import linear_zero
from gradcli.verdicts.branches import Branch
from gradcli.verdicts.compare import differ_exactly
from gradcli.verdicts.fractions_field import SHORT
from gradcli.verdicts.lines import every_entry, keeps_declared
from gradcli.verdicts.problem import Place, Problem

_MOST_TURNING, _MOST_SETS = 8, 40
_MOST_UNKNOWNS = 12
_STARTS = 2


def difference(problem: Problem, branches: Iterable[Branch], places: Sequence[Place]) -> Place | None:
    """A point where two or more numbers at which something jumps are 0, and the sides differ; None where none is found.

    Only numbers that are linear in the names that are moved are solved for.
    """
    turning = [branch.turning for branch in branches if branch.jumps and not branch.whole]
    if not 2 <= len(turning) <= _MOST_TURNING:
        return None
    for place in places[:_STARTS]:
        for wanted in islice(_sets(turning), _MOST_SETS):
            with suppress(EvaluationError, OverflowError):
                found = _solved(problem, place, wanted)
                if found is not None and differ_exactly(problem, found) is not None:
                    return found
    return None


def _sets(turning: Sequence[Node]) -> Iterator[tuple[Node, ...]]:
    for count in range(2, len(turning) + 1):
        yield from combinations(turning, count)


def _solved(problem: Problem, place: Place, wanted: Sequence[Node]) -> Place | None:
    lines = every_entry(place, problem.free, problem.discrete)
    if len(lines) > _MOST_UNKNOWNS:
        return None

    def moved(entries: Sequence[Fraction]) -> Place:
        values = dict(place.values)
        for line, entry in zip(lines, entries, strict=True):
            flat = list(values[line.node].flat)
            flat[line.entry] = entry
            values[line.node] = Array(values[line.node].shape, flat)
        return replace(place, values=values, strict=False)

    def residual(entries: Sequence[Fraction]) -> list[Scalar]:
        memo = problem.everything(moved(entries), SHORT, wanted)
        out = [x for node in wanted for x in memo[node.serial].flat]
        if any(isinstance(x, Undefined) for x in out):
            raise OutsideDomain("a number without a value")
        return out

    found = linear_zero(residual, [Fraction(place.values[line.node].flat[line.entry]) for line in lines])
    at = None if found is None else moved(found)
    return at if at is not None and keeps_declared(at, problem.free, problem.discrete) else None
