"""Points that satisfy conditions, looked for: one name after another, then all together along slopes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import islice

from gradcli.evaluate.errors import EvaluationError, Undefined
from gradcli.evaluate.fields import FLOAT
from gradcli.expr.arith import neg
from gradcli.verdicts.bounded import Condition
from gradcli.verdicts.lines import MOST_LINES, Line, everyday, grid, lines
from gradcli.verdicts.problem import Place
from gradcli.verdicts.survey import Surveyor
from gradcli.verdicts.witness import witness

_MOST_STARTS = 2
_MOST_OTHERS = 40  # points of every kind, where names cannot be moved along lines
_AIMING_ROUNDS = 3
_RELAXATIONS = 60
_MARGIN = 0.3


class Aim:
    """Searches with the means of a surveyor, who compares the sides at what is found."""

    def __init__(self, surveyor: Surveyor) -> None:
        self._surveyor = surveyor
        self._problem = surveyor.problem

    def at(self, cases: list[list[Condition]], starts: list[Place], others: Iterator[Place]) -> list[list[Condition]]:
        """Look for a point in each case and compare the sides there; the cases in which none was found.

        A case that asks for equality is left to the search for crossings.
        """
        unmet: list[list[Condition]] = []
        for conditions in cases:
            numbers = {number for number, _ in conditions}
            if self._surveyor.found.refuted is not None or any(neg(number) in numbers for number in numbers):
                continue
            found = any(self._aim(conditions, start) for start in starts[:_MOST_STARTS])
            if not found and not any(map(self._is_met_at(conditions), islice(others, _MOST_OTHERS))):
                unmet.append(conditions)
        return unmet

    def _aim(self, conditions: list[Condition], start: Place) -> bool:
        """Move one name after another to where more of the conditions hold, or hold more nearly."""
        solved = self._solved(conditions, start)
        if solved is not None and self._is_compared(solved):
            return True
        best, score = start, self._score(start, conditions)
        for _ in range(_AIMING_ROUNDS):
            before = score
            for line in lines(start, self._problem.free, self._problem.discrete)[:MOST_LINES]:
                if score[0] == len(conditions):
                    break
                at = best
                for t in sorted(grid(line, self._problem.landmarks), key=everyday):
                    found = self._score(line.at(at, t), conditions)
                    if found > score:
                        best, score = line.at(at, t), found
                        if score[0] == len(conditions):
                            break
            if score[0] == len(conditions):
                return self._is_compared(best)
            if score == before:
                break
        return self._relax(conditions, best)

    def _is_met_at(self, conditions: list[Condition]) -> Callable[[Place], bool]:
        """Whether all conditions hold at a point and the sides could be compared there."""

        def is_met(place: Place) -> bool:
            if self._surveyor.left <= 0 or self._score(place, conditions)[0] < len(conditions):
                return False
            return self._is_compared(place)

        return is_met

    def _is_compared(self, place: Place) -> bool:
        """Whether the sides could be compared at a point, which is done."""
        compared = self._surveyor.compared
        self._surveyor.visit(place, always=True)
        return self._surveyor.compared > compared

    def _solved(self, conditions: list[Condition], start: Place) -> Place | None:
        """The point with the first entries of names at a solution, where all conditions are linear."""
        along = lines(start, self._problem.free, self._problem.discrete)
        moved = {line.node: line for line in along if line.how == "entry"}
        signs = [
            (name, "positive" in words)
            for name, line in moved.items()
            if not line.both
            for words in [self._problem.attributes_of(name)]
        ]
        found = witness([*conditions, *signs])
        if found is None or not moved.keys() >= found.keys():
            return None
        place = start
        for name, value in found.items():
            line = replace(moved[name], entry=0)
            place = line.at(place, line.nearest(value))
        return place

    def _relax(self, conditions: list[Condition], start: Place) -> bool:
        """Move all names together towards the conditions that fail, each as far as its slope says.

        Source: S. Agmon, The relaxation method for linear inequalities, Canadian J. Math. 6 (1954).
        """
        along = lines(start, self._problem.free, self._problem.discrete)
        moved = [line for line in along if line.how == "entry" and not line.whole]
        if not moved or len(moved) > MOST_LINES:
            return False
        at = [Fraction(start.values[line.node].flat[line.entry]) for line in moved]
        for _ in range(_RELAXATIONS):
            place = _placed(start, moved, at)
            values = self._numbers(place, conditions)
            if values is None or self._surveyor.left <= 0:
                return False
            worst = min(range(len(values)), key=lambda k: values[k])
            if values[worst] > 0:
                return self._is_compared(place)
            slopes = []
            for k in range(len(at)):
                step = max(abs(at[k]), Fraction(1)) / 2**20
                there = self._numbers(_placed(start, moved, _moved(at, k, step)), conditions)
                slopes.append(0.0 if there is None else (there[worst] - values[worst]) / float(step))
            size = sum(slope * slope for slope in slopes)
            if not size:
                return False
            share = (_MARGIN * (1 + abs(values[worst])) - values[worst]) / size
            at = [_kept(line, x, x + Fraction(share * slope)) for line, x, slope in zip(moved, at, slopes, strict=True)]
        return False

    def _numbers(self, place: Place, conditions: list[Condition]) -> list[float] | None:
        """The first entry of each number that is to be positive."""
        try:
            memo = self._problem.everything(place, FLOAT, [number for number, _ in conditions])
        except (EvaluationError, OverflowError):
            return None
        self._surveyor.left -= self._surveyor.nodes // 4
        values = [memo[number.serial].flat[0] for number, _ in conditions]
        return None if any(isinstance(x, Undefined) for x in values) else [float(x) for x in values]

    def _score(self, place: Place, conditions: list[Condition]) -> tuple[int, float]:
        """How many conditions hold in one entry, and how nearly the others do."""
        try:
            memo = self._problem.everything(place, FLOAT, [number for number, _ in conditions])
        except (EvaluationError, OverflowError):
            return -1, 0.0
        self._surveyor.left -= self._surveyor.nodes // 4
        columns = [memo[number.serial].flat for number, _ in conditions]
        best = (-1, 0.0)
        for i in range(max(map(len, columns))):
            values = [column[i if len(column) > 1 else 0] for column in columns]
            held = [
                not isinstance(x, Undefined) and (x > 0 or (not strict and x == 0))
                for x, (_, strict) in zip(values, conditions, strict=True)
            ]
            short = sum(
                -1.0 if isinstance(x, Undefined) else -abs(x) / (1 + abs(x))
                for x, holds in zip(values, held, strict=True)
                if not holds
            )
            best = max(best, (sum(held), short))
        return best


def _moved(at: list[Fraction], k: int, step: Fraction) -> list[Fraction]:
    return [x + step if i == k else x for i, x in enumerate(at)]


def _kept(line: Line, old: Fraction, new: Fraction) -> Fraction:
    """Where a step ends: of what stays positive no more than halfway to 0."""
    return new if line.both or new > 0 else old / 2


def _placed(start: Place, moved: list[Line], at: list[Fraction]) -> Place:
    """The place where each line is at its number."""
    place = start
    for line, t in zip(moved, at, strict=True):
        place = line.at(place, t)
    return place
