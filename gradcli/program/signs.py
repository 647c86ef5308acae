"""Products without signs with the signs that they stand for, once the shapes are known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from fractions import Fraction
from typing import Any

from gradcli.record import replace
from gradcli.syntax import ast

Signs = Mapping[int, tuple[str, ...]]


def spelled_out(module: ast.Module, signs: Signs, ranks: Mapping[int, int]) -> ast.Module:
    """The module with `W x` as `W @ x`, `2 x` as `2 * x`, `x²` as `x**2`, `|t|` as `abs(t)`.

    `signs` are those that stand between factors side by side, `ranks` the ranks of what is raised to a power, each by
    the `id` of its expression.
    """
    return replace(module, statements=tuple(_statement(statement, signs, ranks) for statement in module.statements))


def _statement(statement: ast.Statement, signs: Signs, ranks: Mapping[int, int]) -> ast.Statement:
    match statement:
        case ast.Define() | ast.DefineFunction() | ast.DefineIndexed() | ast.DefineMany():
            value = _expr(statement.value, signs, ranks)
            return statement if value is statement.value else replace(statement, value=value)
        case ast.Check() | ast.Assume():
            changes: dict[str, Any] = {"sides": tuple(_expr(side, signs, ranks) for side in statement.sides)}
            same = all(a is b for a, b in zip(changes["sides"], statement.sides, strict=True))
            return statement if same else replace(statement, **changes)
    return statement


def _expr(expr: ast.Expr, signs: Signs, ranks: Mapping[int, int]) -> ast.Expr:
    """The expression itself where nothing in it changes."""
    changed: dict[str, Any] = {}
    for field in fields(expr):
        value = getattr(expr, field.name)
        if isinstance(value, ast.Expr):
            new: object = _expr(value, signs, ranks)
        elif isinstance(value, tuple) and any(isinstance(part, ast.Expr) for part in value):
            new = tuple(_expr(part, signs, ranks) for part in value)
            if all(a is b for a, b in zip(new, value, strict=True)):
                new = value
        else:
            continue
        if new is not value:
            changed[field.name] = new
    out = replace(expr, **changed) if changed else expr
    match out:
        case ast.Product() if ast.BESIDE in out.ops or "·" in out.ops:
            beside = iter(signs.get(id(expr), _guessed(out)))
            ops = tuple(next(beside, "@") if op == ast.BESIDE else "*" if op == "·" else op for op in out.ops)
            return replace(out, ops=ops)
        case ast.Bars():
            return ast.Call(out.span, "abs", 0, (out.arg,))
        case ast.Superscript():
            number: ast.Expr = ast.Num(out.span, Fraction(abs(out.exponent)))
            if out.exponent < 0:
                number = ast.Neg(out.span, number)
            matrix = ranks.get(id(expr), 0) == 2
            return ast.MatPower(out.span, out.base, number) if matrix else ast.Power(out.span, out.base, number)
    return out


def _guessed(product: ast.Product) -> tuple[str, ...]:
    """The signs where the shapes do not fit together: a number scales."""
    scalars = [isinstance(factor, ast.Num) for factor in product.factors]
    return tuple("*" if all(scalars[: i + 1]) or scalars[i + 1] else "@" for i in range(len(product.ops)))
