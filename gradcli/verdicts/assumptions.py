"""Points at which what is assumed is true: drawn so, or moved to where it is, in fractions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import partial
from random import Random

from gradcli.evaluate.array import Array, Scalar
from gradcli.evaluate.equation import newton
from gradcli.evaluate.errors import EvaluationError, NotExact, OutsideDomain
from gradcli.evaluate.field import Field
from gradcli.evaluate.fields import EXACT, FLOAT, digits
from gradcli.expr.node import Node
from gradcli.expr.walk import postorder
from gradcli.program.model import Assumption
from gradcli.verdicts.draw import has_attributes
from gradcli.verdicts.holds import holds, pairs
from gradcli.verdicts.problem import Place, Problem

_ROUNDS = 6
_ENTRIES = 5
_DIGITS = 50
_MANY, _MOST_UNKNOWNS = 300, 20
_DRAWN = frozenset({"constant", "invertible", "symmetric"})
_SIXTEENTH = Fraction(1, 16)


class NotMet(OutsideDomain):
    """No point was found at which an assumption is true."""


def met(problem: Problem, place: Place, source: Random) -> Place:
    """The point itself where all assumptions hold there, else one near it where they do.  Raises NotMet."""
    for _ in range(_ROUNDS):
        broken = next((one for one in problem.assumptions if not _holds_at(problem, place, one)), None)
        if broken is None:
            return place
        if broken.op == "!=":
            break
        found = _by_eigenvalues(problem, place, broken, source)
        if found is not None:
            place = found
            continue
        try:
            place = _moved(problem, place, broken, source)
        except NotMet:
            if broken.op != "==" or place.inexact:
                raise
            place = _approached(problem, place)
    raise NotMet("no point was found at which the assumptions hold")


def _by_eigenvalues(problem: Problem, place: Place, broken: Assumption, source: Random) -> Place | None:
    """The point with another matrix, where an assumption is a polynomial equation of one; None where it is not.

    Raises NotMet where no matrix of this size is a root.
    """
    from gradcli.verdicts.spectrum import drawn, is_impossible, polynomial_of

    equation = polynomial_of(broken)
    if equation is None or equation[0] not in place.values:
        return None
    name, polynomial = equation
    n = place.values[name].shape[0]
    if is_impossible(polynomial, n):
        raise NotMet("no point was found at which the assumptions hold")
    if problem.attributes_of(name) - _DRAWN:
        return None  # few of the points would have what is declared, and those not be all kinds
    value = drawn(polynomial, n, "symmetric" in problem.attributes_of(name), source)
    if value is None or not has_attributes(problem.typed(name), value, place.sizes):
        return None
    return replace(place, values={**place.values, name: value})


def _holds_at(problem: Problem, place: Place, one: Assumption) -> bool:
    for field in (digits(_DIGITS),) if place.inexact else (EXACT, digits(_DIGITS)):
        try:
            left, right = problem.plain_values(place, field, (one.left, one.right))
            return holds(one.op, left, right, field)
        except NotExact:
            continue
        except EvaluationError:
            return False
    return False


def _moved(problem: Problem, place: Place, broken: Assumption, source: Random) -> Place:
    """The point with one name changed so that an assumption holds, and the equations that name it."""
    names = [node for node in problem.book.needed((broken.left, broken.right)).free if node in place.values]
    names = [node for node in names if node not in problem.book.discrete]
    source.shuffle(names)
    names.sort(key=lambda node: bool(problem.attributes_of(node)))  # what is declared nothing of is moved first
    for name in names:
        others = [
            one
            for one in problem.assumptions
            if one.op == "==" and one is not broken and name in problem.book.needed((one.left, one.right)).free
        ]
        count = len(place.values[name].flat)
        orders = [list(range(count))] + [[k] for k in source.sample(range(count), min(count, _ENTRIES))]
        for entries in orders:
            try:
                found = _solved(problem, place, name, entries, broken, others, source)
            except EvaluationError:
                continue
            if found is not None and has_attributes(problem.typed(name), found, place.sizes):
                return replace(place, values={**place.values, name: found})
    raise NotMet("no point was found at which the assumptions hold")


def _approached(problem: Problem, place: Place) -> Place:
    """A point near this one at which all equations hold to many digits, by Newton's method.  Raises NotMet."""
    field = digits(_MANY)
    equations = [one for one in problem.assumptions if one.op == "=="]
    free = problem.book.needed([side for one in equations for side in (one.left, one.right)]).free
    names = [node for node in free if node in place.values and not problem.attributes_of(node) - {"constant"}]
    names = [node for node in names if node not in problem.discrete]
    spans = [(node, len(place.values[node].flat)) for node in names]

    def at(entries: list[Scalar]) -> Place:
        values, k = dict(place.values), 0
        for node, count in spans:
            values[node] = Array(place.values[node].shape, list(entries[k : k + count]))
            k += count
        return replace(place, values=values)

    def residual(field: Field, entries: list[Scalar]) -> list[Scalar]:
        moved, out = at(list(entries)), []
        for one in equations:
            left, right = problem.plain_values(moved, field, (one.left, one.right))
            out += [a - b for a, b in pairs(left, right)]
        return out

    start = [x for node, _ in spans for x in place.values[node].flat]
    if not start or len(start) > _MOST_UNKNOWNS:
        raise NotMet("no point was found at which the assumptions hold")
    with suppress(EvaluationError, OverflowError):  # most of the way in floats, which are cheap
        start = [Fraction(x) for x in newton(FLOAT, partial(residual, FLOAT), [FLOAT.number(x) for x in start])]
    found = newton(field, partial(residual, field), [field.number(x) for x in start])
    exact = [field.rational(x) for x in found]
    return replace(at(exact), inexact=_MANY)


