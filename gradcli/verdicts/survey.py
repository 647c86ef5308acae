"""Points on both sides of every branch, looked for; at each the sides are compared.

From points at which both sides have a value, each name is moved along lines over all sizes of numbers.  Between two
points on different sides of a branch the crossing is solved for, so that narrow pieces are met as well.  What is met
for the first time is where the search goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from itertools import islice, pairwise
from random import Random

from gradcli.evaluate.errors import EvaluationError, NotEvaluable, Undefined
from gradcli.evaluate.fields import FLOAT
from gradcli.verdicts.branches import Branch
from gradcli.verdicts.compare import differ, differ_at_tie, suspicious
from gradcli.verdicts.cost import operations, solving
from gradcli.verdicts.lines import MOST_LINES, Line, every_entry, everyday, grid, keeps_declared, lines, root
from gradcli.verdicts.problem import Place, Problem

_AFFORDED = 50_000  # steps that may be taken in one survey: nodes and the operations that they stand for
_FEWEST_LOOKS = 8
_MANY_DIGITS = 8  # what a comparison costs beside a look
_DEAR_DIGITS = 500
_MOST_OTHERS = 24
_MOST_HUNTED = 400
_REFINED, _PEAKS = 40, 3
_MOST_COMPARED = 30
_MOST_ROOTS = 8
_MOST_TIES = 12
_MOST_ENTRIES = 4
_NEAR = (Fraction(1, 10**2), Fraction(1, 10**4), Fraction(1, 10**6), Fraction(1, 10**8))

_ASIDE = Fraction(1, 10**9)

Possible = Callable[[Branch, int], bool]
Signs = tuple[tuple[int, ...], ...]


@dataclass(slots=True)
class Look:
    """What floats see at a point: the signs of every branch, entry by entry, and whether the sides look different."""

    signs: Signs
    turning: list[list[float | None]]
    differs: bool


@dataclass(slots=True)
class Survey:
    """What was found: a point at which the sides differ, `tied` where it is one at which something turns.

    `met` holds, for each branch, on which sides of it points were compared: -1, 0 or 1.
    """

    refuted: Place | None = None
    tied: bool = False
    met: dict[Branch, set[int]] = field(default_factory=dict)


class Surveyor:
    """Surveys one problem; the looks that it may still take are counted."""

    def __init__(self, problem: Problem, branches: list[Branch], key: str) -> None:
        self.problem = problem
        self.branches = branches
        self.key = key
        self.found = Survey(met={branch: set() for branch in branches})
        self.nodes = 1 + len(problem.nodes) + 4 * len(branches)
        self.left = max(_AFFORDED, _FEWEST_LOOKS * self.nodes)
        self._costs: dict[tuple[tuple[str, int], ...], int] = {}
        self.compared = 0
        self._signatures: set[Signs] = set()
        self._fresh: list[Place] = []
        self._ties = 0
        self._known: dict[tuple[Branch, int], bool] = {}
        self._possible: Possible = lambda branch, sign: True

    # ------------------------------------------------------------------ looking

    def _spend(self, place: Place, times: int = 1) -> bool:
        """Take the steps that a look at a point costs; False where none are left."""
        if self.left <= 0:
            return False
        key = tuple(place.sizes.items())
        if key not in self._costs:
            once = self.nodes + operations(self.problem.nodes, place.sizes) // 4
            self._costs[key] = once + sum(solving(node, place.sizes) for node in self.problem.relations)
        self.left -= times * self._costs[key]
        return True

    def look(self, place: Place) -> Look | None:
        """The signs and sides at a point in floats; None where a side has no value there."""
        if not self._spend(place):
            return None
        problem = self.problem
        turning = [branch.turning for branch in self.branches]
        try:
            memo = problem.everything(place, FLOAT, (problem.left, problem.right, *turning))
            if problem.undefined(memo, FLOAT) is not None:
                return None
            left, right = memo[problem.left.serial], memo[problem.right.serial]
        except NotEvaluable:
            raise
        except (EvaluationError, OverflowError):
            return None
        values = [[None if isinstance(x, Undefined) else x for x in memo[node.serial].flat] for node in turning]
        return Look(
            tuple(_signs(b, v) for b, v in zip(self.branches, values, strict=True)), values, suspicious(left, right)
        )

    def _differ(self, place: Place) -> bool:
        """Whether the sides differ at a point; what it cost is spent, more where it took many digits."""
        place.digits = 0
        try:
            return differ(self.problem, place) is not None
        finally:
            self._spend(place, _MANY_DIGITS * max(1, place.digits // _DEAR_DIGITS) ** 2)

    def visit(self, place: Place, always: bool = False) -> Look | None:
        """Look at a point; compare the sides there where they look different or a piece is met for the first time."""
        look = self.look(place) if keeps_declared(place, self.problem.free, self.problem.discrete) else None
        if look is None:
            return None
        new = look.signs not in self._signatures
        if always or look.differs or (new and self.compared < _MOST_COMPARED):
            self.compared += 1
            try:
                if self._differ(place):
                    aside = self._aside(place)
                    if aside is not None:
                        self.found.refuted = aside
                    return look
            except NotEvaluable:
                raise
            except EvaluationError:
                return look
            self._note(look)
            if new:
                self._signatures.add(look.signs)
                self._fresh.append(place)
        return look

    def _aside(self, place: Place) -> Place | None:
        """A point at which the sides differ as well, where derivatives are compared: beside one at which numbers tie.

        At a kink there is no derivative, and what is printed for it decides nothing; None where the sides agree aside.
        """
        if not self.problem.derivative:
            return place
        moved = place
        for k, line in enumerate(every_entry(place, self.problem.free, self.problem.discrete)):
            moved = line.at(moved, moved.values[line.node].flat[line.entry] * (1 + _ASIDE / (2 * k + 3)))
        try:
            return moved if differ(self.problem, moved) is not None else None
        except NotEvaluable:
            raise
        except EvaluationError:
            return place

    def _note(self, look: Look) -> None:
        for branch, values in zip(self.branches, look.turning, strict=True):
            self.found.met[branch].update(_sign(x) for x in values if x is not None)

    # ---------------------------------------------------------------- searching

    def survey(self, places: Iterable[Place], others: Iterator[Place], jumps: bool, possible: Possible) -> Survey:
        """Search from these places, then from `others` while a side that is needed, and possible, has not been met."""
        self._possible = possible
        for place in places:
            self.visit(place)
            if self.found.refuted is not None:
                return self.found
        for turn, place in enumerate(others):
            missing = self.missing()
            if self.found.refuted is not None:
                return self.found
            if self.left <= 0:
                break
            while self._fresh and self.found.refuted is None and self.left > 0:
                self._around(self._fresh.pop(0), jumps)
            if self.found.refuted is not None or not (missing and self.missing()):
                return self.found
            if turn > _MOST_OTHERS:
                break
            self.visit(place)
            if turn % 8 == 7:
                self._towards(place)
        self._hunt(others)
        return self.found

    def _hunt(self, others: Iterator[Place]) -> None:
        """Many random points, of which a side that has not been met is asked and nothing else."""
        self.left = max(self.left, 0) + _AFFORDED
        for place in islice(others, _MOST_HUNTED):
            missing = self.missing()
            if not missing or self.left <= 0 or self.found.refuted is not None:
                return
            for branch, sign in missing:
                if (self._best(place, self.branches.index(branch), sign) or 0.0) > 0:
                    self.left += _MANY_DIGITS * self.nodes  # a point that was found is compared
                    self.visit(place)
                    break

    def missing(self) -> list[tuple[Branch, int]]:
        """The sides of branches on which a point may lie, and none was compared."""
        out: list[tuple[Branch, int]] = []
        for branch in self.branches:
            for sign in (-1, 1) if branch.needed else ():
                if sign in self.found.met[branch]:
                    continue
                if (branch, sign) not in self._known:
                    self._known[branch, sign] = self._possible(branch, sign)
                if self._known[branch, sign]:
                    out.append((branch, sign))
        return out

    def _around(self, place: Place, jumps: bool) -> None:
        """Along every line through a point."""
        problem = self.problem
        found = lines(place, problem.free, problem.discrete)
        Random(f"{self.key}/{self.left}").shuffle(found)
        for line in found[:MOST_LINES]:
            if self.found.refuted is not None or self.left <= 0:
                return
            self._along(place, line, jumps)

    def _along(self, place: Place, line: Line, jumps: bool) -> None:
        """At all sizes of numbers, those of everyday first; then where something turned in between."""
        looks: dict[Fraction, Look] = {}
        for t in sorted(grid(line, self.problem.landmarks), key=everyday):
            look = self.visit(line.at(place, t))
            if self.found.refuted is not None:
                return
            if look is not None:
                looks[t] = look
        order = sorted(looks)
        turned = [pair for pair in pairwise(order) if looks[pair[0]].signs != looks[pair[1]].signs]
        for low, high in sorted(turned, key=lambda pair: everyday(pair[0]))[:_MOST_ROOTS]:
            around = self._between_integers if line.whole else self._between
            around(place, line, (low, looks[low]), (high, looks[high]), jumps)
            if self.found.refuted is not None:
                return

    def _between(
        self, place: Place, line: Line, before: tuple[Fraction, Look], after: tuple[Fraction, Look], jumps: bool
    ) -> None:
        """The crossings between two points, and points close to them on both sides."""
        crossings: list[Fraction] = []
        for k, branch in enumerate(self.branches):
            for i, (a, b) in enumerate(zip(before[1].turning[k], after[1].turning[k], strict=True)):
                if i >= _MOST_ENTRIES or a is None or b is None or _sign(a) * _sign(b) >= 0:
                    continue
                low, high = root(partial(self._value_along, place, line, k, i), before[0], after[0])
                crossings.append(high)
                if jumps and branch.jumps and self._ties < _MOST_TIES:
                    self._ties += 1
                    self._tie(place, line, k, i, low, high)
                    if self.found.refuted is not None:
                        return
        for crossing in crossings:
            for near in _NEAR:
                step = near * (abs(crossing) or Fraction(1))
                for t in (crossing - step, crossing + step):
                    if before[0] < t < after[0]:
                        self.visit(line.at(place, t))
                        if self.found.refuted is not None:
                            return
        edges = sorted({before[0], *crossings, after[0]})
        for low, high in pairwise(edges):
            self.visit(line.at(place, Fraction(float((low + high) / 2))))
            if self.found.refuted is not None:
                return

    def _between_integers(
        self, place: Place, line: Line, before: tuple[Fraction, Look], after: tuple[Fraction, Look], jumps: bool
    ) -> None:
        """The integers next to the crossings between two integers."""
        for k in range(len(self.branches)):
            for i, (a, b) in enumerate(zip(before[1].turning[k], after[1].turning[k], strict=True)):
                if i >= _MOST_ENTRIES or a is None or b is None or _sign(a) == _sign(b):
                    continue
                low, high = before[0], after[0]
                while high - low > 1:
                    middle = Fraction((low + high) // 2)
                    found = self._value(line.at(place, middle), k, i)
                    if found is None:
                        break
                    low, high = (middle, high) if _sign(found) == _sign(a) else (low, middle)
                for t in (low, high):
                    if before[0] < t < after[0]:
                        self.visit(line.at(place, t))
                        if self.found.refuted is not None:
                            return

    def _value_along(self, place: Place, line: Line, k: int, i: int, t: Fraction) -> float | None:
        return self._value(line.at(place, t), k, i)

    def _value(self, place: Place, k: int, i: int) -> float | None:
        if not self._spend(place):
            return None
        try:
            memo = self.problem.everything(place, FLOAT, (self.branches[k].turning,))
        except EvaluationError:
            return None
        x = memo[self.branches[k].turning.serial].flat[i]
        return None if isinstance(x, Undefined) else float(x)

    def _tie(self, place: Place, line: Line, k: int, i: int, low: Fraction, high: Fraction) -> None:
        """The sides at the very crossing, which is solved for exactly, or to many digits."""
        from gradcli.verdicts.crossing import KNOWN, crossing

        found = crossing(self.problem, self.branches[k].turning, i, lambda t: line.at(place, t), low, high)
        if found is None:
            return
        t, exactly = found
        at = line.at(place, t)
        if not keeps_declared(at, self.problem.free, self.problem.discrete):
            return
        try:
            beside = None
            if not exactly:  # it is not said of a fraction near the crossing what holds at the crossing
                at.inexact, beside = KNOWN, line.at(place, t * (1 + _ASIDE))
            if differ_at_tie(self.problem, at, beside) is not None:
                self.found.refuted, self.found.tied = at, True
        except NotEvaluable:
            raise
        except EvaluationError:
            return

    def _towards(self, place: Place) -> None:
        """From a point towards a side that has not been met: along lines, to where the number comes nearest to 0."""
        missing = self.missing()
        for branch, sign in missing[:2]:
            k = self.branches.index(branch)
            best = place
            for line in lines(place, self.problem.free, self.problem.discrete)[:MOST_LINES]:
                scored: list[tuple[float, Fraction]] = []
                for t in grid(line, self.problem.landmarks)[::2]:
                    value = self._best(line.at(best, t), k, sign)
                    if value is not None:
                        scored.append((value, t))
                    if self.left <= 0:
                        return
                if scored:
                    peaks = sorted(range(len(scored)), key=lambda i: -scored[i][0])[:_PEAKS]
                    value, t = max(self._refined(best, line, scored, here, k, sign) for here in peaks)
                    at = line.at(best, t)
                    if value > (self._best(best, k, sign) or -float("inf")):
                        best = at
                    if value > 0:
                        self.visit(at)
                        if sign in self.found.met[branch] or self.found.refuted is not None:
                            break

    def _refined(
        self, place: Place, line: Line, scored: list[tuple[float, Fraction]], here: int, k: int, sign: int
    ) -> tuple[float, Fraction]:
        """Where a number is furthest on a side along a line: at a point of a grid, or near it between others."""
        value, t = scored[here]
        if value > 0 or line.whole:
            return value, t
        low, high = scored[max(here - 1, 0)][1], scored[min(here + 1, len(scored) - 1)][1]
        for _ in range(_REFINED):
            tries = [(low + t) / 2, (t + high) / 2]
            found = [(self._best(line.at(place, x), k, sign), x) for x in tries]
            better = max(((y, x) for y, x in found if y is not None), default=(value, t))
            if better[0] > value:
                low, high = (low, t) if better[1] < t else (t, high)
                value, t = better[0], Fraction(float(better[1]))
            else:
                low, high = tries
            if value > 0 or self.left <= 0:
                break
        return value, t

    def _best(self, place: Place, k: int, sign: int) -> float | None:
        """The entry of a turning number that is furthest on a side."""
        if not self._spend(place):
            return None
        try:
            memo = self.problem.everything(place, FLOAT, (self.branches[k].turning,))
        except EvaluationError:
            return None
        values = [sign * x for x in memo[self.branches[k].turning.serial].flat if not isinstance(x, Undefined)]
        return float(max(values)) if values else None


def _signs(branch: Branch, values: list[float | None]) -> tuple[int, ...]:
    """The signs of the first few entries, of all the others which signs there are; floors where integers count."""
    if branch.whole:
        return tuple(0 if x is None else int(max(-3, min(3, x // 1))) for x in values[:_MOST_ENTRIES])
    first = tuple(2 if x is None else _sign(x) for x in values[:_MOST_ENTRIES])
    rest = {_sign(x) for x in values[_MOST_ENTRIES:] if x is not None}
    return (*first, *sorted(rest))


def _sign(x: float) -> int:
    return (x > 0) - (x < 0)


__all__ = ["Survey", "Surveyor"]
