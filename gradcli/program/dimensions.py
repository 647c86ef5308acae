"""Dimensions written where an expression stands: `eye(n)`, `reshape(x, m * p, 3)`, `x[2:n - 1]`."""

from __future__ import annotations

from gradcli.expr.dims import Dim, dim_product, dim_scaled, dim_sum, least_dim
from gradcli.syntax import ast


def dimension_of(expr: ast.Expr) -> Dim | None:
    """A positive integer or a polynomial of names, or the lesser of two, `min(m, n)`; else None."""
    dim = polynomial(expr)
    return None if isinstance(dim, int) and dim < 1 else dim


def polynomial(expr: ast.Expr) -> Dim | None:
    """A polynomial of names with integer coefficients, of any sign; None where it is none."""
    match expr:
        case ast.Name():
            return expr.id
        case ast.Num():
            return expr.value.numerator if expr.value.denominator == 1 else None
        case ast.Neg():
            inner = polynomial(expr.arg)
            return None if inner is None else dim_scaled(-1, inner)
        case ast.Call() if expr.fn == "min" and len(expr.args) == 2 and not expr.primes:
            first, second = (dimension_of(arg) for arg in expr.args)
            return None if first is None or second is None else least_dim(first, second)
        case ast.Product() if all(op == "*" for op in expr.ops):
            out: Dim = 1
            for factor in expr.factors:
                dim = polynomial(factor)
                if dim is None:
                    return None
                out = dim_product(out, dim)
            return out
        case ast.Sum():
            total: Dim = 0
            for op, term in zip(("+", *expr.ops), expr.terms, strict=True):
                dim = polynomial(term)
                if dim is None:
                    return None
                total = dim_sum(total, dim if op == "+" else dim_scaled(-1, dim))
            return total
        case ast.Power() | ast.MatPower():
            base, exponent = polynomial(expr.base), polynomial(expr.exponent)
            if base is None or not isinstance(exponent, int) or not 0 <= exponent <= 8:
                return None
            power: Dim = 1
            for _ in range(exponent):
                power = dim_product(power, base)
            return power
    return None
