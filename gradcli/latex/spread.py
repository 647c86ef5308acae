r"""Arrays that are known by their entries while other indices are open: `\partial z / \partial W_{ij}`, a vector."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from gradcli.latex import build
from gradcli.latex.entries import size_of
from gradcli.latex.reading import Reading
from gradcli.latex.shapes import Shape
from gradcli.record import dataclass
from gradcli.syntax import ast
from gradcli.syntax.ast import Span


@dataclass(frozen=True, slots=True)
class Spread(ast.Expr):
    """A vector (or a row) whose entry `index` is `body`, a number for each value of the indices in it.

    With a `second` index it is the matrix whose entry [index, second] is `body`.
    """

    index: str
    body: ast.Expr
    row: bool = False
    second: str = ""

    @property
    def indices(self) -> tuple[str, ...]:
        return (self.index, self.second) if self.second else (self.index,)


def entry(expr: ast.Expr, index: str, at: Span) -> ast.Expr:
    """One entry of a vector or a row."""
    if isinstance(expr, Spread):
        return renamed(expr.body, expr.index, index)
    return ast.Index(at, expr, (ast.Name(at, index),))


def cell(expr: ast.Expr, row: str, column: str, at: Span) -> ast.Expr:
    """One entry of a matrix."""
    if isinstance(expr, Spread):
        return entry_at(expr, ast.Name(at, row), ast.Name(at, column))
    return ast.Index(at, expr, (ast.Name(at, row), ast.Name(at, column)))


def entry_at(value: Spread, *indices: ast.Expr) -> ast.Expr:
    """The entry at one index, of a matrix at two."""
    if len(indices) == 1:
        return replaced(value.body, value.index, lambda at: indices[0])
    first, second = f"{value.index}\0", f"{value.second}\0"  # apart from both, so that (i, j) may become (j, i)
    body = renamed(renamed(value.body, value.index, first), value.second, second)
    return replaced(replaced(body, first, lambda at: indices[0]), second, lambda at: indices[1])


def mapped(value: Spread, function: Callable[[ast.Expr], ast.Expr]) -> Spread:
    """A function of each entry."""
    return replace(value, body=function(value.body))


def turned(value: Spread) -> Spread:
    """The transpose."""
    if value.second:
        return replace(value, index=value.second, second=value.index)
    return replace(value, row=not value.row)


def whole(reader: Reading, value: ast.Expr, others: Sequence[ast.Expr]) -> ast.Expr:
    """An array of the shape of a value, for what is said of shapes that do not fit; `others` may say its sizes."""
    at = value.span
    if not isinstance(value, Spread) and not build.free_indices(value):
        return value
    reader.stands_in = True
    shape = shape_of(reader, value)
    sizes = [dim for other in others for dim in shape_of(reader, other) if dim not in (None, 1)]
    dims = [dim if dim is not None else sizes[0] if sizes else 2 for dim in shape]
    return build.call("ones", at, *(build.size(dim, at) for dim in dims)) if dims else build.number(1, at)


def shape_of(reader: Reading, value: ast.Expr) -> Shape:
    """The shape of a value that may be known by its entries, as far as it is known."""
    if not isinstance(value, Spread):
        return reader.shape(value)
    dims = tuple(size_of(reader, index, value.body) for index in value.indices)
    return (1, *dims) if value.row else dims


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
    from dataclasses import fields

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
    """A sum of vectors, or of matrices, some of them known by their entries."""
    kinds = {kind(reader, term) for term in terms}
    if len(kinds) > 1:
        return build.summed([whole(reader, term, terms) for term in terms], signs, at)
    index = reader.context.fresh("r")
    if kinds == {"matrix"}:
        other = reader.context.fresh("c")
        body = build.summed([cell(term, index, other, at) for term in terms], signs, at)
        return Spread(at, index, body, False, other)
    row = next(term.row for term in terms if isinstance(term, Spread))
    return Spread(at, index, build.summed([entry(term, index, at) for term in terms], signs, at), row)


def kind(reader: Reading, expr: ast.Expr) -> str:
    """What a value is: a scalar, a row, a column or a matrix."""
    if isinstance(expr, Spread):
        return "matrix" if expr.second else "row" if expr.row else "column"
    shape = reader.shape(expr)
    if not shape:
        return "scalar"
    if len(shape) == 1:
        return "column"
    return "row" if shape[0] == 1 else "matrix"
