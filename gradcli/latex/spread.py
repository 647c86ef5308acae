r"""Arrays that are known by their entries while other indices are open: `\partial z / \partial W_{ij}`, a vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gradcli.latex import build
from gradcli.latex.reading import Reading
from gradcli.record import dataclass
from gradcli.syntax import ast
from gradcli.syntax.ast import Span


@dataclass(frozen=True, slots=True)
class Spread(ast.Expr):
    """A vector (or a row) whose entry `index` is `body`, a number for each value of the indices in it."""

    index: str
    body: ast.Expr
    row: bool = False


def entry(expr: ast.Expr, index: str, at: Span) -> ast.Expr:
    """One entry of a vector or a row."""
    if isinstance(expr, Spread):
        return renamed(expr.body, expr.index, index)
    return ast.Index(at, expr, (ast.Name(at, index),))


def entry_at(value: Spread, index: ast.Expr) -> ast.Expr:
    """The entry at an index."""
    return replaced(value.body, value.index, lambda at: index)


def mapped(value: Spread, function: Callable[[ast.Expr], ast.Expr]) -> Spread:
    """A function of each entry."""
    return Spread(value.span, value.index, function(value.body), value.row)


def left_over(*exprs: ast.Expr) -> Spread | None:
    """A vector known by its entries that stands inside an expression, where none can."""
    return next((part for expr in exprs for part in build.walk(expr) if isinstance(part, Spread)), None)


def renamed(expr: ast.Expr, old: str, new: str) -> ast.Expr:
    """The expression with another name for an index."""
    if old == new:
        return expr
    return replaced(expr, old, lambda at: ast.Name(at, new))


def replaced(expr: ast.Expr, old: str, new: Callable[[Span], ast.Expr]) -> ast.Expr:
    """The expression with an index put in for another."""
    from dataclasses import fields, replace

    if isinstance(expr, ast.Name):
        return new(expr.span) if expr.id == old else expr
    changes: dict[str, Any] = {}
    for one in fields(expr):
        value = getattr(expr, one.name)
        if isinstance(value, ast.Expr):
            changes[one.name] = replaced(value, old, new)
        elif isinstance(value, tuple) and value and isinstance(value[0], ast.Expr):
            changes[one.name] = tuple(replaced(part, old, new) for part in value)
    return replace(expr, **changes) if changes else expr


def spread_sum(reader: Reading, terms: list[ast.Expr], signs: list[str], at: Span) -> ast.Expr:
    """A sum of vectors, some of them known by their entries."""
    index = reader.context.fresh("r")
    row = next(term.row for term in terms if isinstance(term, Spread))
    return Spread(at, index, build.summed([entry(term, index, at) for term in terms], signs, at), row)
