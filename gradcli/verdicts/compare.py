"""Whether two arrays of numbers are equal, in the field that they were computed in."""

from __future__ import annotations

from math import inf

from gradcli.evaluate.array import Array, Scalar
from gradcli.evaluate.errors import NotExact
from gradcli.evaluate.fields import FLOAT, digits
from gradcli.verdicts.fractions_field import SHORT
from gradcli.verdicts.problem import Place, Problem

SUSPICIOUS = 1e-6
DIGITS, MORE_DIGITS = 50, 110
AGREEMENT = 10.0**-40  # relative to the largest entry, at DIGITS
SHRINKS = 10.0**-30  # what rounding leaves shrinks at least so much from DIGITS to MORE_DIGITS


def suspicious(left: Array, right: Array) -> bool:
    """Whether floats look different; decides nothing."""
    scale = _largest(left, right)
    return any(_distance(a, b) > SUSPICIOUS * scale for a, b in zip(left.flat, right.flat, strict=True))


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
    """The sides to 50 digits where they differ beyond doubt; None where they agree.

    A difference that rounding made shrinks as the digits grow; one that does not is there.
    Raises what evaluation raises.
    """
    left, right = problem.sides(place, digits(DIGITS))
    largest = _largest(left, right)
    gap = _gap(left, right)
    if gap <= AGREEMENT * largest:
        return None
    if gap == inf:
        return left, right
    finer_left, finer_right = problem.sides(place, digits(MORE_DIGITS))
    if _gap(finer_left, finer_right) <= SHRINKS * gap:
        return None
    return left, right


def _gap(left: Array, right: Array) -> Scalar:
    return max((_distance(a, b) for a, b in zip(left.flat, right.flat, strict=True)), default=0)


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


def first_difference(left: Array, right: Array) -> int:
    """The place in the flat lists of the first entry that differs beyond rounding."""
    largest = _gap(left, right)
    for place, (a, b) in enumerate(zip(left.flat, right.flat, strict=True)):
        if _distance(a, b) * 1_000_000 > largest:
            return place
    return 0
