r"""`\lim_{h \to 0} \frac{f(x + h) - f(x)}{h}`: the derivative at 0 of what stands over h, where that vanishes there."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

from gradcli.latex import build
from gradcli.latex.reading import Reading
from gradcli.latex.tree import Bracket, Fraction, Group, Item, Items, Mark, Number, Root, Scripted, Space, Symbol, key
from gradcli.syntax import ast

_LETTER = "\ue001"
_HINT = r"limits are read of difference quotients, \lim_{h \to 0} \frac{f(x + h) - f(x)}{h}, of numbers"


def limit(reader: Reading, item: Item, sub: Items | None, body: Items) -> ast.Expr:
    """The limit of a difference quotient.  Raises FormulaFault where it is none."""
    variable = _variable(sub)
    parts = tuple(part for part in body if not isinstance(part, Space))
    while len(parts) == 1 and isinstance(parts[0], Group):
        parts = parts[0].items
    quotient = parts[0] if len(parts) == 1 else None
    if variable is None or not isinstance(quotient, Fraction) or key(quotient.bottom) != key(variable):
        reader.fail("this limit is not understood", item, _HINT, "D703")
    at = build.span(quotient)
    name = reader.context.fresh("h")
    step = build.name(name, at)
    reader.context.shapes.put(step, ())
    before = reader.locals
    reader.locals = {**before, _LETTER: step}
    try:
        over = reader.expression(_put(quotient.top, variable))
    finally:
        reader.locals = before
    if reader.shape(over) or build.free_indices(over) or not _vanishes(over, name):
        reader.fail(r"it is not seen that what stands over the line vanishes in the limit", quotient, _HINT, "D703")
    function = reader.context.fresh("q")
    reader.extra.append(ast.DefineFunction(at, ast.Ident(function, at), (ast.Ident(name, at),), over))
    return build.call(function, at, build.number(0, at), primes=1)


def _variable(sub: Items | None) -> Items | None:
    r"""What goes to 0: `h`, `\Delta x`."""
    items = tuple(part for part in sub or () if not isinstance(part, Space))
    while len(items) == 1 and isinstance(items[0], Group):
        items = tuple(part for part in items[0].items if not isinstance(part, Space))
    if len(items) < 3 or not isinstance(items[-2], Mark) or items[-2].kind != "arrow":
        return None
    return items[:-2] if isinstance(items[-1], Number) and items[-1].text == "0" else None


def _put(items: Items, variable: Items) -> Items:
    """The parts with a letter for the variable."""
    kept = tuple(part for part in items if not isinstance(part, Space))
    out: list[Item] = []
    at, size = 0, len(variable)
    while at < len(kept):
        if key(kept[at : at + size]) == key(variable):
            out.append(Symbol(kept[at].start, kept[at + size - 1].end, _LETTER))
            at += size
            continue
        item = kept[at]
        match item:
            case Scripted():
                sub = None if item.sub is None else _put(item.sub, variable)
                sup = None if item.sup is None else _put(item.sup, variable)
                item = replace(item, base=_put((item.base,), variable)[0], sub=sub, sup=sup)
            case Bracket() | Group() | Root():
                item = replace(item, items=_put(item.items, variable))
            case Fraction():
                item = replace(item, top=_put(item.top, variable), bottom=_put(item.bottom, variable))
        out.append(item)
        at += 1
    return tuple(out)


def _vanishes(over: ast.Expr, name: str) -> bool:
    """Whether the terms of a difference cancel where the step is 0."""
    if not isinstance(over, ast.Sum):
        return False
    counts: dict[ast.Expr, int] = {}
    for sign, term in zip(("+", *over.ops), over.terms, strict=True):
        term = _at_zero(term, name)
        negative = sign == "-"
        while isinstance(term, ast.Neg):
            term, negative = term.arg, not negative
        if not (isinstance(term, ast.Num) and term.value == 0):
            counts[term] = counts.get(term, 0) + (-1 if negative else 1)
    return not any(counts.values())


def _at_zero(expr: ast.Expr, name: str) -> ast.Expr:
    """The expression where the step is 0, its zeros left out."""
    if isinstance(expr, ast.Name):
        return build.number(0, expr.span) if expr.id == name else expr
    changes: dict[str, Any] = {}
    for one in fields(expr):
        value = getattr(expr, one.name)
        if isinstance(value, ast.Expr):
            changes[one.name] = _at_zero(value, name)
        elif isinstance(value, tuple) and value and isinstance(value[0], ast.Expr):
            changes[one.name] = tuple(_at_zero(sub, name) for sub in value)
    expr = replace(expr, **changes) if changes else expr
    if isinstance(expr, ast.Sum):
        pairs = [(s, t) for s, t in zip(("+", *expr.ops), expr.terms, strict=True) if not _is_zero(t)]
        if not pairs:
            return build.number(0, expr.span)
        return build.summed([t for _, t in pairs], [s for s, _ in pairs], expr.span)
    if isinstance(expr, ast.Product) and "/" not in expr.ops and any(map(_is_zero, expr.factors)):
        return build.number(0, expr.span)
    return expr


def _is_zero(expr: ast.Expr) -> bool:
    return isinstance(expr, ast.Num) and expr.value == 0
