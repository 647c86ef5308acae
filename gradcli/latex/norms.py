"""Norms in formulas."""

from __future__ import annotations

from dataclasses import replace

from gradcli.latex import build, powers
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import Scripts, plain_number
from gradcli.latex.spread import Spread
from gradcli.latex.tree import Bracket, Item, Items, Mark, Number, Symbol, Word
from gradcli.syntax import ast


def _norm_of_line(reader: Reading, value: Spread, scripts: Scripts, item: Item) -> ast.Expr:
    """The 2-norm of a vector that is known by its entries."""
    at = value.span
    if scripts.sub is not None and (plain_number(scripts.sub) != "2" or value.second):
        scripts = replace(scripts, sub=without_frobenius(reader, scripts.sub) if value.second else scripts.sub)
    if scripts.sub is not None and (plain_number(scripts.sub) != "2" or value.second):
        reader.fail("this norm of an array with open indices is not understood", item)
    square = ast.IndexSum(at, value.indices, ast.Power(at, value.body, build.number(2, at)))
    if len(scripts.powers) == 1 and plain_number(scripts.powers[0]) == "2":
        return square
    out: ast.Expr = build.call("sqrt", at, square)
    for power in scripts.powers:
        out = powers.powered(reader, out, power, item)
    return out


def without_frobenius(reader: Reading, sub: Items) -> Items | None:
    r"""The subscript of `\langle A, B \rangle_F` says which inner product it is, and takes no entry."""
    first = sub[0] if len(sub) == 1 else None
    named = isinstance(first, Symbol) and first.name in ("F", "2")
    return None if named or plain_number(sub) == "2" else sub


def norm(reader: Reading, core: Bracket, scripts: Scripts, item: Item) -> ast.Expr:
    r"""`\|x\|_2^2`, `\|A\|_F`, `\|x\|_1`."""
    span = build.span(core)
    value = reader.expression(core.items)
    if isinstance(value, Spread):
        return _norm_of_line(reader, value, scripts, item)
    shape = reader.shape(value)
    matrix = len(shape) == 2 and 1 not in shape
    out: ast.Expr = build.call("norm", span, value)
    if scripts.sub is not None:
        sub = scripts.sub
        text = reader.written(sub).strip("{}")
        kind = sub[0].text if len(sub) == 1 and isinstance(sub[0], Word | Number | Mark) else text
        first = sub[0] if len(sub) == 1 else None
        letter = first.name if isinstance(first, Symbol) else kind
        if letter in ("F", "Fro", "fro"):
            pass
        elif letter == "2":
            if matrix:
                out = build.call("norm2", span, value)
        elif letter == "1":
            out = build.call("norm", span, value, build.number(1, span)) if matrix else build.call("norm1", span, value)
        elif letter == "infty":
            out = build.call("norm", span, value, build.name("inf", span))
        elif letter in ("ast", "*", "nuc"):
            out = build.call("norm_nuc", span, value)
        elif plain_number(sub) or (isinstance(first, Symbol) and reader.context.is_value(first.name)):
            out = build.call("norm", span, value, reader.expression(sub))
        else:
            weight = reader.expression(sub)
            if len(reader.shape(weight)) != 2:
                reader.fail(f"`{reader.written(item)}`: which norm is this?", item, None, "D703")
            reader.fail("a norm by a matrix is not understood", item, "write x^T A x", "D703")
        if not scripts.powers:
            out = replace(out, span=build.span(item))
    for power in scripts.powers:
        out = powers.powered(reader, out, power, item)
    return out
