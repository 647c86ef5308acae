"""Claims about what a linear relation settles: proofs by its having one solution, and points at which it has more.

Where the linear map of a relation is regular there is one solution, and whatever satisfies the relation is it.  Where
the map is singular there is none in general; `x * y == 0` has every y at x = 0.  Such points are looked for on lines
along which one entry moves: the determinant of the map is linear in most entries, so that its zero is had exactly.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace as changed
from fractions import Fraction
from math import prod

from gradcli.evaluate.array import Array, concrete
from gradcli.evaluate.errors import EvaluationError
from gradcli.evaluate.evaluate import evaluate
from gradcli.evaluate.fields import EXACT
from gradcli.evaluate.matrices import determinant
from gradcli.expr.arith import zeros
from gradcli.expr.implicit import equation_of, is_affine
from gradcli.expr.node import Node, name_of
from gradcli.expr.replace import replace
from gradcli.verdicts.algebra import proved, proved_by_facts
from gradcli.verdicts.book import Book
from gradcli.verdicts.compare import differ_exactly
from gradcli.verdicts.cost import operations
from gradcli.verdicts.lines import every_entry, keeps_declared
from gradcli.verdicts.problem import Place, Problem

_PLACES, _LINES, _ROOTS = 2, 12, 3
_MOST_UNKNOWNS = 9
_TRIED = tuple(map(Fraction, (0, 1, -1, 2, -2)))


def proved_by_uniqueness(book: Book, left: Node, right: Node) -> str | None:
    """The unknown of a linear relation that one side is, and that the other one satisfies by algebra; else None.

    The sides are equal then wherever the relation has one solution.
    """
    for name, other in ((left, right), (right, left)):
        value = book.values.get(name)
        if value is None or value.op != "implicit":
            continue
        unknown, parameters, residual = equation_of(value)
        if not is_affine(residual, unknown):
            continue
        (gap,) = replace([residual], {**dict(zip(parameters, value.args, strict=True)), unknown: other})
        nothing = zeros(gap.shape)
        if proved(book, gap, nothing) or proved_by_facts(book, gap, nothing):
            return name_of(unknown)
    return None


def several_solutions(problem: Problem, agreed: list[Place]) -> tuple[str, Place] | None:
    """The unknown of a relation that has more than one solution at a point, where the sides differ at one of them."""
    cheapest = sorted(agreed, key=lambda place: operations(problem.nodes, place.sizes))[:_PLACES]
    for relation in problem.relations:
        unknown, _, residual = equation_of(relation)
        if not is_affine(residual, unknown):
            continue
        for place in cheapest:
            if prod(concrete(unknown.shape, place.sizes)) > _MOST_UNKNOWNS:
                continue
            with suppress(EvaluationError):
                for at in _singular(problem, relation, place):
                    if _differ_at_a_root(problem, at):
                        return name_of(unknown), at
    return None


def _differ_at_a_root(problem: Problem, at: Place) -> bool:
    for root in range(1, _ROOTS + 1):
        with suppress(EvaluationError):
            if differ_exactly(problem, changed(at, root=root)) is not None:
                return True
    return False


def _singular(problem: Problem, relation: Node, place: Place) -> Iterator[Place]:
    """Points at which the map of a relation is singular, on lines through one at which it is regular."""
    if not _determinant(problem, relation, place):
        return
    for line in list(every_entry(place, problem.free, problem.discrete))[:_LINES]:
        values: dict[Fraction, Fraction] = {}
        for t in _TRIED:
            with suppress(EvaluationError):
                values[t] = _determinant(problem, relation, line.at(place, t))
        found = [t for t, value in values.items() if value == 0]
        if not found and len(values) > 1:
            (s, a), (t, b) = list(values.items())[:2]
            found = [s - a * (t - s) / (b - a)] if a != b else []
        for t in found:
            at = line.at(place, t)
            if keeps_declared(at, problem.free, problem.discrete) and not _determinant(problem, relation, at):
                yield at


def _determinant(problem: Problem, relation: Node, place: Place) -> Fraction:
    """The determinant of the linear map that a relation applies to its unknown.  Raises what evaluation raises."""
    unknown, parameters, residual = equation_of(relation)
    given = dict(zip(parameters, problem.plain_values(place, EXACT, relation.args), strict=True))
    shape = concrete(unknown.shape, place.sizes)
    count = prod(shape)

    def at(entries: list[Fraction]) -> list[Fraction]:
        values = {**given, unknown: Array(shape, list(entries))}
        (found,) = evaluate([residual], values, place.sizes, EXACT, seed=place.seed, functions=place.hooks)
        return found.flat

    start = at([Fraction(0)] * count)
    columns = [
        [a - b for a, b in zip(at([Fraction(i == k) for i in range(count)]), start, strict=True)] for k in range(count)
    ]
    if len(start) != count:
        return Fraction(0)
    return Fraction(determinant(EXACT, columns))
