"""Literals of Python, and arithmetic on them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from fractions import Fraction

from gradcli.pysource.refusal import Refused
from gradcli.pysource.values import Number, Value, Word


def constant(node: ast.expr) -> Value | None:
    """A literal, or arithmetic on literals, as a value; None for anything else."""
    match node:
        case ast.Constant(value=bool() | str() | None as word):
            return Word(word)
        case ast.Constant(value=int() as number):
            return Number(Fraction(number), whole=True)
        case ast.Constant(value=float() as number) if number == number and abs(number) != float("inf"):
            return Number(Fraction(repr(number)))
        case ast.UnaryOp(op=ast.USub(), operand=inner):
            found = constant(inner)
            return Number(-found.value, found.whole) if isinstance(found, Number) else None
        case ast.BinOp(left=left, op=op, right=right):
            a, b = constant(left), constant(right)
            sign = OPERATORS.get(type(op))
            if not isinstance(a, Number) or not isinstance(b, Number) or sign in (None, "@"):
                return None
            from gradcli.pysource.numbers import combine

            try:
                result = combine(str(sign), a, b, node)
            except Refused:
                return None
            return result if isinstance(result, Number) else None
    return None


OPERATORS: Mapping[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
}