def _solved(
    problem: Problem,
    place: Place,
    name: Node,
    entries: Sequence[int],
    broken: Assumption,
    others: Iterable[Assumption],
    source: Random,
) -> Array | None:
    """The name with some entries changed so that equations hold that are linear in those; None where there is none."""
    old = place.values[name]
    equations = [one for one in (broken, *others) if one.op == "=="]
    slack: dict[int, Fraction] = {}

    def residual(changed: Sequence[Fraction]) -> list[Fraction]:
        flat = list(old.flat)
        for k, value in zip(entries, changed, strict=True):
            flat[k] = value
        moved = replace(place, values={**place.values, name: Array(old.shape, flat)})
        out: list[Fraction] = []
        for one in equations:
            left, right = problem.plain_values(moved, EXACT, (one.left, one.right))
            out += [a - b for a, b in pairs(left, right)]
        if broken.op != "==":
            left, right = problem.plain_values(moved, EXACT, (broken.left, broken.right))
            for k, (a, b) in enumerate(pairs(left, right)):
                if k in slack:
                    out.append(b - a - slack[k])
        return out

    if broken.op != "==":
        left, right = problem.plain_values(place, EXACT, (broken.left, broken.right))
        for k, (a, b) in enumerate(pairs(left, right)):
            if a > b or (a == b and broken.op == "<"):
                touching = broken.op == "<=" and source.randrange(3) == 0
                slack[k] = Fraction(0) if touching else source.randint(1, 32) * _SIXTEENTH
    start = [old.flat[k] for k in entries]
    found = linear_zero(residual, start)
    if found is None:
        return None
    flat = list(old.flat)
    for k, value in zip(entries, found, strict=True):
        flat[k] = value
    return Array(old.shape, flat)


def linear_zero(
    residual: Callable[[Sequence[Fraction]], list[Fraction]], start: list[Fraction]
) -> list[Fraction] | None:
    """A zero of a linear function, moving as few unknowns as will do."""
    at_start = residual(start)
    columns = []
    for k in range(len(start)):
        moved = [x + 1 if i == k else x for i, x in enumerate(start)]
        columns.append([a - b for a, b in zip(residual(moved), at_start, strict=True)])
    rows = [[*(column[i] for column in columns), r] for i, r in enumerate(at_start)]
    pivots: dict[int, int] = {}
    for i in range(len(rows)):
        found_at = [k for k in range(len(start)) if rows[i][k] != 0]
        if not found_at:
            continue
        k = pivots[i] = found_at[0]
        for other in range(len(rows)):
            if other != i and rows[other][k] != 0:
                share = rows[other][k] / rows[i][k]
                rows[other] = [a - share * b for a, b in zip(rows[other], rows[i], strict=True)]
    found = list(start)
    for i, k in pivots.items():
        found[k] -= rows[i][-1] / rows[i][k]
    return found if not any(residual(found)) else None


_LINEAR = frozenset({"add", "sum", "sum_axis", "tr", "T", "diag", "diagonal", "entry", "vec", "reshape", "stack"})
_PRODUCTS = frozenset({"mul", "matmul", "einsum", "kron"})


def is_linear(one: Assumption) -> bool:
    """Whether an assumption is linear in all that it names together."""
    moving: set[int] = set()
    for node in postorder([one.left, one.right]):
        moved = sum(arg.serial in moving for arg in node.args)
        if node.op in ("var", "cotangent"):
            moving.add(node.serial)
        elif moved:
            moving.add(node.serial)
            if node.op not in _LINEAR and not (node.op in _PRODUCTS and moved == 1):
                return False
    return True
