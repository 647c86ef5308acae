"""Sums over indices that stand twice, and letters of sums that stand open elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gradcli.latex import build
from gradcli.latex.context import Context
from gradcli.latex.derivative_signs import derivative_parts as derivative_parts
from gradcli.latex.spread import renamed
from gradcli.syntax import ast


def separate(value: ast.Expr, free: set[str], context: Context) -> ast.Expr:
    """The expression with sums over other letters than those that are open beside them."""
    clashes = {
        index for node in build.walk(value) if isinstance(node, ast.IndexSum) for index in node.indices if index in free
    }
    for index in clashes:
        value = renamed_sums(value, index, context.fresh(index))
    return value


def renamed_sums(value: ast.Expr, old: str, new: str) -> ast.Expr:
    """The expression with its sums over an index over another one."""
    from dataclasses import fields

    if isinstance(value, ast.IndexSum) and old in value.indices:
        indices = tuple(new if index == old else index for index in value.indices)
        return replace(value, indices=indices, body=renamed(value.body, old, new))
    changes: dict[str, Any] = {}
    for one in fields(value):
        part = getattr(value, one.name)
        if isinstance(part, ast.Expr):
            changes[one.name] = renamed_sums(part, old, new)
        elif isinstance(part, tuple) and part and isinstance(part[0], ast.Expr):
            changes[one.name] = tuple(renamed_sums(sub, old, new) for sub in part)
    return replace(value, **changes) if changes else value


def einstein(value: ast.Expr, kept: set[str]) -> ast.Expr:
    """Terms with each index that stands twice in them summed over."""
    if isinstance(value, ast.Sum):
        return replace(value, terms=tuple(einstein(term, kept) for term in value.terms))
    if isinstance(value, ast.Neg):
        return replace(value, arg=einstein(value.arg, kept))
    counts: dict[str, int] = {}
    bound: set[str] = set()
    for node in build.walk(value):
        if isinstance(node, ast.IndexSum):
            bound |= set(node.indices)
        if isinstance(node, ast.Index):
            for index in node.indices:
                if isinstance(index, ast.Name):
                    counts[index.id] = counts.get(index.id, 0) + 1
    twice = tuple(name for name, count in counts.items() if count > 1 and name not in kept and name not in bound)
    return ast.IndexSum(value.span, twice, value) if twice else value
