r"""Arrays that are known by their entries while other indices are open: `\partial z / \partial W_{ij}`, a vector."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gradcli.latex import build
from gradcli.latex.tree import Items
from gradcli.record import dataclass
from gradcli.syntax import ast
from gradcli.syntax.ast import Span

if TYPE_CHECKING:
    from gradcli.latex.reader import Reader


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


def replaced(expr: ast.Expr, old: str, new) -> ast.Expr:  # type: ignore[no-untyped-def]
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


def spread_product(reader: Reader, a: ast.Expr, op: str, b: ast.Expr, items: Items) -> ast.Expr:
    """A product one of whose factors is known by its entries."""
    from gradcli.latex.combine import combined

    at = Span(min(a.span.start, b.span.start), max(a.span.end, b.span.end))
    sa = _kind(reader, a)
    sb = _kind(reader, b)
    if op in ("odot", "oslash", "circ") and sa == sb != "scalar":
        index = reader.context.fresh("r")
        body = combined(reader, entry(a, index, at), "/" if op == "oslash" else "juxt", entry(b, index, at), items)
        return Spread(at, index, body, sa == "row")
    if sa == "scalar" and isinstance(b, Spread):
        return Spread(at, b.index, combined(reader, a, "juxt", b.body, items), b.row)
    if sb == "scalar" and isinstance(a, Spread):
        return Spread(at, a.index, combined(reader, a.body, "/" if op == "/" else "juxt", b, items), a.row)
    index = reader.context.fresh("r")
    if (sa, sb) == ("row", "column") or (op == "cdot" and sa == sb != "matrix"):
        body = combined(reader, entry(a, index, at), "juxt", entry(b, index, at), items)
        return ast.IndexSum(at, (index,), body)
    if sa == "matrix" and isinstance(b, Spread) and not b.row:
        other = reader.context.fresh("r")
        left = ast.Index(at, a, (ast.Name(at, other), ast.Name(at, index)))
        body = combined(reader, left, "juxt", entry(b, index, at), items)
        return Spread(at, other, ast.IndexSum(at, (index,), body))
    if sb == "matrix" and isinstance(a, Spread) and a.row:
        other = reader.context.fresh("r")
        right = ast.Index(at, b, (ast.Name(at, index), ast.Name(at, other)))
        body = combined(reader, entry(a, index, at), "juxt", right, items)
        return Spread(at, other, ast.IndexSum(at, (index,), body), True)
    reader.fail("this product of arrays with open indices is not understood", items, "write it by entries, with sums")


def spread_sum(reader: Reader, terms: list[ast.Expr], signs: list[str], at: Span) -> ast.Expr:
    """A sum of vectors, some of them known by their entries."""
    index = reader.context.fresh("r")
    row = next(term.row for term in terms if isinstance(term, Spread))
    return Spread(at, index, build.summed([entry(term, index, at) for term in terms], signs, at), row)


def _kind(reader: Reader, expr: ast.Expr) -> str:
    if isinstance(expr, Spread):
        return "row" if expr.row else "column"
    shape = reader.shape(expr)
    if not shape:
        return "scalar"
    if len(shape) == 1:
        return "column"
    return "row" if shape[0] == 1 else "matrix"
