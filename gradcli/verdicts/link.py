"""One link of a check, `left == right`: shapes, then algebra, then numbers."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from gradcli.diagnostics import error
from gradcli.diagnostics.limits import LimitReached
from gradcli.expr.arith import mul, ones, zeros
from gradcli.expr.node import ZERO, Node, payload, value_of
from gradcli.expr.rearrange import reshape
from gradcli.expr.shapes import Shape
from gradcli.program.model import Check
from gradcli.rules.missing import NoRule
from gradcli.syntax import ast
from gradcli.verdicts import ties
from gradcli.verdicts.algebra import may_take_long, proved, proved_by_facts
from gradcli.verdicts.book import Book
from gradcli.verdicts.canonical import canonical
from gradcli.verdicts.cases import Cases
from gradcli.verdicts.constants import settled
from gradcli.verdicts.counterexample import at, smallest
from gradcli.verdicts.factors import proved_by_factors
from gradcli.verdicts.faults import debugging
from gradcli.verdicts.hints.advise import advise
from gradcli.verdicts.hints.expected import answer
from gradcli.verdicts.hints.rounded import rounded
from gradcli.verdicts.numeric import decide, glance
from gradcli.verdicts.parts import partial_parts
from gradcli.verdicts.possible import domain
from gradcli.verdicts.problem import Problem
from gradcli.verdicts.verdict import REFUTED, SHAPES_DIFFER, UNDECIDED, Finding, Hint

_HIGH_POWER = 500
_TIES = "the sides differ where numbers are equal, or whole, and there alone perhaps"


def _single(side: Node) -> Node:
    """An array of one entry as the number that it is."""
    return reshape(side, ()) if 0 < len(side.shape) <= 2 and all(dim == 1 for dim in side.shape) else side


class Link:
    """One link; `sides` are its nodes as read, `written` its syntax, `key` settles random choices."""

    def __init__(self, book: Book, check: Check, written: tuple[ast.Expr, ast.Expr], sides: tuple[Node, Node]) -> None:
        self.book = book
        self.check = check
        self.written = written
        self.raw = sides
        self.key = "==".join(" ".join(_text(book, side).split()) for side in written)

    def find(self) -> Finding:
        """What is found of it; where it is refuted, with a hint and what was expected."""
        finding = self.decide()
        if finding.kind != "refuted" or finding.hint is not None:
            return finding
        close = rounded(self._zero_fits(), finding.counterexample) if finding.counterexample is not None else None
        if close is not None:  # what other hints are made of are floats, which cannot tell the sides apart
            return replace(finding, hint=close)
        try:
            advice = advise(self.book, self.check.layout, self.written, self.raw, self.key)
        except LimitReached:
            return finding
        except Exception:  # the verdict stands, with or without a hint
            if debugging():
                raise
            return finding
        return replace(finding, hint=advice.hint, expected=advice.expected)

    def decide(self) -> Finding:
        """What is found of it, without a hint."""
        left, right = self._zero_fits()
        if left.shape != right.shape:
            reason = f"the left side is {told(left.shape)}, the right side is {told(right.shape)}"
            filled = self._filled(left, right)
            hint = Hint("shape", f"{filled} is the array of them", filled) if filled is not None else None
            return Finding(
                "refuted", reason, SHAPES_DIFFER, hint=hint, expected=filled, shapes=(left.shape, right.shape)
            )
        try:
            values = settled([self.book.value(*side) for side in zip(self.written, (left, right), strict=True)])
        except NoRule as missing:
            return self._no_value(missing)
        except ZeroDivisionError:
            return Finding("undecided", "a side divides by zero and has no value anywhere", UNDECIDED)
        self.key = canonical(values)
        jumps = ties.matter(self.book, (left, right))
        if values[0] is not values[1] and may_take_long(values) and not jumps:
            problem = self._problem(*values)
            if glance(problem, self.key):  # cheaper than algebra, and as sure once it is confirmed
                finding = self._by_numbers(problem)
                if finding.kind == "refuted":
                    return finding
        if proved(self.book, *values) and not jumps:
            return Finding("proved", "equal by algebra")
        if not jumps and proved_by_factors(self.book, *values):
            return Finding("proved", "equal by algebra, with what the factors of a matrix multiply to")
        problem = self._problem(*values)
        if jumps:
            place = ties.broken(problem, self.key)
            if place is not None:
                hint = Hint("ties", _TIES)
                expected = answer(self.book, left, values[0])
                return Finding("refuted", "the sides differ", REFUTED, None, at(problem, place), hint, expected)
            if proved(self.book, *values):
                return Finding("proved", "equal by algebra")
        if not jumps and proved_by_facts(self.book, *values):
            return self._under(problem, "proved", "equal by algebra")
        if problem.branches:
            cases = Cases(self.book, domain(problem), not problem.derivative)
            if cases.equal(*values):
                return self._under(problem, "proved", "equal by algebra, case by case")
            problem.open_cases = cases.open
        return self._by_numbers(problem)

    def _zero_fits(self) -> tuple[Node, Node]:
        """A literal 0 is the zero of the other side's shape."""
        left, right = self.raw
        if left is ZERO and isinstance(self.written[0], ast.Num):
            left = zeros(right.shape)
        if right is ZERO and isinstance(self.written[1], ast.Num):
            right = zeros(left.shape)
        return _single(left), _single(right)

    def _filled(self, left: Node, right: Node) -> str | None:
        """`ones(n)` in place of the number 1 that every entry of the other side is; None of other sides."""
        (array, _), (number, written) = sorted(
            zip((left, right), self.written, strict=True), key=lambda s: not s[0].shape
        )
        if number.shape or value_of(number) is None or not isinstance(written, ast.Num) or len(array.shape) > 2:
            return None
        try:
            value = self.book.value(self.written[0] if array is left else self.written[1], array)
        except NoRule:
            return None
        if not proved(self.book, value, mul(number, ones(array.shape))):
            return None
        sizes = f"ones({', '.join(map(str, array.shape))})"
        return sizes if value_of(number) == 1 else f"{_text(self.book, written)} * {sizes}"

    def _no_value(self, missing: NoRule) -> Finding:
        if missing.code == "E402":
            return Finding("undecided", missing.reason, UNDECIDED)
        hints = (d.hint for d in reversed(self.book.resolution_diagnostics) if d.message == missing.reason)
        said = error(missing.code, missing.reason, self.book.source, self.check.span, next(hints, None))
        return Finding("error", missing.reason, missing.code, diagnostics=(said,))

    def _problem(self, left: Node, right: Node) -> Problem:
        required = self.book.outside_where([*self.raw, left, right])
        parts = partial_parts(self.book, list(self.written), self.check.layout, required)
        return Problem(self.book, left, right, self.raw, parts)

    def _under(self, problem: Problem, kind: Literal["proved", "equal"], reason: str) -> Finding:
        """What is found, with the assumptions that were needed."""
        assumed = tuple(one.text for one in problem.assumptions)
        words = ", assuming " + " and ".join(f"`{one}`" for one in assumed) if assumed else ""
        return Finding(kind, reason + words, assumed=assumed)

    def _by_numbers(self, problem: Problem) -> Finding:
        if has_high_power(problem):
            from gradcli.verdicts.tame import difference

            place = difference(problem, self.key)
            if place is not None:
                return Finding("refuted", "the sides differ", REFUTED, counterexample=at(problem, place))
        outcome = decide(problem, self.key)
        if outcome.kind == "equal" and has_pseudoinverse(problem):
            from gradcli.verdicts import deficient

            place = deficient.difference(problem, self.key)
            if place is not None:
                hint = Hint("ties", "the sides differ where a matrix has not full rank, and there alone perhaps")
                return Finding("refuted", "the sides differ", REFUTED, None, at(problem, place), hint)
        if outcome.kind == "equal":
            return self._by_uniqueness(problem) or self._under(problem, "equal", outcome.reason)
        if outcome.place is None:
            return Finding("undecided", outcome.reason, UNDECIDED)
        if outcome.tied:
            hint = Hint("ties", _TIES)
            return Finding("refuted", "the sides differ", REFUTED, None, at(problem, outcome.place), hint)
        try:
            found = smallest(problem, outcome.place, self.key)
        except LimitReached:
            found = at(problem, outcome.place)
        return Finding("refuted", "the sides differ", REFUTED, counterexample=found)

    def _by_uniqueness(self, problem: Problem) -> Finding | None:
        """A proof for sides that agree at points, where the relation for one of them has one solution."""
        if not problem.relations:
            return None
        from gradcli.verdicts.regular import proved_by_uniqueness

        name = proved_by_uniqueness(self.book, problem.left, problem.right)
        if name is None:
            return None
        return self._under(problem, "proved", f"equal by algebra, where the relation for {name} has one solution")


def has_high_power(problem: Problem) -> bool:
    """Whether a matrix is raised to a power that is far beyond what plain points serve for."""
    return any(node.op == "mpow" and abs(payload(node, int)) >= _HIGH_POWER for node in problem.nodes)


def has_pseudoinverse(problem: Problem) -> bool:
    """Whether a statement without derivatives holds a pseudoinverse, which jumps where the rank is lower."""
    return not problem.derivative and any(node.op == "pinv" for node in problem.nodes)


def _text(book: Book, expr: ast.Expr) -> str:
    return book.source.text[expr.span.start : expr.span.end]


def told(shape: Shape) -> str:
    """A shape as people say it: `m x n`, `a scalar`."""
    if not shape:
        return "a scalar"
    dims = shape if len(shape) > 1 else (shape[0], 1)
    return " x ".join(str(dim) for dim in dims)
