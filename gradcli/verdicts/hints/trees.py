"""Making syntax trees that nobody wrote."""

from __future__ import annotations

from fractions import Fraction

from gradcli.diagnostics import Diagnostic
from gradcli.syntax import ast
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.parse import parse_expression

NOWHERE = Span(0, 0)


def parsed(text: str) -> ast.Expr | None:
    """The tree of an expression; None where it is none."""
    found = parse_expression(Source("", text))
    return None if isinstance(found, Diagnostic) else found


def number(value: Fraction | int) -> ast.Expr:
    """A number."""
    return ast.Num(NOWHERE, Fraction(value))


def name(text: str) -> ast.Expr:
    """A name."""
    return ast.Name(NOWHERE, text)


def times(a: ast.Expr, b: ast.Expr, op: str = "*") -> ast.Expr:
    """`a * b`, or another operation of that precedence; a product on the left is carried on."""
    if isinstance(a, ast.Product):
        return ast.Product(NOWHERE, (*a.factors, b), (*a.ops, op))
    return ast.Product(NOWHERE, (a, b), (op,))


def scaled(value: Fraction, a: ast.Expr) -> ast.Expr:
    """`value * a`, with a product as `value * first * ...` and 1/k as a division."""
    if value == -1:
        return negated(a)
    if value.numerator == 1 and value.denominator > 1:
        return times(a, number(value.denominator), "/")
    if isinstance(a, ast.Product):
        return ast.Product(NOWHERE, (number(value), *a.factors), ("*", *a.ops))
    return ast.Product(NOWHERE, (number(value), a), ("*",))


def negated(a: ast.Expr) -> ast.Expr:
    """`-a`, a minus in front of it taken away; of a sum, every sign turned round."""
    if isinstance(a, ast.Neg):
        return a.arg
    if isinstance(a, ast.Product) and isinstance(a.factors[0], ast.Neg):
        return ast.Product(NOWHERE, (a.factors[0].arg, *a.factors[1:]), a.ops)
    if isinstance(a, ast.Product):
        return ast.Product(NOWHERE, (ast.Neg(NOWHERE, a.factors[0]), *a.factors[1:]), a.ops)
    return ast.Neg(NOWHERE, a)


def transposed(a: ast.Expr) -> ast.Expr:
    """`a.T`, or `a` where it is transposed already."""
    return a.arg if isinstance(a, ast.Transpose) else ast.Transpose(NOWHERE, a)


def plus(a: ast.Expr, b: ast.Expr, op: str = "+") -> ast.Expr:
    """`a + b` or `a - b`."""
    if isinstance(a, ast.Sum):
        return ast.Sum(NOWHERE, (*a.terms, b), (*a.ops, op))
    return ast.Sum(NOWHERE, (a, b), (op,))


def call(fn: str, *args: ast.Expr, primes: int = 0, **options: ast.Expr) -> ast.Expr:
    """`fn(args)`."""
    return ast.Call(NOWHERE, fn, primes, args, tuple(options.items()))


def inverse(a: ast.Expr) -> ast.Expr:
    """`a^-1`, an inverse undone."""
    if isinstance(a, ast.MatPower) and isinstance(a.exponent, ast.Neg):
        return a.base
    if isinstance(a, ast.Call) and a.fn == "inv":
        return a.args[0]
    return call("inv", a)
