"""Arithmetic of Python's numbers and of sizes, exact: what does not depend on arrays is computed while reading."""

from __future__ import annotations

import ast
from fractions import Fraction
from math import isqrt

from gradcli.pysource.arrays import as_array, binary
from gradcli.pysource.refusal import Refused
from gradcli.pysource.sizes import Size, size
from gradcli.pysource.values import Array, Number, Value, Word

HALF = Number(Fraction(1, 2))
_MOST = 10**4  # the largest exponent that is carried out


def plain(value: Value) -> Value:
    """Sizes that are numbers, and truth values, as numbers."""
    if isinstance(value, Size) and value.number is not None:
        return Number(Fraction(value.number), whole=True)
    if isinstance(value, Word) and isinstance(value.value, bool):
        return Number(Fraction(value.value), whole=True)
    return value


def combine(op: str, left: Value, right: Value, node: ast.AST) -> Value:
    """`left op right` for + - * / // % **; numbers and sizes stay such where they can."""
    left, right = plain(left), plain(right)
    if isinstance(left, Number) and isinstance(right, Number):
        found = _numbers(op, left, right, node)
        if found is not None:
            return found
    whole = [value for value in (left, right) if isinstance(value, Size) or (isinstance(value, Number) and value.whole)]
    if len(whole) == 2 and op in ("+", "-", "*", "//", "%"):
        return _sizes(op, _as_size(left), _as_size(right), node)
    if op in ("//", "%"):
        raise Refused(node, f"{op} of arrays is not read")
    return binary(op, as_array(left, node), as_array(right, node), node)


def _as_size(value: Value) -> Size:
    if isinstance(value, Size):
        return value
    assert isinstance(value, Number)
    return size(int(value.value))


def _numbers(op: str, left: Number, right: Number, node: ast.AST) -> Number | None:
    a, b = left.value, right.value
    whole = left.whole and right.whole
    if op in ("/", "//", "%") and b == 0:
        raise Refused(node, "division by zero")
    match op:
        case "+":
            return Number(a + b, whole)
        case "-":
            return Number(a - b, whole)
        case "*":
            return Number(a * b, whole)
        case "/":
            return Number(a / b)
        case "//":
            return Number(Fraction(a // b), whole)
        case "%":
            return Number(a % b, whole)
    if b.denominator == 1 and abs(b) <= _MOST and (a != 0 or b > 0) and a.numerator.bit_length() * abs(b) < 10**5:
        return Number(a**b.numerator, whole and b >= 0)
    root = square_root(a) if abs(b) == Fraction(1, 2) and a > 0 else None
    return None if root is None else Number(root if b > 0 else 1 / root)


def square_root(value: Fraction) -> Fraction | None:
    """The rational square root of a number that is not negative, if there is one."""
    if value < 0:
        return None
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    return Fraction(top, bottom) if (top * top, bottom * bottom) == (value.numerator, value.denominator) else None


def _sizes(op: str, left: Size, right: Size, node: ast.AST) -> Value:
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    found = left.quotient(right)
    if found is None:
        raise Refused(node, f"{left} {op} {right} is not known", "declare the size as a product, `x: n 2*d`")
    return found if op == "//" else size(0)


def compared(op: str, left: Value, right: Value, node: ast.AST) -> bool | None:
    """A comparison of what is known while reading: numbers, sizes, strings; None where an array stands in it."""
    left, right = plain(left), plain(right)
    if isinstance(left, Word) or isinstance(right, Word):
        same = left == right
        return same if op == "==" else not same if op == "!=" else None
    if isinstance(left, Array) or isinstance(right, Array):
        return None
    if isinstance(left, Number) and isinstance(right, Number):
        a, b = left.value, right.value
        return {"==": a == b, "!=": a != b, "<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]
    if isinstance(left, Size | Number) and isinstance(right, Size | Number):
        if left == right:
            return op in ("==", "<=", ">=")
        raise Refused(node, "a condition on sizes that is not settled is not read")
    if op in ("==", "!="):
        return (left == right) == (op == "==")
    return None
