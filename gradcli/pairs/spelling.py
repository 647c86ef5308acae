"""Expressions of the language in the spelling of a Python file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gradcli.pairs.claim import Claims
from gradcli.pairs.find import variables_of
from gradcli.syntax import ast
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module

_COMPARE, _SUM, _PRODUCT, _NEG, _POWER, _ATOM = range(6)
_WORD = re.compile(r"[^\W\d]\w*")


class Unspelled(Exception):
    """An expression that has no form in NumPy's notation here."""


@dataclass(frozen=True, slots=True)
class Spelled:
    """Python text, how tightly it holds together, the rank in NumPy, and how a 1-D array stands in the language.

    `reduced` is the axis that was summed over, so that it can be kept where the result is spread again.
    """

    text: str
    level: int
    rank: int
    stands: Literal["column", "row"] = "column"
    reduced: int | None = None

    def at(self, level: int) -> str:
        """The text as an operand."""
        return self.text if self.level >= level else f"({self.text})"


def in_python(text: str, claims: Claims, library: str) -> str | None:
    """An expression of the language as the file would write it; None where that is not settled."""
    module, wrong = parse_module(Source("<expected>", f"check 0 == {text}"))
    if wrong or len(module.statements) != 1 or not isinstance(module.statements[0], ast.Check):
        return None
    try:
        return _Speller(claims, library).spell(module.statements[0].sides[1]).text
    except Unspelled:
        return None


def python_names(claims: Claims) -> dict[str, str]:
    """The Python names of the program's names."""
    listed = claims.items
    names = {line.name: line.local for line in claims.reader.lines
             if line.local.isidentifier() and line.name not in listed}  # fmt: skip
    names.update({array.code: name for name, array in claims.values.items() if array.code.isidentifier()})
    names.update({array.code: name for name, array in claims.local.items() if array.code.isidentifier()})
    return {**claims.items, **names}


def renamed(words: str, claims: Claims) -> str:
    """The words of a hint with Python's names in place of the program's."""
    names = python_names(claims)
    return _WORD.sub(lambda found: names.get(found[0], found[0]), words)


