"""Dimensions written where an expression stands: `eye(n)`, `reshape(x, m * p, 3)`."""

from __future__ import annotations

from gradcli.expr.reduce import dim_product
from gradcli.expr.shapes import Dim
from gradcli.syntax import ast


def dimension_of(expr: ast.Expr) -> Dim | None:
    """A name, a positive integer or a product of such; else None."""
    if isinstance(expr, ast.Name):
        return expr.id
    if isinstance(expr, ast.Num):
        value = expr.value
        return value.numerator if value.denominator == 1 and value > 0 else None
    if isinstance(expr, ast.Product) and all(op == "*" for op in expr.ops):
        out: Dim = 1
        for factor in expr.factors:
            dim = dimension_of(factor)
            if dim is None:
                return None
            out = dim_product(out, dim)
        return out
    return None
