"""Assumptions that no point satisfies: each check that depends on them is an error."""

from __future__ import annotations

from random import Random

from gradcli.diagnostics import Diagnostic, error
from gradcli.evaluate.errors import EvaluationError
from gradcli.program.model import Assumption
from gradcli.verdicts.assumptions import is_linear
from gradcli.verdicts.book import Book
from gradcli.verdicts.cases import Cases
from gradcli.verdicts.entries import STYLES
from gradcli.verdicts.facts import extra_attributes
from gradcli.verdicts.numeric import place_of
from gradcli.verdicts.possible import domain
from gradcli.verdicts.problem import Problem
from gradcli.verdicts.sizes import small_sizes

_SIZES, _ROUNDS = 6, 2


def contradictions(book: Book) -> dict[Assumption, Diagnostic]:
    """The assumptions that contradict each other (or themselves), as far as points were looked for."""
    found: dict[Assumption, Diagnostic] = {}
    seen: set[Assumption] = set()
    _, attributes = extra_attributes(book.program.assumptions)
    for one in book.program.assumptions:
        if one in seen:
            continue
        problem = Problem(book, one.left, one.left, (one.left, one.right), (one.right,))
        seen.update(problem.assumptions or (one,))
        sought = all(each in attributes or is_linear(each) for each in problem.assumptions)
        if not _is_contradictory(problem) and (not sought or _has_point(problem)):
            continue
        listed = " and ".join(f"`{each.text}`" for each in problem.assumptions or (one,))
        message = f"no point satisfies what is assumed: {listed}"
        said = error("E311", message, one.source, one.span, "take one of them out")
        found.update(dict.fromkeys(problem.assumptions or (one,), said))
    return found


def _is_contradictory(problem: Problem) -> bool:
    """Whether algebra shows that no point satisfies all that is assumed together."""
    if not any(one.op != "!=" for one in problem.assumptions):
        return False
    return Cases(problem.book, domain(problem)).never_all()


def _has_point(problem: Problem) -> bool:
    source = Random("assumed")
    for sizes in small_sizes(problem.least)[:_SIZES]:
        for style in STYLES * _ROUNDS:
            try:
                place_of(problem, sizes, dict.fromkeys(problem.free, style), source)
                return True
            except EvaluationError:
                continue
    return False
