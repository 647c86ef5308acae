"""Verdicts by numbers: random points in random sizes, with enough digits that agreement is beyond doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice
from random import Random

from gradcli.evaluate.errors import EvaluationError, NotEvaluable, NotExact, OnKink, OutsideDomain
from gradcli.expr.node import Node
from gradcli.expr.walk import postorder
from gradcli.verdicts.aiming import Aim
from gradcli.verdicts.assumptions import NotMet, met
from gradcli.verdicts.compare import differ, differ_exactly, differ_precisely, looks_equal
from gradcli.verdicts.cost import MANY, TOO_MANY, operations
from gradcli.verdicts.draw import draw
from gradcli.verdicts.entries import STYLES, Entries, is_round
from gradcli.verdicts.possible import all_told, is_possible, told
from gradcli.verdicts.problem import Place, Problem
from gradcli.verdicts.roots import single_roots
from gradcli.verdicts.sizes import Sizes, random_sizes
from gradcli.verdicts.survey import Surveyor

POINTS = 10  # that floats look at
TURNING = 40  # that they look at where something turns at a number, like `max(x, 3)`
PRECISE = 6  # of them, that many digits look at
FEWEST = 4  # below which nothing is said
_ATTEMPTS = 400
_AFFORDED = 400_000  # nodes that may be evaluated, in all attempts
_TRIES_A_SIZE = 14
_MOST_UNMET = 60  # points at which assumptions cannot be met, before any is found
COSTLY = 30_000  # operations at one point, above which sizes are small
_USUAL = 3  # what sizes are larger than they must be, about
_FEW_SIZES = 3  # different ones, where points cost much
OTHER_ROOTS, _ROOTED = 8, 3


@dataclass(frozen=True, slots=True)
class Outcome:
    """`place` is where the sides differ; `reason` says how far they agree, or why nothing is known.

    `tied`: something turns at that very place, and the sides perhaps differ there alone.
    """

    kind: str  # "equal", "refuted", "undecided"
    place: Place | None = None
    reason: str = ""
    tied: bool = False


def decide(problem: Problem, key: str) -> Outcome:
    """Look at random points; `key` settles them."""
    trouble: Counter[str] = Counter()
    places: list[Place] = []
    if problem.cost > TOO_MANY:
        return Outcome("undecided", reason="the sizes are too large to look at points; names for them, R[n], are not")
    turning = problem.turns or (problem.piecewise and not _is_costly(problem))
    points = FEWEST if problem.cost > MANY else TURNING if turning else POINTS
    if problem.steps_to_matrices:
        points = min(points, PRECISE)
    points += len(problem.strata.wanted)
    try:
        for place, equal in _places(problem, key, trouble):
            try:
                if not equal and differ(problem, place) is not None:
                    return Outcome("refuted", place)
            except (OutsideDomain, OnKink) as reason:
                trouble[str(reason)] += 1
                continue
            places.append(place)
            if len(places) == points:
                break
        if len(places) < FEWEST:
            return Outcome("undecided", reason=_why(trouble, len(places)))
        outcome, agreed = _precisely(problem, places, trouble)
        if outcome.kind == "equal" and problem.strata.missed:
            return Outcome("undecided", reason="; ".join(problem.strata.missed))
        if outcome.kind == "equal" and problem.relations:
            outcome = at_other_roots(problem, agreed, outcome)
        if outcome.kind == "equal" and problem.relations and not problem.derivative:
            outcome = _where_singular(problem, agreed, outcome)
        return _on_every_side(problem, agreed, key, outcome) if outcome.kind == "equal" else outcome
    except NotEvaluable as missing:
        return Outcome("undecided", reason=f"a side cannot be evaluated: {missing}")


def at_other_roots(problem: Problem, agreed: list[Place], outcome: Outcome) -> Outcome:
    """What is found where relations may have other solutions: those are looked for, at points where one agrees."""
    open_ones = {name for place in agreed for name in place.unsettled} - single_roots(problem.relations)
    if not open_ones:
        return outcome
    looked_at = 0
    cheapest = sorted(agreed, key=lambda place: operations(problem.nodes, place.sizes))
    if _at_any_value(problem, cheapest):
        return outcome
    for root in range(1, OTHER_ROOTS + 1):
        for place in cheapest[:_ROOTED]:
            other = replace(place, root=root)
            with suppress(EvaluationError):
                if not looks_equal(problem, other) and differ_precisely(problem, other) is not None:
                    return Outcome("refuted", other)
                looked_at += 1
    if problem.derivative and looked_at:
        return outcome  # a derivative is settled by the equation at each root by itself, and they agree at several
    names = " and ".join(sorted(open_ones))
    return Outcome("undecided", reason=f"the relation for {names} may have other solutions than those looked at")


def _at_any_value(problem: Problem, places: list[Place]) -> bool:
    """Whether the sides agree whatever the unknowns are: then they do at each solution."""
    if problem.branches:
        return False
    looked_at = 0
    for turn, place in enumerate(_spread(places)[:PRECISE]):
        other = replace(place, root=-1 - turn)
        with suppress(EvaluationError):
            if differ_precisely(problem, other) is not None:
                return False
            looked_at += 1
    return looked_at >= FEWEST


def _where_singular(problem: Problem, agreed: list[Place], outcome: Outcome) -> Outcome:
    """What is found where a linear relation has more than one solution at some points."""
    from gradcli.verdicts.regular import several_solutions

    found = several_solutions(problem, agreed)
    if found is None:
        return outcome
    name, place = found
    at = " and ".join(
        f"{problem.book.written(node)} = {place.values[node].flat[0]}" for node in problem.free if not node.shape
    )
    reason = f"the relation for {name} has more than one solution, and the sides differ"
    return Outcome("undecided", reason=f"{f'at {at}' if at else 'at some points'} {reason}")


def glance(problem: Problem, key: str) -> bool:
    """Whether the sides look different in floats at the first point that has a value; decides nothing."""
    if problem.cost > TOO_MANY:
        return False
    try:
        return any(not equal for _, equal in islice(_places(problem, key, Counter()), 1))
    except NotEvaluable:
        return False


def _on_every_side(problem: Problem, agreed: list[Place], key: str, outcome: Outcome) -> Outcome:
    """What is found where a side has pieces: points are looked for on both sides of each of its branches."""
    found = problem.branches
    if not found:
        return outcome
    starts = sorted(agreed, key=lambda place: operations(problem.nodes, place.sizes))
    others = _wild(problem, [place.sizes for place in starts], key)
    surveyor = Surveyor(problem, found, key)
    unmet = Aim(surveyor).at(problem.open_cases, starts, others)
    survey = surveyor.survey(starts, others, not problem.derivative, partial(is_possible, problem))
    if survey.refuted is not None:
        return Outcome("refuted", survey.refuted, tied=survey.tied)
    if not problem.derivative and sum(branch.jumps for branch in found) > 1:
        from gradcli.verdicts.meeting import difference

        place = difference(problem, found, starts)
        if place is not None:
            return Outcome("refuted", place, tied=True)
    missed = surveyor.missing()
    if not missed and unmet:
        return Outcome("undecided", reason=f"no point found where {all_told(problem, unmet[0])}")
    if missed:
        return Outcome("undecided", reason=f"no point found where {told(problem, *missed[0])}")
    return outcome


def _wild(problem: Problem, sizes: list[Sizes], key: str) -> Iterator[Place]:
    """Points of every kind without end, whether or not the sides have a value there."""
    source = Random(f"{key}/wild")
    while True:
        for size in sizes:
            styles = {node: source.choice(STYLES) for node in problem.free}
            try:
                yield place_of(problem, size, styles, source)
            except EvaluationError:
                continue


def _precisely(problem: Problem, places: list[Place], trouble: Counter[str]) -> tuple[Outcome, list[Place]]:
    exact = not problem.functions
    wanted = PRECISE if _is_costly(problem) else PRECISE + len(problem.strata.wanted)  # floats looked at them all
    agreed: list[Place] = []
    for place in _spread(places):
        try:
            if exact:
                try:
                    found = differ_exactly(problem, place)
                except NotExact:
                    exact = False
                    found = differ_precisely(problem, place)
            else:
                found = differ_precisely(problem, place)
        except (OutsideDomain, OnKink) as reason:
            trouble[str(reason)] += 1
            continue
        if found is not None:
            return Outcome("refuted", place), agreed
        agreed.append(place)
        if len(agreed) >= wanted:
            break
    if len(agreed) < FEWEST:
        return Outcome("undecided", reason=_why(trouble, len(agreed))), agreed
    sizes = {tuple(sorted(place.sizes.items())) for place in agreed}
    where = f"{len(agreed)} random points" + (f" in {len(sizes)} sizes" if len(sizes) > 1 else "")
    bound = "exactly, in fractions," if exact else "to 40 digits in every entry"
    return Outcome("equal", reason=f"the sides agree {bound} at {where}"), agreed


def _spread(places: list[Place]) -> list[Place]:
    """The points in an order that takes different sizes and kinds first."""
    seen: set[tuple[tuple[str, int], ...]] = set()
    first: list[Place] = []
    later: list[Place] = []
    for place in places:
        key = tuple(sorted(place.sizes.items()))
        (later if key in seen and not place.wanted else first).append(place)
        seen.add(key)
    return [*first, *later]


def _why(trouble: Counter[str], found: int) -> str:
    reason = trouble.most_common(1)[0][0] if trouble else "no point was found"
    where = "no random point" if not found else f"only {found} random points"
    return f"{where} gave both sides a value ({reason})"


# ----------------------------------------------------------------------- drawing


def _places(problem: Problem, key: str, trouble: Counter[str]) -> Iterator[tuple[Place, bool]]:
    """Points at which both sides have a value, and whether it looks the same in floats."""
    source = Random(key)
    attempts = max(30, min(_ATTEMPTS, _AFFORDED // (1 + len(problem.nodes))))
    good: list[dict[Node, str]] = []
    mixed = len(problem.free) > 1
    attempts += _TRIES_A_SIZE * len(problem.strata.wanted)
    wanted = ((stratum.sizes, stratum.turn) for stratum in problem.strata.wanted)
    few = {"most": _FEW_SIZES} if _is_costly(problem) else {}
    unmet = 0
    any_sizes = random_sizes(problem.least, source, small=problem.steps_to_matrices or bool(few), **few)
    others = ((sizes, None) for sizes in chain(_turning_sizes(problem), any_sizes))
    for sizes, component in chain(wanted, others):
        for turn in range(_TRIES_A_SIZE):
            attempts -= 1
            if attempts < 0:
                return
            styles = _styles(problem, source, turn, good, mixed)
            try:
                place = place_of(problem, sizes, styles, source, component)
                equal = looks_equal(problem, place)
            except (OutsideDomain, OnKink) as reason:
                trouble[str(reason)] += 1
                unmet += isinstance(reason, NotMet)
                if unmet >= _MOST_UNMET and not good:
                    return
                continue
            if styles not in good:
                good.append(styles)
            yield place, equal
            break


def _is_costly(problem: Problem) -> bool:
    """Whether a point in sizes like any costs much, as stacks of images do: then sizes are small, and repeat."""
    sizes = problem.least.mended({name: least + _USUAL for name, least in problem.least.items()})
    return sizes is not None and operations(problem.nodes, sizes) > COSTLY


def _turning_sizes(problem: Problem) -> Iterator[Sizes]:
    """Sizes beyond the numbers that sizes are compared with, as in `n < 50`, where that is affordable."""
    compared = [node for node in problem.nodes if node.op in ("cmp", "max", "min")]
    names = {str(node.data) for node in postorder(compared) if node.op == "dim"}
    for mark in problem.landmarks if names else ():
        sizes = {name: int(mark) + 1 if name in names else least for name, least in problem.least.items()}
        fits = mark.denominator == 1 and all(sizes[name] >= least for name, least in problem.least.items())
        if fits and operations(problem.nodes, sizes) <= MANY:
            yield sizes


def _styles(problem: Problem, source: Random, turn: int, good: list[dict[Node, str]], mixed: bool) -> dict[Node, str]:
    """Which kind of numbers each name gets: plain ones first, then each name its own, then kinds that did well."""
    if turn == 0:
        if mixed and len(good) % 2:
            return {node: source.choice(STYLES) for node in problem.free}
        kinds = len(good) // 2 if mixed else len(good)
        fresh = STYLES[kinds] if kinds < len(STYLES) else "landmark" if problem.piecewise else STYLES[0]
        return dict.fromkeys(problem.free, fresh)
    if turn == 1:
        return dict.fromkeys(problem.free, STYLES[0])
    if turn % 3 == 2 and good:
        return source.choice(good)
    if turn % 3 == 0 or not mixed:
        return dict.fromkeys(problem.free, source.choice(STYLES))
    return {node: source.choice(STYLES) for node in problem.free}


def place_of(problem: Problem, sizes: Sizes, styles: dict[Node, str], source: Random, turn: int | None = None) -> Place:
    """A random point; `turn` numbers the components of attributes.

    What is differentiated has a kink at equal numbers: there points are drawn at which none are equal by chance.
    Raises OutsideDomain where a name has no value of its size.
    """
    seed = source.randint(1, 10**6)
    values = {}
    for node in problem.free:
        own = Random(f"{seed}/{problem.book.written(node)}")
        entries = Entries(own, styles[node], problem.landmarks, turn, problem.generic)
        values[node] = draw(problem.typed(node), sizes, entries, node in problem.book.discrete)
    if problem.lowered and Random(f"{seed}/rank").randrange(2):
        from gradcli.verdicts.lowered import lower

        values = lower(problem, sizes, values, Random(f"{seed}/lowered"))
    kinks_by_chance = not problem.generic or any(is_round(style) for style in styles.values())
    place = Place(sizes, values, seed, {}, kinks_by_chance and not problem.stepping, turn is not None)
    return met(problem, place, Random(f"{seed}/assumed")) if problem.assumptions else place


__all__ = ["EvaluationError", "Outcome", "decide", "place_of"]