class _Speller:
    def __init__(self, claims: Claims, library: str) -> None:
        self.names = python_names(claims)
        self.ranks = {line.name: len(line.dims) for line in claims.reader.lines}
        self.ranks.update({array.code: len(array.dims) for array in (*claims.values.values(), *claims.local.values())})
        for held in claims.upstream.values():
            self.ranks.setdefault(held, self.ranks.get(held, 2))
        self.claims = claims
        self.np = library
        self.axis, self.keep = ("dim", "keepdim") if library == "torch" else ("axis", "keepdims")

    def spell(self, node: ast.Expr) -> Spelled:
        match node:
            case ast.Num(value=value):
                text = str(value) if value.denominator == 1 else str(float(value))
                return Spelled(text, _ATOM if value >= 0 else _NEG, 0)
            case ast.Name(id=name):
                if name == "pi":
                    return Spelled(f"{self.np}.pi", _ATOM, 0)
                return Spelled(self.names.get(name, name), _ATOM, self.ranks.get(name, 0))
            case ast.Neg(arg=inner):
                part = self.spell(inner)
                return Spelled(f"-{part.at(_POWER)}", _NEG, part.rank, part.stands)
            case ast.Sum(terms=terms, ops=ops):
                out = self.spell(terms[0])
                for op, term in zip(ops, terms[1:], strict=True):
                    out = self.joined(out, op, self.spell(term), _SUM)
                return out
            case ast.Product(factors=factors, ops=ops):
                out = self.spell(factors[0])
                for op, factor in zip(ops, factors[1:], strict=True):
                    right = self.spell(factor)
                    out = self.product(out, right) if op == "@" else self.joined(out, op, right, _PRODUCT)
                return out
            case ast.Compare(op=op, left=left, right=right):
                found = self.joined(self.spell(left), op, self.spell(right), _COMPARE)
                return Spelled(f"({found.text})", _ATOM, found.rank, found.stands)
            case ast.Power(base=base, exponent=exponent):
                part, by = self.spell(base), self.spell(exponent)
                return Spelled(f"{part.at(_ATOM)}**{by.at(_ATOM)}", _POWER, part.rank, part.stands)
            case ast.Transpose(arg=inner):
                return self.turned(self.spell(inner))
            case ast.Call():
                return self.call(node)
        raise Unspelled

    def turned(self, part: Spelled) -> Spelled:
        """The transpose: a 1-D array stays as it is, and stands the other way."""
        if part.rank == 1:
            other: Literal["column", "row"] = "row" if part.stands == "column" else "column"
            return Spelled(part.text, part.level, 1, other, part.reduced)
        if part.rank == 2:
            return Spelled(f"{part.at(_ATOM)}.T", _ATOM, 2)
        return part

    def joined(self, left: Spelled, op: str, right: Spelled, level: int) -> Spelled:
        """An operation entry by entry; what is spread as a column gets its axis."""
        if op not in ("+", "-", "*", "/", "<", "<=", ">", ">=", "==", "!="):
            raise Unspelled
        rank = max(left.rank, right.rank)
        stands = (left if left.rank == 1 else right).stands
        if left.rank == right.rank == 1 and left.stands != right.stands:
            rank = 2
        if rank == 2:
            left, right = self.spread(left), self.spread(right)
        tight = level + 1 if level != _COMPARE else _SUM
        first = left.at(level if level != _COMPARE else _SUM)
        return Spelled(f"{first} {op} {right.at(tight if op in '+-' else max(tight, _POWER))}", level, rank, stands)

    def spread(self, part: Spelled) -> Spelled:
        if part.rank != 1 or part.stands == "row":
            return part
        if part.reduced == 1 and part.text.endswith(")"):
            return Spelled(f"{part.text[:-1]}, {self.keep}=True)", _ATOM, 2)
        return Spelled(f"{part.at(_ATOM)}[:, None]", _ATOM, 2)

    def product(self, left: Spelled, right: Spelled) -> Spelled:
        """The matrix product."""
        if left.rank == 0 or right.rank == 0:
            return self.joined(left, "*", right, _PRODUCT)
        if left.rank == right.rank == 1 and (left.stands, right.stands) == ("column", "row"):
            return Spelled(f"{self.np}.outer({left.text}, {right.text})", _ATOM, 2)
        text = f"{left.at(_PRODUCT)} @ {right.at(_POWER)}"
        if left.rank == right.rank == 1:
            return Spelled(text, _PRODUCT, 0)
        if left.rank == 1 and left.stands == "row" and right.rank == 2:
            return Spelled(text, _PRODUCT, 1, "row")
        if left.rank == 2 and right.rank == 1 and right.stands == "column":
            return Spelled(text, _PRODUCT, 1)
        if left.rank >= 2 and right.rank >= 2:
            return Spelled(text, _PRODUCT, max(left.rank, right.rank))
        raise Unspelled

    def call(self, node: ast.Call) -> Spelled:
        """A function."""
        if node.fn == "grad" and len(node.args) == 2 and isinstance(node.args[1], ast.Name):
            return self.gradient(node.args[1].id)
        args = [self.spell(arg) for arg in node.args]
        options = {key: value for key, value in node.kwargs}
        if node.primes or not args:
            raise Unspelled
        if node.fn in ("sum", "mean", "max", "min", "prod") and len(args) == 1:
            return self.reduction(node.fn, args[0], options)
        if options:
            raise Unspelled
        name = _NAMES.get(node.fn)
        if name is None:
            raise Unspelled
        rank = max(arg.rank for arg in args)
        if node.fn in ("max", "min", "where"):
            args = [self.spread(arg) if rank == 2 else arg for arg in args]
        if node.fn in ("inv", "tr", "det", "diag", "norm"):
            rank = {"inv": 2, "diag": 3 - rank}.get(node.fn, 0)
        text = name.format(", ".join(arg.text for arg in args), np=self.np)
        return Spelled(text, _ATOM, rank, args[-1].stands)

    def reduction(self, name: str, part: Spelled, options: Mapping[str, ast.Expr]) -> Spelled:
        axis = options.get("axis")
        if axis is None:
            return Spelled(f"{self.np}.{name}({part.text})", _ATOM, 0)
        if not isinstance(axis, ast.Num) or part.rank != 2 or name in ("max", "min"):
            raise Unspelled
        at = int(axis.value)
        keep = "keepdims" in options
        more = f", {self.keep}=True" if keep else ""
        text = f"{self.np}.{name}({part.text}, {self.axis}={at}{more})"
        return Spelled(text, _ATOM, 2 if keep else 1, "column", None if keep else at)

    def gradient(self, by: str) -> Spelled:
        """`grad(L, h)` by the name that the backward has for it."""
        wanted = self.names.get(by, by)
        rank = self.ranks.get(by, 0)
        for name, code in self.claims.upstream.items():
            if wanted in variables_of(name):
                return Spelled(self.names.get(code, name), _ATOM, rank)
        for name in self.claims.local:
            if wanted in variables_of(name):
                return Spelled(name, _ATOM, rank)
        if len(self.claims.upstream) == 1 and self.claims.values and by == [*self.claims.values.values()][-1].code:
            return Spelled(next(iter(self.claims.upstream)), _ATOM, rank)
        raise Unspelled


_NAMES = {
    **{name: f"{{np}}.{name}({{0}})" for name in (
        "exp", "log", "sqrt", "sin", "cos", "tan", "tanh", "sinh", "cosh", "sign", "abs", "log1p", "expm1", "where",
        "log2", "log10",
    )},
    "max": "{np}.maximum({0})", "min": "{np}.minimum({0})", "relu": "{np}.maximum({0}, 0)", "diag": "{np}.diag({0})",
    "tr": "{np}.trace({0})", "inv": "{np}.linalg.inv({0})", "det": "{np}.linalg.det({0})",
    "norm": "{np}.linalg.norm({0})", "sigmoid": "sigmoid({0})", "softplus": "softplus({0})", "erf": "erf({0})",
}  # fmt: skip
