"""A syntax tree as text of the language."""

from __future__ import annotations

from fractions import Fraction

from gradcli.syntax import ast

_COMPARE, _SUM, _PRODUCT, _NEG, _POWER, _ATOM = range(6)
_OPERATORS = {"kron": "⊗"}


def unparse(expr: ast.Expr) -> str:
    """Text that parses to the same tree, but for brackets that say nothing."""
    return _write(expr)[0]


def _write(expr: ast.Expr) -> tuple[str, int]:
    match expr:
        case ast.Num():
            return _number(expr.value)
        case ast.Str():
            return f'"{expr.value}"', _ATOM
        case ast.Name():
            return expr.id, _ATOM
        case ast.Neg():
            return f"-{_at(expr.arg, _NEG)}", _NEG
        case ast.Sum():
            return _sum(expr), _SUM
        case ast.Product():
            return _product(expr), _PRODUCT
        case ast.Compare():
            return f"{_at(expr.left, _SUM)} {expr.op} {_at(expr.right, _SUM)}", _COMPARE
        case ast.Power():
            return f"{_at(expr.base, _ATOM)}**{_at(expr.exponent, _NEG)}", _POWER
        case ast.MatPower():
            return f"{_at(expr.base, _ATOM)}^{_exponent(expr.exponent)}", _ATOM
        case ast.Transpose():
            if isinstance(expr.arg, ast.MatPower) and unparse(expr.arg.exponent) == "-1":
                return f"{_at(expr.arg.base, _ATOM)}^-T", _ATOM
            return f"{_at(expr.arg, _ATOM)}.T", _ATOM
        case ast.Call():
            args = [unparse(arg) for arg in expr.args]
            args += [f"{key}={unparse(value)}" for key, value in expr.kwargs]
            primes = "'" * expr.primes
            return f"{expr.fn}{primes}({', '.join(args)})", _ATOM
        case ast.Index():
            return f"{_at(expr.base, _ATOM)}[{', '.join(map(unparse, expr.indices))}]", _ATOM
        case ast.ListLit():
            return f"[{', '.join(map(unparse, expr.items))}]", _ATOM
        case ast.IndexSum():
            return f"sum[{', '.join(expr.indices)}]({unparse(expr.body)})", _ATOM
    raise AssertionError(f"no expression: {expr}")


def _at(expr: ast.Expr, level: int) -> str:
    text, own = _write(expr)
    return text if own >= level else f"({text})"


def _sum(expr: ast.Sum) -> str:
    out = _at(expr.terms[0], _PRODUCT)
    for op, term in zip(expr.ops, expr.terms[1:], strict=True):
        if isinstance(term, ast.Neg):
            op, term = "-" if op == "+" else "+", term.arg
        out += f" {op} {_at(term, _PRODUCT)}"
    return out


def _product(expr: ast.Product) -> str:
    out = _at(expr.factors[0], _PRODUCT)
    for op, factor in zip(expr.ops, expr.factors[1:], strict=True):
        out += f" {_OPERATORS.get(op, op)} {_at(factor, _POWER)}"
    return out


def _exponent(expr: ast.Expr) -> str:
    text, level = _write(expr)
    return text if level == _ATOM or (level == _NEG and isinstance(expr, ast.Neg | ast.Num)) else f"({text})"


def _number(value: Fraction) -> tuple[str, int]:
    if value.denominator == 1:
        return str(value.numerator), _ATOM if value >= 0 else _NEG
    for digits in range(1, 7):
        scaled = abs(value) * 10**digits
        if scaled.denominator == 1:
            text = f"{scaled.numerator:0{digits + 1}d}"
            sign = "-" if value < 0 else ""
            return f"{sign}{text[:-digits]}.{text[-digits:]}", _NEG if sign else _ATOM
    return f"{value.numerator} / {value.denominator}", _PRODUCT
