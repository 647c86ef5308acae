"""Formulas over one argument `t`, as the catalogue writes them, and their value in any algebra.

The texts are the catalogue's own; they are read as Python expressions and never run.
"""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import cache
from typing import Generic, TypeVar

T = TypeVar("T")

CONSTANTS = ("pi", "e_")
_COMPARISONS: dict[type[ast.cmpop], str] = {ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="}


class Algebra(ABC, Generic[T]):
    """What a formula may be made of: polynomials of the normal form, Taylor series, numbers."""

    @abstractmethod
    def number(self, value: Fraction) -> T:
        """A rational."""

    @abstractmethod
    def constant(self, name: str) -> T:
        """`pi` or `e_`."""

    @abstractmethod
    def argument(self) -> T:
        """What `t` stands for."""

    @abstractmethod
    def add(self, a: T, b: T) -> T:
        """The sum."""

    @abstractmethod
    def multiply(self, a: T, b: T) -> T:
        """The product."""

    @abstractmethod
    def power(self, base: T, exponent: T) -> T:
        """The power."""

    @abstractmethod
    def compare(self, op: str, a: T, b: T) -> T:
        """1 where `a op b`, else 0; `op` is `<` or `<=`."""

    @abstractmethod
    def call(self, name: str, args: Sequence[T]) -> T:
        """A scalar function of the catalogue, or `max` or `min`."""

    @abstractmethod
    def where(self, condition: T, yes: Callable[[], T], no: Callable[[], T]) -> T:
        """One of the two, by the condition."""


@cache
def parsed(text: str) -> ast.expr:
    """The syntax tree of a formula.  Raises SyntaxError."""
    return ast.parse(text, mode="eval").body


def value(text: str, algebra: Algebra[T]) -> T:
    """What the formula is in an algebra.  Raises ValueError for what no formula may hold."""
    return _value(parsed(text), algebra)


def _value(expr: ast.expr, algebra: Algebra[T]) -> T:
    match expr:
        case ast.Constant(value=int() | float()):
            return algebra.number(Fraction(str(expr.value)))
        case ast.Name(id="t"):
            return algebra.argument()
        case ast.Name() if expr.id in CONSTANTS:
            return algebra.constant(expr.id)
        case ast.UnaryOp(op=ast.USub()):
            return algebra.multiply(algebra.number(Fraction(-1)), _value(expr.operand, algebra))
        case ast.BinOp():
            return _operation(expr.op, _value(expr.left, algebra), _value(expr.right, algebra), algebra)
        case ast.Compare(ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
            a, b = _value(expr.left, algebra), _value(right, algebra)
            name = _COMPARISONS[type(op)]
            return algebra.compare(name, a, b) if name in ("<", "<=") else algebra.compare("<" + name[1:], b, a)
        case ast.Call(func=ast.Name(id="where"), args=[condition, yes, no]):
            return algebra.where(_value(condition, algebra), lambda: _value(yes, algebra), lambda: _value(no, algebra))
        case ast.Call(func=ast.Name(id=name)):
            return algebra.call(name, [_value(arg, algebra) for arg in expr.args])
    raise ValueError(f"no formula of the catalogue: {ast.unparse(expr)}")


def _operation(op: ast.operator, a: T, b: T, algebra: Algebra[T]) -> T:
    minus_one = algebra.number(Fraction(-1))
    match op:
        case ast.Add():
            return algebra.add(a, b)
        case ast.Sub():
            return algebra.add(a, algebra.multiply(minus_one, b))
        case ast.Mult():
            return algebra.multiply(a, b)
        case ast.Div():
            return algebra.multiply(a, algebra.power(b, minus_one))
        case ast.Pow():
            return algebra.power(a, b)
    raise ValueError(f"no operation of a formula: {type(op).__name__}")


def called(text: str) -> frozenset[str]:
    """The functions that a formula calls."""
    nodes = ast.walk(parsed(text))
    return frozenset(node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
