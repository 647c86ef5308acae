"""A syntax tree as text of the language."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gradcli.syntax import ast

_COMPARE, _SUM, _PRODUCT, _NEG, _BESIDE, _POWER, _ATOM = range(7)
_OPERATORS = {"kron": "⊗"}
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
Kept = Mapping[int, str]


def unparse(expr: ast.Expr, kept: Kept | None = None, tight: str = "") -> str:
    """Text that parses to the same tree, but for brackets that say nothing.

    `kept` holds, by `id`, the text of subtrees that are to stand as they were written; `tight` the operators that
    have no spaces around them.
    """
    return _Writer(kept or {}, tight).write(expr)[0]


class _Writer:
    def __init__(self, kept: Kept, tight: str) -> None:
        self.kept = kept
        self.tight = tight

    def write(self, expr: ast.Expr) -> tuple[str, int]:
        """Text and how tightly it holds together."""
        text, level = self._fresh(expr)
        written = self.kept.get(id(expr))
        if written is None:
            return text, level
        return written, _PRODUCT if "∂" in written or "∇" in written else level

    def _fresh(self, expr: ast.Expr) -> tuple[str, int]:
        match expr:
            case ast.Num():
                return _number(expr.value)
            case ast.Str():
                return f'"{expr.value}"', _ATOM
            case ast.Name():
                return expr.id, _ATOM
            case ast.Neg():
                return f"-{self._at(expr.arg, _NEG)}", _NEG
            case ast.Sum():
                return self._sum(expr), _SUM
            case ast.Product():
                if expr.ops[0] == ast.BESIDE:
                    return " ".join(self._beside(i, factor) for i, factor in enumerate(expr.factors)), _BESIDE
                return self._product(expr), _PRODUCT
            case ast.Compare():
                return f"{self._at(expr.left, _SUM)} {expr.op} {self._at(expr.right, _SUM)}", _COMPARE
            case ast.Power():
                return f"{self._at(expr.base, _ATOM)}**{self._at(expr.exponent, _NEG)}", _POWER
            case ast.MatPower():
                return f"{self._at(expr.base, _ATOM)}^{self._exponent(expr.exponent)}", _ATOM
            case ast.Superscript():
                return f"{self._at(expr.base, _ATOM)}{str(expr.exponent).translate(_SUPERSCRIPTS)}", _ATOM
            case ast.Bars():
                return f"|{self.write(expr.arg)[0]}|", _ATOM
            case ast.Entries():
                return f"[{self.write(expr.body)[0]}]_{''.join(expr.indices)}", _ATOM
            case ast.Transpose():
                if isinstance(expr.arg, ast.MatPower) and unparse(expr.arg.exponent) == "-1":
                    return f"{self._at(expr.arg.base, _ATOM)}^-T", _ATOM
                return f"{self._at(expr.arg, _ATOM)}.T", _ATOM
            case ast.Call():
                args = [self.write(arg)[0] for arg in expr.args]
                args += [f"{key}={self.write(value)[0]}" for key, value in expr.kwargs]
                return f"{expr.fn}{chr(39) * expr.primes}({', '.join(args)})", _ATOM
            case ast.Slice():
                ends = ("" if part is None else self.write(part)[0] for part in (expr.first, expr.last))
                return ":".join(ends), _ATOM
            case ast.LastTwoTurned():
                return f"{self._at(expr.arg, _ATOM)}.mT", _ATOM
            case ast.Index():
                return f"{self._at(expr.base, _ATOM)}[{self._list(expr.indices)}]", _ATOM
            case ast.ListLit():
                return f"[{self._list(expr.items)}]", _ATOM
            case ast.IndexSum():
                return f"{expr.fn}[{', '.join(expr.indices)}]({self.write(expr.body)[0]})", _ATOM
        raise AssertionError(f"no expression: {expr}")

    def _list(self, parts: tuple[ast.Expr, ...]) -> str:
        return ", ".join(self.write(part)[0] for part in parts)

    def _at(self, expr: ast.Expr, level: int) -> str:
        text, own = self.write(expr)
        return text if own >= level else f"({text})"

    def _sum(self, expr: ast.Sum) -> str:
        out = self._at(expr.terms[0], _PRODUCT)
        for op, term in zip(expr.ops, expr.terms[1:], strict=True):
            if isinstance(term, ast.Neg) and id(term) not in self.kept:
                op, term = "-" if op == "+" else "+", term.arg
            out += f" {op} {self._at(term, _PRODUCT)}"
        return out

    def _product(self, expr: ast.Product) -> str:
        first = expr.factors[0]
        mixed = isinstance(first, ast.Product) and {*first.ops} != {*expr.ops}
        out = self._at(first, _POWER if mixed else _PRODUCT)
        for op, factor in zip(expr.ops, expr.factors[1:], strict=True):
            space = "" if op in self.tight else " "
            out += f"{space}{_OPERATORS.get(op, op)}{space}{self._at(factor, _POWER)}"
        return out

    def _beside(self, position: int, factor: ast.Expr) -> str:
        """A factor without a sign before it; a number stands in front."""
        text = self._at(factor, _POWER)
        return f"({text})" if position and isinstance(factor, ast.Num) else text

    def _exponent(self, expr: ast.Expr) -> str:
        text, level = self.write(expr)
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
