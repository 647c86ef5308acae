"""Syntax of the language as LaTeX, in the spelling of the document that it goes into."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

from gradcli.render.latex_names import latex_function, latex_name
from gradcli.syntax import ast

Shape = tuple[object, ...]
Kept = Mapping[int, str]

_SUM, _PRODUCT, _FACTOR, _POSTFIX, _ATOM = range(5)
_PLAIN = {"tr": r"\operatorname{tr}", "log": r"\log", "logdet": r"\log\det", "det": r"\det"}
_DOT = r" \cdot "
_COMMAND = re.compile(r"\\[A-Za-z]+$")
_TIMES, _ROW = r" \times ", r" \\ "
_COMPARE = {"<=": r"\le", ">=": r"\ge", "==": "=", "!=": r"\neq"}


class LatexWriter:
    """Writes expressions; `names` spells names as the document does, `shape_of` tells scalars from arrays.

    `kept` holds, by `id`, the text of parts that stand as they were written.
    """

    def __init__(
        self,
        names: Mapping[str, str],
        shape_of: Callable[[ast.Expr], Shape],
        kept: Kept | None = None,
        transpose: str = "^T",
    ) -> None:
        self.transpose = transpose
        self.tight = False
        self.names = names
        self.shape_of = shape_of
        self.kept = kept or {}

    def write(self, expr: ast.Expr) -> str:
        """The expression as LaTeX, without dollars."""
        return self._write(expr)[0]

    # -------------------------------------------------------------------- levels

    def _at(self, expr: ast.Expr, level: int) -> str:
        text, own = self._write(expr)
        if own >= level:
            return text
        tall = "\\frac" in text or "\\begin" in text
        return rf"\left({text}\right)" if tall else f"({text})"

    def _write(self, expr: ast.Expr) -> tuple[str, int]:
        fresh, level = self._fresh(expr)
        if id(expr) in self.kept:
            text = self.kept[id(expr)]
            if isinstance(expr, ast.Name) and text.startswith("(") and _is_bracketed(text):
                text = text[1:-1]  # brackets that its script asked for
            return text, _ATOM if _is_bracketed(text) else level
        return fresh, level

    def name(self, name: str) -> str:
        """A name as the document writes it."""
        return self.names.get(name) or latex_name(name)

    def _fresh(self, expr: ast.Expr) -> tuple[str, int]:
        match expr:
            case ast.Num():
                return _number(expr.value)
            case ast.Name():
                return {"pi": r"\pi", "e_": "e", "inf": r"\infty"}.get(expr.id) or self.name(expr.id), _ATOM
            case ast.Neg():
                return f"-{self._at(expr.arg, _PRODUCT)}", _SUM
            case ast.Sum():
                return self._sum(expr), _SUM
            case ast.Product():
                return self._product(expr)
            case ast.Compare():
                sign = _COMPARE.get(expr.op, expr.op)
                return rf"\mathbb{{1}}[{self.write(expr.left)} {sign} {self.write(expr.right)}]", _ATOM
            case ast.Power():
                exponent = self.write(expr.exponent)
                if self.shape_of(expr.base):
                    exponent = rf"\odot {exponent}"
                return f"{self._base(expr.base)}^{{{exponent}}}", _POSTFIX
            case ast.MatPower():
                return f"{self._base(expr.base)}^{{{self.write(expr.exponent)}}}", _POSTFIX
            case ast.Superscript():
                return f"{self._base(expr.base)}^{{{expr.exponent}}}", _POSTFIX
            case ast.Bars():
                return f"|{self.write(expr.arg)}|", _ATOM
            case ast.Transpose():
                return self._transpose(expr)
            case ast.Call():
                return self._call(expr)
            case ast.Index():
                return self._index(expr)
            case ast.ListLit():
                return self._literal(expr), _ATOM
            case ast.IndexSum():
                return rf"\sum_{{{','.join(map(self._letter, expr.indices))}}} {self._at(expr.body, _PRODUCT)}", _SUM
            case ast.Entries():
                return rf"[{self.write(expr.body)}]_{{{''.join(map(self._letter, expr.indices))}}}", _ATOM
        raise Unwritable(expr)

    def _letter(self, index: str) -> str:
        return self.names.get(index) or (index if len(index) == 1 else latex_name(index))

    def _base(self, expr: ast.Expr) -> str:
        text, level = self._write(expr)
        if level < _ATOM or "^" in text or text.startswith("\\frac"):
            tall = "\\frac" in text
            return rf"\left({text}\right)" if tall else f"({text})"
        return text

    # ------------------------------------------------------------------ operators

    def _sum(self, expr: ast.Sum) -> str:
        out = self._at(expr.terms[0], _PRODUCT) if not isinstance(expr.terms[0], ast.Neg) else self.write(expr.terms[0])
        for op, term in zip(expr.ops, expr.terms[1:], strict=True):
            if isinstance(term, ast.Neg) and id(term) not in self.kept:
                op, term = "-" if op == "+" else "+", term.arg
            out += f" {op} {self._at(term, _PRODUCT)}"
        return out

    def _product(self, expr: ast.Product) -> tuple[str, int]:
        out, level = self._write(expr.factors[0])
        whole: ast.Expr = expr.factors[0]
        for k, (op, factor) in enumerate(zip(expr.ops, expr.factors[1:], strict=True)):
            before = whole
            whole = ast.Product(expr.span, expr.factors[: k + 2], expr.ops[: k + 1])
            if op == "/":
                if self.shape_of(factor):
                    out, level = rf"{_in(out, level, _PRODUCT)} \oslash {self._at(factor, _FACTOR)}", _PRODUCT
                else:
                    out, level = rf"\frac{{{out}}}{{{self.write(factor)}}}", _FACTOR
            elif op == "kron":
                out, level = rf"{_in(out, level, _FACTOR)} \otimes {self._at(factor, _FACTOR)}", _PRODUCT
            elif op == "*" and self.shape_of(before) and self.shape_of(factor):
                out, level = rf"{_in(out, level, _PRODUCT)} \odot {self._at(factor, _FACTOR)}", _PRODUCT
            else:
                right = self._at(factor, _FACTOR)
                left = _in(out, level, _FACTOR)
                space = "" if self.tight and not (_COMMAND.search(left) and right[:1].isalpha()) else " "
                out, level = f"{left}{_DOT if right[:1].isdigit() else space}{right}", _FACTOR
        return out, level

    def _transpose(self, expr: ast.Transpose) -> tuple[str, int]:
        inner = expr.arg
        if isinstance(inner, ast.MatPower) and _number_of(inner.exponent) == -1:
            return rf"{self._base(inner.base)}^{{-T}}", _POSTFIX
        return f"{self._base(inner)}{self.transpose}", _POSTFIX

    # ----------------------------------------------------------------------- calls

    def _call(self, expr: ast.Call) -> tuple[str, int]:
        args = expr.args
        options = dict(expr.kwargs)
        if expr.fn == "grad" and len(args) == 2 and not options:
            return rf"\nabla_{{{self.write(args[1])}}} {self._at(args[0], _ATOM)}", _FACTOR
        if expr.fn == "jac" and len(args) == 2 and not options:
            return rf"\frac{{\partial {self._at(args[0], _FACTOR)}}}{{\partial {self._at(args[1], _ATOM)}}}", _ATOM
        if expr.fn == "hess" and len(args) == 2 and not options:
            return rf"\nabla^2_{{{self.write(args[1])}}} {self._at(args[0], _ATOM)}", _FACTOR
        if options or expr.fn in ("grad", "jac", "hess"):
            raise Unwritable(expr)
        if expr.fn == "norm" and len(args) == 1:
            matrix = len(self.shape_of(args[0])) == 2
            return rf"\|{self.write(args[0])}\|{'_F' if matrix else ''}", _ATOM
        if expr.fn == "norm1" and len(args) == 1:
            return rf"\|{self.write(args[0])}\|_1", _ATOM
        if expr.fn == "ones" and args:
            sizes = _TIMES.join(map(self.write, args))
            return rf"\mathbf{{1}}_{{{sizes}}}", _ATOM
        if expr.fn == "eye" and args:
            return rf"I_{{{self.write(args[0])}}}", _ATOM
        if expr.fn == "inv":
            return f"{self._base(args[0])}^{{-1}}", _POSTFIX
        if expr.fn == "pinv":
            return f"{self._base(args[0])}^+", _POSTFIX
        if expr.fn == "sqrt":
            return rf"\sqrt{{{self.write(args[0])}}}", _ATOM
        if expr.fn == "abs":
            return f"|{self.write(args[0])}|", _ATOM
        if expr.fn == "where" and len(args) == 3 and isinstance(args[0], ast.Compare):
            when = f"{self.write(args[0].left)} {_COMPARE.get(args[0].op, args[0].op)} {self.write(args[0].right)}"
            cases = f"{self.write(args[1])} & {when} {_ROW} {self.write(args[2])} & \\text{{otherwise}}"
            return rf"\begin{{cases}} {cases} \end{{cases}}", _ATOM
        if expr.fn == "dot" and len(args) == 2:
            return rf"\langle {self.write(args[0])}, {self.write(args[1])} \rangle", _ATOM
        if expr.fn == "exp" and not self.shape_of(args[0]):
            return rf"\exp({self.write(args[0])})", _ATOM
        head = _PLAIN.get(expr.fn) or self.names.get(expr.fn) or latex_function(expr.fn)
        return f"{head}{chr(39) * expr.primes}({', '.join(map(self.write, args))})", _ATOM

    def _index(self, expr: ast.Index) -> tuple[str, int]:
        base = expr.base
        letters = [
            self.write(index) if not isinstance(index, ast.Name) else self._letter(index.id) for index in expr.indices
        ]
        if isinstance(base, ast.Call) and base.fn == "grad" and len(base.args) == 2:
            of, by = base.args
            return rf"\frac{{\partial {self._at(of, _FACTOR)}}}{{\partial {self._entry(by, letters)}}}", _ATOM
        if isinstance(base, ast.Call) and base.fn == "jac" and base.kwargs and len(base.args) == 2:
            of, by = base.args
            first = max(1, len(self.shape_of(of))) if self.shape_of(of) else 0
            top, bottom = letters[:first], letters[first:]
            return rf"\frac{{\partial {self._entry(of, top)}}}{{\partial {self._entry(by, bottom)}}}", _ATOM
        if isinstance(base, ast.Name) and base.id == "I":
            return rf"\delta_{{{''.join(letters)}}}", _ATOM
        return self._entry(base, letters), _ATOM

    def _entry(self, base: ast.Expr, letters: list[str]) -> str:
        if not letters:
            return self._at(base, _ATOM)
        joined = "".join(letters) if all(len(letter) == 1 for letter in letters) else ",".join(letters)
        text, level = self._write(base)
        if level < _ATOM or "_" in text or "^" in text:
            text = rf"\left({text}\right)" if "\\frac" in text else f"({text})"
        return f"{text}_{{{joined}}}"

    def _literal(self, expr: ast.ListLit) -> str:
        if expr.items and isinstance(expr.items[0], ast.ListLit):
            rows = [" & ".join(map(self.write, row.items)) for row in expr.items if isinstance(row, ast.ListLit)]
        else:
            rows = [self.write(item) for item in expr.items]
        return rf"\begin{{bmatrix}} {_ROW.join(rows)} \end{{bmatrix}}"


class Unwritable(Exception):
    """An expression that has no spelling in formulas."""


def _is_bracketed(text: str) -> bool:
    """Whether one pair of brackets stands around all of a text."""
    plain = text.replace(r"\left", "").replace(r"\right", "").strip()
    if not plain.startswith(("(", "[")):
        return False
    depth = 0
    for at, char in enumerate(plain):
        depth += (char in "([") - (char in ")]")
        if not depth:
            return at == len(plain) - 1
    return False


def _in(text: str, level: int, wanted: int) -> str:
    if level >= wanted:
        return text
    return rf"\left({text}\right)" if "\\frac" in text else f"({text})"


def _number_of(expr: ast.Expr) -> int | None:
    if isinstance(expr, ast.Neg):
        inner = _number_of(expr.arg)
        return None if inner is None else -inner
    return expr.value.numerator if isinstance(expr, ast.Num) and expr.value.denominator == 1 else None


def _number(value: Fraction) -> tuple[str, int]:
    if value.denominator == 1:
        return str(value.numerator), _ATOM if value >= 0 else _SUM
    for digits in range(1, 5):
        scaled = abs(value) * 10**digits
        if scaled.denominator == 1 and value.denominator not in (2, 4, 5):
            return str(float(value)), _ATOM if value >= 0 else _SUM
    sign = "-" if value < 0 else ""
    return rf"{sign}\frac{{{abs(value.numerator)}}}{{{value.denominator}}}", _FACTOR if value >= 0 else _SUM
