"""Integers as they are written."""

from __future__ import annotations

from gradcli.syntax import ast


def integer(expr: ast.Expr) -> int | None:
    """The integer that a literal is, with or without a minus sign; else None."""
    if isinstance(expr, ast.Neg):
        inner = integer(expr.arg)
        return None if inner is None else -inner
    if isinstance(expr, ast.Num) and expr.value.denominator == 1:
        return expr.value.numerator
    return None
