"""Changes made to true formulas: the mistakes that people make, each in every place where it can be made.

Written apart from the hints of the checker, which have to find out what was done here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from gradcli.syntax import ast
from gradcli.syntax.ast import Span

_HERE = Span(0, 0)


@dataclass(frozen=True)
class Mutant:
    """What was done, and the side that came of it."""

    kind: str
    side: ast.Expr


def mutants(side: ast.Expr) -> Iterator[Mutant]:
    """Every changed version of a side, a few of each kind."""
    yield Mutant("sign", ast.Neg(_HERE, side))
    yield Mutant("constant", ast.Product(_HERE, (ast.Num(_HERE, Fraction(2)), side), ("*",)))
    for kind, changed in _within(side, top=True):
        yield Mutant(kind, changed)


def _within(e: ast.Expr, top: bool = False) -> Iterator[tuple[str, ast.Expr]]:
    yield from _here(e)
    match e:
        case ast.Neg() | ast.Transpose():
            for kind, new in _within(e.arg):
                if not (isinstance(e, ast.Transpose) and kind == "add transpose" and isinstance(e.arg, ast.Name)):
                    yield kind, replace(e, arg=new)
        case ast.Sum():
            for i, term in enumerate(e.terms):
                for kind, new in _within(term):
                    yield kind, replace(e, terms=(*e.terms[:i], new, *e.terms[i + 1 :]))
        case ast.Product():
            for i, factor in enumerate(e.factors):
                for kind, new in _within(factor):
                    yield kind, replace(e, factors=(*e.factors[:i], new, *e.factors[i + 1 :]))
        case ast.Power() | ast.MatPower():
            for kind, new in _within(e.base):
                yield kind, replace(e, base=new)
            if isinstance(e.exponent, ast.Num):
                yield "constant", replace(e, exponent=replace(e.exponent, value=e.exponent.value + 1))
        case ast.Compare():
            yield "constant", replace(e, left=e.right, right=e.left)
        case ast.Call() if e.fn not in ("grad", "jac", "hess", "ones", "zeros", "eye"):
            for i, arg in enumerate(e.args):
                for kind, new in _within(arg):
                    yield kind, replace(e, args=(*e.args[:i], new, *e.args[i + 1 :]))


def _here(e: ast.Expr) -> Iterator[tuple[str, ast.Expr]]:
    match e:
        case ast.Transpose():
            yield "drop transpose", e.arg
        case ast.Name():
            yield "add transpose", ast.Transpose(_HERE, e)
        case ast.Num() if e.value:
            yield "constant", replace(e, value=e.value + 1)
        case ast.Neg():
            yield "sign", e.arg
        case ast.Sum():
            for i, op in enumerate(e.ops):
                turned = "-" if op == "+" else "+"
                yield "sign", replace(e, ops=(*e.ops[:i], turned, *e.ops[i + 1 :]))
                terms = (*e.terms[: i + 1], *e.terms[i + 2 :])
                rest = (*e.ops[:i], *e.ops[i + 1 :])
                yield "drop term", e.terms[0] if len(terms) == 1 else replace(e, terms=terms, ops=rest)
            first = e.terms[1] if e.ops[0] == "+" else ast.Neg(_HERE, e.terms[1])
            yield "drop term", first if len(e.terms) == 2 else replace(e, terms=(first, *e.terms[2:]), ops=e.ops[1:])
        case ast.Product():
            yield from _product(e)
        case ast.Call() if len(e.args) == 1 and e.primes:
            yield "drop prime", replace(e, primes=e.primes - 1)


def _product(e: ast.Product) -> Iterator[tuple[str, ast.Expr]]:
    for i, op in enumerate(e.ops):
        a, b = e.factors[i], e.factors[i + 1]
        if op == "@":
            yield "swap factors", replace(e, factors=(*e.factors[:i], b, a, *e.factors[i + 2 :]))
            if not isinstance(a, ast.Num):
                yield "hadamard", replace(e, ops=(*e.ops[:i], "*", *e.ops[i + 1 :]))
        if op == "*" and not isinstance(a, ast.Num):
            yield "hadamard", replace(e, ops=(*e.ops[:i], "@", *e.ops[i + 1 :]))
        if op in "*@" and _inner(b):
            yield "drop inner", _without(e, i + 1)
    if e.ops[0] in "*@" and _inner(e.factors[0]):
        yield "drop inner", _without(e, 0)


def _inner(e: ast.Expr) -> bool:
    """Whether this looks like an inner derivative: g'(u), diag(g'(u)), 1 - y**2."""
    if isinstance(e, ast.Call):
        return bool(e.primes) or (e.fn == "diag" and isinstance(e.args[0], ast.Call) and bool(e.args[0].primes))
    return isinstance(e, ast.Sum) and any(isinstance(term, ast.Num) for term in e.terms)


def _without(e: ast.Product, i: int) -> ast.Expr:
    factors = (*e.factors[:i], *e.factors[i + 1 :])
    at = max(0, i - 1)
    ops = (*e.ops[:at], *e.ops[at + 1 :])
    return factors[0] if len(factors) == 1 else replace(e, factors=factors, ops=ops)
