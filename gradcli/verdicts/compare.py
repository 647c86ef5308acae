"""Whether two arrays of numbers are equal, entry by entry, in the field that they were computed in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import ceil, inf

from gradcli.evaluate.array import Array, Scalar
from gradcli.evaluate.errors import UNDERFLOW, EvaluationError, NotExact, OutsideDomain, Undefined
from gradcli.evaluate.field import Field
from gradcli.evaluate.fields import FLOAT, digits, enclosures
from gradcli.evaluate.mp_field import MpField
from gradcli.verdicts.fractions_field import SHORT
from gradcli.verdicts.problem import Place, Problem

SUSPICIOUS = 1e-6
NOISE = 1e-12  # of the largest entry: what floats lose
DIGITS = 50
MOST_DIGITS = 12_000
AGREEMENT = 0.8  # of the digits computed with: so many agree in each entry
SHRINKS = 0.6  # of the digits added: by so many what rounding leaves shrinks
_SPARE = 40  # digits beyond what the sizes of the numbers that occur can hide
_ROUGH = 20
_TIED = 10.0**-25
_TOO_DIFFERENT = "numbers of too different sizes to be compared"


def suspicious(left: Array, right: Array) -> bool:
    """Whether floats look different; decides nothing."""
    noise = NOISE * _largest(left, right)
    pairs = zip(left.flat, right.flat, strict=True)
    return any(_distance(a, b) > SUSPICIOUS * max(abs(a), abs(b)) + noise for a, b in pairs if a != b)


def looks_equal(problem: Problem, place: Place) -> bool:
    """Whether the sides agree in floats at a point.  Raises what evaluation raises."""
    return not suspicious(*problem.sides(place, FLOAT))


def differ_exactly(problem: Problem, place: Place) -> tuple[Array, Array] | None:
    """The sides in fractions where they differ at a point, None where they are equal.

    Raises what evaluation raises, NotExact where a value is irrational.
    """
    left, right = problem.sides(place, SHORT)
    return (left, right) if left.flat != right.flat else None


def differ_precisely(problem: Problem, place: Place) -> tuple[Array, Array] | None:
    """The sides where they differ at a point beyond doubt; None where every entry agrees.

    They are computed with so many digits that the largest number on the way could not hide the smallest.  A difference
    that rounding made shrinks as the digits grow; one that does not is there.  Raises what evaluation raises, and
    OutsideDomain where that takes too many digits, or where rounding may have settled a comparison.
    """
    try:
        place.digits = enough_digits(problem, place)
        place.close.clear()
        found = _differ_in_digits(problem, place, place.digits)
    except OutsideDomain as trouble:
        apart = _apart(problem, place) if str(trouble) in (UNDERFLOW, _TOO_DIFFERENT) else None
        if apart is None:
            raise
        return apart
    if place.close and not _equal_in_fractions(problem, place):
        raise OutsideDomain("numbers too close to be compared")
    return found


def _apart(problem: Problem, place: Place) -> tuple[Array, Array] | None:
    """The sides at a point where intervals that hold them do not meet; None where that is not seen."""
    field = enclosures()
    try:
        sides = problem.sides(place, field)
    except NotExact:
        return None
    if not any(a.apart(b) for a, b in zip(sides[0].flat, sides[1].flat, strict=True)):
        return None
    left, right = (Array(side.shape, [field.inside(x) for x in side.flat]) for side in sides)
    return left, right


def _equal_in_fractions(problem: Problem, place: Place) -> bool:
    """Whether the numbers at which something turns were met exactly."""
    compared = [arg for node in place.close for arg in node.args]
    try:
        problem.plain_values(place, SHORT, compared)
    except NotExact:
        return False
    return True


def _differ_in_digits(problem: Problem, place: Place, count: int) -> tuple[Array, Array] | None:
    left, right = problem.sides(place, digits(count))
    pairs = list(zip(left.flat, right.flat, strict=True))
    gaps = [_distance(a, b) for a, b in pairs]
    bound = _tenth(digits(count), AGREEMENT * count)
    if any(gap == inf for gap in gaps):
        return left, right
    doubtful = [i for i, (a, b) in enumerate(pairs) if gaps[i] > bound * max(abs(a), abs(b))]
    if not doubtful:
        return None
    more = 2 * count + 10
    finer_left, finer_right = problem.sides(place, digits(more))
    shrinks = _tenth(digits(more), SHRINKS * (more - count))
    for i in doubtful:
        if _distance(finer_left.flat[i], finer_right.flat[i]) > shrinks * gaps[i]:
            return finer_left, finer_right
    return None


def differ_at_tie(problem: Problem, place: Place, beside: Place | None = None) -> tuple[Array, Array] | None:
    """The sides where they differ at a point at which something turns.

    The point is known exactly, or to many digits where another close to it is given: `x**2 == 2` holds at no fraction,
    and what is huge there and not beside it has no value where it is meant.
    """
    field = digits(DIGITS)
    try:
        return differ_exactly(problem, place)
    except NotExact:
        left, right = problem.sides(place, field)
    largest = _largest(left, right)
    gap = max((_distance(a, b) for a, b in zip(left.flat, right.flat, strict=True)), default=0)
    if gap <= _TIED * max(largest, 1):
        return None
    return None if beside is not None and _has_pole(problem, place, beside, field) else (left, right)


def _has_pole(problem: Problem, place: Place, beside: Place, field: MpField) -> bool:
    """Whether a number on the way to the sides is huge at a point, and not at another close to it."""
    here, there = (problem.everything(at, field, (problem.left, problem.right)) for at in (place, beside))
    return any(
        not isinstance(y, Undefined) and abs(x) * _TIED > 1 + abs(y)
        for serial, array in here.items()
        for x, y in zip(array.flat, there[serial].flat, strict=True)
        if not isinstance(x, Undefined)
    )


def enough_digits(problem: Problem, place: Place) -> int:
    """How many digits tell every number on the way to the sides from every other.

    Raises OutsideDomain where those are too many.
    """
    span = problem.span(place, digits(_ROUGH))
    if span <= 12:
        return DIGITS
    count = 50 * ceil((span + _SPARE) / 0.65 / 50)
    if count > MOST_DIGITS:
        raise OutsideDomain(_TOO_DIFFERENT)
    return count


def _tenth(field: Field, power: float) -> Scalar:
    return field.power(field.number(10), field.number(-int(power)))


def _distance(a: Scalar, b: Scalar) -> Scalar:
    """How far apart two numbers are: an infinite one is at no distance from itself, and infinitely far from others."""
    return 0 if a == b else abs(a - b)


def _largest(left: Array, right: Array) -> Scalar:
    """The largest finite size of an entry."""
    return max((size for size in (abs(x) for x in (*left.flat, *right.flat)) if size < inf), default=0)


def differ(problem: Problem, place: Place) -> tuple[Array, Array] | None:
    """The sides where they differ at a point, in fractions if they have any; else None.

    Opaque functions are polynomials among fractions and waves among decimals: where fractions agree the decimals are
    asked too.  Raises what evaluation raises.
    """
    try:
        found = differ_exactly(problem, place)
        if found is not None or not problem.functions:
            return found
    except NotExact:
        pass
    return differ_precisely(problem, place)


def place_of_difference(
    problem: Problem, places: Iterable[Place], differs: Callable[[Problem, Place], object | None]
) -> Place | None:
    """The first of some points at which the sides have values that differ, as `differs` says; None where none is."""
    for place in places:
        try:
            if differs(problem, place) is not None:
                return place
        except EvaluationError:
            continue
    return None


def first_difference(left: Array, right: Array) -> int:
    """The place in the flat lists of the entry that differs most beside its own size, the first of those alike."""
    best, share = 0, 0.0
    for place, (a, b) in enumerate(zip(left.flat, right.flat, strict=True)):
        gap = _distance(a, b)
        if not gap:
            continue
        size = max(abs(a), abs(b))
        found = 1.0 if gap == inf else float(gap / size)
        if found > 1000 * share:
            best, share = place, found
    return best
