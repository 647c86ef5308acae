"""Dimensions written where an expression stands: `eye(n)`, `reshape(x, m * p, 3)`."""

from __future__ import annotations

from gradcli.expr.reduce import dim_product
from gradcli.expr.shapes import Dim, least_dim
from gradcli.syntax import ast


def dimension_of(expr: ast.Expr) -> Dim | None:
    """A name, a positive integer, a product of such or the lesser of two, `min(m, n)`; else None."""
    if isinstance(expr, ast.Name):
        return expr.id
    if isinstance(expr, ast.Num):
        value = expr.value
        return value.numerator if value.denominator == 1 and value > 0 else None
    if isinstance(expr, ast.Call) and expr.fn == "min" and len(expr.args) == 2 and not expr.primes:
        first, second = (dimension_of(arg) for arg in expr.args)
        return None if first is None or second is None else least_dim(first, second)
    if isinstance(expr, ast.Product) and all(op == "*" for op in expr.ops):
        out: Dim = 1
        for factor in expr.factors:
            dim = dimension_of(factor)
            if dim is None:
                return None
            out = dim_product(out, dim)
        return out
    return None
