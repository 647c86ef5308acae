"""Which lines of a function serve one of its results alone."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Shares:
    """`common` lines come first; `own` has for each result the lines for it alone and its expression."""

    common: list[str]
    own: list[tuple[list[str], str]]

    @property
    def results(self) -> list[str]:
        """The expressions of the results."""
        return [result for _, result in self.own]


def share(lines: Sequence[str], count: int) -> Shares:
    """Parts of the body of a function that ends with `return` of one value, or of a tuple of `count`.

    A name is the unit: all lines that assign it or change it go together.  Where something is changed in place, the
    order of all lines is kept, so that all are common.
    """
    text = "\n".join(lines)
    *body, last = ast.parse(f"def f():\n{_indented(text)}").body[0].body  # type: ignore[attr-defined]
    rows = _indented(text).split("\n")
    sources = [_source(rows, statement) for statement in body]
    values = last.value.elts if count != 1 else [last.value]
    returned = _indented(text)
    results = [ast.get_source_segment(f"def f():\n{returned}", value) or "" for value in values]
    if any(_in_place(statement) for statement in body):
        return Shares([row for source in sources for row in source], [([], result) for result in results])
    needed = [_needed(body, _read(value)) for value in values]
    own: list[list[str]] = [[] for _ in values]
    common: list[str] = []
    for statement, source in zip(body, sources, strict=True):
        names = _assigned(statement)
        users = [i for i, each in enumerate(needed) if names & each]
        alone = len(users) == 1 and count > 1 and isinstance(statement, ast.Assign)
        (own[users[0]] if alone else common).extend(source)
    return Shares(common, list(zip(own, results, strict=True)))


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))


def _source(rows: Sequence[str], statement: ast.stmt) -> list[str]:
    """The lines of a statement of the function, at the left margin; its line 1 is the head."""
    return [row[4:] for row in rows[statement.lineno - 2 : statement.end_lineno - 1 if statement.end_lineno else None]]


def _read(node: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}


def _assigned(statement: ast.stmt) -> set[str]:
    return {each.id for each in ast.walk(statement) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}


def _in_place(statement: ast.stmt) -> bool:
    for node in ast.walk(statement):
        if isinstance(node, (ast.AugAssign, ast.Delete)):
            return True
        if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            return not _fills_sizes(node)
        if isinstance(node, ast.Call) and any(keyword.arg == "out" for keyword in node.keywords):
            return True
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr.endswith("_"):
            return True
    return isinstance(statement, ast.Expr)


def _fills_sizes(node: ast.Subscript | ast.Attribute) -> bool:
    return isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id == "sizes"


def _needed(body: Sequence[ast.stmt], wanted: set[str]) -> set[str]:
    """All names that some names are made of."""
    found = set(wanted)
    for statement in reversed(body):
        if _assigned(statement) & found:
            found |= _read(statement)
    return found
