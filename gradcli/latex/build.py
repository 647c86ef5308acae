"""Small pieces of syntax, made at places of the document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from fractions import Fraction as Rational
from typing import Any

from gradcli.latex.shapes import Dim
from gradcli.latex.tree import Item
from gradcli.syntax import ast
from gradcli.syntax.ast import Span


def span(*items: Item) -> Span:
    """The place of parts, from the first to the last."""
    return Span(items[0].start, items[-1].end) if items else Span(0, 0)


def number(value: int | str | Rational, at: Span) -> ast.Num:
    """A number."""
    return ast.Num(at, Rational(value))


def name(text: str, at: Span) -> ast.Name:
    """A name."""
    return ast.Name(at, text)


def call(fn: str, at: Span, *args: ast.Expr, primes: int = 0, **options: str) -> ast.Call:
    """A call; the options are names."""
    return ast.Call(at, fn, primes, args, tuple((key, ast.Name(at, value)) for key, value in options.items()))


def size(dim: Dim, at: Span) -> ast.Expr:
    """A dimension as an expression."""
    if isinstance(dim, int):
        return number(dim, at)
    return ast.Name(at, str(dim))


def parts(expr: ast.Expr) -> list[ast.Expr]:
    """What an expression is made of directly."""
    match expr:
        case ast.Neg() | ast.Transpose():
            return [expr.arg]
        case ast.Sum():
            return list(expr.terms)
        case ast.Product():
            return list(expr.factors)
        case ast.Compare():
            return [expr.left, expr.right]
        case ast.Power() | ast.MatPower():
            return [expr.base, expr.exponent]
        case ast.Call():
            return [*expr.args, *(value for _, value in expr.kwargs)]
        case ast.Index():
            return [expr.base, *expr.indices]
        case ast.ListLit():
            return list(expr.items)
        case ast.IndexSum() | ast.Entries():
            return [expr.body]
        case ast.Superscript():
            return [expr.base]
        case ast.Bars():
            return [expr.arg]
    return []


def walk(expr: ast.Expr) -> Iterator[ast.Expr]:
    """An expression and all its parts."""
    todo = [expr]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(reversed(parts(node)))


def free_indices(expr: ast.Expr) -> dict[str, None]:
    """The index names that no sum in the expression binds, in order."""
    found: dict[str, None] = {}
    _free(expr, frozenset(), found)
    return found


def _free(expr: ast.Expr, bound: frozenset[str], found: dict[str, None]) -> None:
    if isinstance(expr, ast.IndexSum | ast.Entries):
        bound |= set(expr.indices)
    if isinstance(expr, ast.Index):
        for index in expr.indices:
            if isinstance(index, ast.Name) and index.id not in bound:
                found.setdefault(index.id)
        _free(expr.base, bound, found)
        return
    for part in parts(expr):
        _free(part, bound, found)


def names_in(expr: ast.Expr) -> set[str]:
    """The names of values in an expression: not those of indices."""
    found: set[str] = set()
    todo = [expr]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Index):
            todo.append(node.base)
        else:
            todo.extend(parts(node))
    return found


def summed(terms: Sequence[ast.Expr], signs: Sequence[str], at: Span) -> ast.Expr:
    """A sum; `signs` has one for each term."""
    if len(terms) == 1:
        return ast.Neg(at, terms[0]) if signs[0] == "-" else terms[0]
    first = ast.Neg(terms[0].span, terms[0]) if signs[0] == "-" else terms[0]
    return ast.Sum(at, (first, *terms[1:]), tuple(signs[1:]))


def replaced(expr: ast.Expr, part: ast.Expr, by: ast.Expr) -> ast.Expr:
    """The expression with a part, wherever it stands, replaced by another."""
    if expr == part:
        return by
    changes: dict[str, Any] = {}
    for one in fields(expr):
        value = getattr(expr, one.name)
        if isinstance(value, ast.Expr):
            changes[one.name] = replaced(value, part, by)
        elif isinstance(value, tuple) and value and isinstance(value[0], ast.Expr):
            changes[one.name] = tuple(replaced(sub, part, by) for sub in value)
    return replace(expr, **changes) if changes else expr
