"""Patterns: expressions with names for what may stand there.

The texts are the language's own, as far as Python reads them; they are parsed and never run.
"""

from __future__ import annotations

import ast
from fractions import Fraction

from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.record import dataclass

SCALED = "scaled"  # a product with scalar factors: c * A
NUMBER = "number"
ANY = "name"
_INTEGERS = frozenset("jk")


@dataclass(frozen=True, slots=True)
class Pattern:
    """An operation of patterns; `data` is what it holds, or the name of an integer that it holds.

    A name has the operation ANY: capitals stand for matrices, x and y for vectors, c for scalars, t for anything.
    """

    op: str
    args: tuple[Pattern, ...] = ()
    data: Fraction | int | str | None = None


def pattern(text: str) -> Pattern:
    """The pattern that a text writes.  Raises ValueError for what is none."""
    return _read(ast.parse(text.replace("^", "<<"), mode="eval").body)  # a shift binds tighter than a comparison alone


def _read(expr: ast.expr) -> Pattern:
    match expr:
        case ast.Name():
            return Pattern(ANY, (), expr.id)
        case ast.Constant(value=int() as number):
            return Pattern(NUMBER, (), Fraction(number))
        case ast.Attribute(attr="T"):
            return Pattern("T", (_read(expr.value),))
        case ast.UnaryOp(op=ast.USub(), operand=ast.Name(id=name)) if name in _INTEGERS:
            return Pattern(ANY, (), f"-{name}")
        case ast.UnaryOp(op=ast.USub()):
            inner = _read(expr.operand)
            return negated(inner)
        case ast.BinOp(op=ast.LShift()):
            return Pattern("mpow", (_read(expr.left),), _integer(expr.right))
        case ast.BinOp(op=ast.Pow()):
            return Pattern("pow", (_read(expr.left), _read(expr.right)))
        case ast.BinOp(op=ast.MatMult()):
            return Pattern("matmul", (_read(expr.left), _read(expr.right)))
        case ast.BinOp(op=ast.Mult()):
            return Pattern(SCALED, (_read(expr.left), _read(expr.right)))
        case ast.BinOp(op=ast.Div(), left=ast.Constant(value=int() as top), right=ast.Constant(value=int() as bottom)):
            return Pattern(NUMBER, (), Fraction(top, bottom))
        case ast.Call(func=ast.Name(id=name)):
            return _call(name, expr.args)
    raise ValueError(f"no pattern: {ast.unparse(expr)}")


def _call(name: str, args: list[ast.expr]) -> Pattern:
    first = _read(args[0])
    if name in SCALAR_FUNCTIONS:
        return Pattern("elem", (first,), name)
    if name in ("tril", "triu"):
        return Pattern(name, (first,), _integer(args[1]))
    if name == "diag":
        return Pattern("diag" if is_vector(first) else "diagonal", (first,))
    return Pattern(name, tuple(map(_read, args)))


def _integer(expr: ast.expr) -> str | int:
    read = _read(expr)
    assert isinstance(read.data, str)
    return read.data


def negated(inner: Pattern) -> Pattern:
    """Minus a pattern."""
    if inner.op == NUMBER and isinstance(inner.data, Fraction):
        return Pattern(NUMBER, (), -inner.data)
    return Pattern(SCALED, (Pattern(NUMBER, (), Fraction(-1)), inner))


def is_vector(found: Pattern) -> bool:
    """Whether a pattern stands for vectors."""
    if found.op == ANY:
        return str(found.data) in ("x", "y")
    return found.op in ("pow", "elem", "diagonal") and is_vector(found.args[0])


def names_of(found: Pattern) -> frozenset[str]:
    """The names of expressions in a pattern."""
    if found.op == ANY:
        return frozenset({str(found.data).lstrip("-")})
    return frozenset().union(*map(names_of, found.args))
