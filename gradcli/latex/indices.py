"""Indices of entries, and the bracket that follows a name."""

from __future__ import annotations

from gradcli.latex import build
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import flattened
from gradcli.latex.shapes import Shape
from gradcli.latex.tree import Bracket, Item, Items, Mark, Number, Symbol
from gradcli.syntax import ast

OPENS = ("(", "[", "{")


def bracket_after(items: Items, at: int) -> Bracket | None:
    """The bracket that follows, with or without scripts of its own."""
    if at + 1 >= len(items):
        return None
    core, _ = flattened(items[at + 1])
    return core if isinstance(core, Bracket) and core.open in OPENS else None


def rank(shape: Shape) -> int:
    """How many indices an entry has."""
    return 1 if len(shape) == 2 and shape[0] == 1 else len(shape)


def indices(reader: Reading, parts: list[Item], count: int) -> tuple[ast.Expr, ...]:
    """The indices of an entry."""
    out: list[ast.Expr] = []
    if len(parts) == 1 and count == 2 and isinstance(parts[0], Number):
        part = parts[0]
        for k, digit in enumerate(part.text):
            out.append(build.number(digit, ast.Span(part.start + k, part.start + k + 1)))
        return tuple(out)
    for item in parts:
        at = build.span(item)
        if isinstance(item, Number):
            out.append(build.number(item.text, at))
        elif isinstance(item, Symbol):
            out.append(build.name(reader.bound.get(item.name, item.name), at))
        elif isinstance(item, Mark):
            out.append(ast.Slice(at, None, None))
        else:
            out.append(reader.expression((item,)))
    return tuple(out)
