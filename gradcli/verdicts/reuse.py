"""Verdicts of one version of a text, used again in the next one: only what changed is decided anew.

A verdict that is well is known by its claim, by the definitions and names that the claim is computed from, and by the
statements that hold everywhere (assumptions, losses, relations, functions).  One that is not well is known by the whole
program but its other claims, since a hint may speak of any name.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import replace

from gradcli.program.model import Check
from gradcli.syntax import ast
from gradcli.verdicts.book import Book
from gradcli.verdicts.verdict import Verdict

_MOST = 2_000  # verdicts kept: beyond it they are let go


class Known:
    """The verdicts found so far of the versions of one text."""

    def __init__(self) -> None:
        self._verdicts: dict[Hashable, Verdict] = {}
        self._numbers: dict[Hashable, int] = {}

    def number(self, part: Hashable) -> int:
        """The same number for the same part in each version."""
        return self._numbers.setdefault(part, len(self._numbers))

    def verdict(self, keys: Keys) -> Verdict | None:
        """The verdict under either key, as it was."""
        return self._verdicts.get(keys.well) or self._verdicts.get(keys.whole)

    def keep(self, keys: Keys, verdict: Verdict) -> None:
        """Keep a verdict beside which nothing was said."""
        if verdict.kind == "error":
            return
        if len(self._verdicts) >= _MOST:
            self._verdicts.clear()
        well = verdict.claim == "check" and verdict.ok
        self._verdicts[keys.well if well else keys.whole] = verdict


class Keys:
    """What a verdict is known by."""

    __slots__ = ("well", "whole")

    def __init__(self, well: Hashable, whole: Hashable) -> None:
        self.well = well
        self.whole = whole


_known: Known | None = None


@contextmanager
def reusing(known: Known) -> Iterator[None]:
    """Verdicts found inside are kept in `known`, and taken from it."""
    global _known
    before, _known = _known, known
    try:
        yield
    finally:
        _known = before


def known_verdicts() -> Known | None:
    """Where verdicts are kept, if they are."""
    return _known


class Recaller:
    """The verdicts of one version that are known from another."""

    def __init__(self, book: Book, known: Known) -> None:
        self._book = book
        self._known = known
        number = known.number
        self._definitions: dict[str, tuple[int, int]] = {}  # by name: the statement, the layout statements before it
        everywhere: list[int] = []
        whole: list[int] = []
        layouts = 0
        for statement in book.module.statements:
            if isinstance(statement, ast.Check | ast.Question):
                continue
            told = number(statement)
            whole.append(told)
            if isinstance(statement, ast.Define):
                self._definitions[statement.name.id] = told, layouts
            elif isinstance(statement, ast.Layout):
                layouts += 1
            elif not isinstance(statement, ast.Declare):
                everywhere.append(told)
        self._everywhere = number(tuple(everywhere))
        said = tuple((each.code, each.message) for each in book.program.diagnostics if each.is_error)
        self._whole = number((tuple(whole), said, tuple(sorted(book.program.nodes))))
        self._names = {
            node: number((name, node.shape, node.data, *self._declared(name)))
            for name, node in book.program.nodes.items()
        }

    def _declared(self, name: str) -> tuple[Hashable, ...]:
        found = self._book.program.variables.get(name)
        if found is None:
            return (self._definitions.get(name),)
        return found.declared, found.attributes, found.inferred, found.discrete, found.labels

    def keys(self, check: Check, statement: ast.Check) -> Keys | None:
        """What the verdict of a statement is known by; None where a side has no value."""
        sides = [side for side in check.sides if side is not None]
        if len(sides) < len(check.sides) or check.errors:
            return None
        needed = self._book.needed(sides)
        names = [self._names.get(node, -1) for node in needed.free]
        names += [self._names.get(node, -1) for node, _ in needed.definitions]
        written = self._book.source.text[check.span.start : check.span.end]
        own = self._known.number((statement, check.layout, written))
        return Keys((own, self._everywhere, *names), (own, self._whole))

    def recalled(self, keys: Keys, check: Check) -> Verdict | None:
        """The verdict, at its place in this version."""
        found = self._known.verdict(keys)
        if found is None:
            return None
        spans = check.side_spans
        at = found.link if found.claim == "check" else None
        span = spans[at] if at is not None and at < len(spans) else check.span
        return replace(found, source=self._book.source, statement=check.span, span=span)
