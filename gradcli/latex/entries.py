"""Arrays given by their entries: a name for them, and to what their indices run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gradcli.latex import build
from gradcli.latex.general import Pattern
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import slug
from gradcli.latex.shapes import agree
from gradcli.latex.tree import Group, Item, Items, Number, Scripted, Space, Symbol
from gradcli.syntax import ast

_Read = TypeVar("_Read")


def define_by_entries(reader: Reading, names: tuple[str, ...], value: ast.Expr, item: Item) -> ast.Name:
    """A new array whose entries are given, and its name."""
    at = build.span(item)
    name = reader.context.fresh("m" if len(names) > 1 else "v")
    idents = tuple(ast.Ident(index, at) for index in names)
    reader.extra.append(ast.DefineIndexed(at, ast.Ident(name, at), idents, value))
    reader.context.made.add(name)
    reader.context.define(name, tuple(size_of(reader, index, value) for index in names))
    return build.name(name, at)


def size_of(reader: Reading, index: str, value: ast.Expr) -> object:
    """The size of the axis that an index runs along, as far as it is known."""
    for node in build.walk(value):
        if not isinstance(node, ast.Index):
            continue
        shape = reader.shape(node.base)
        dims = shape[1:] if len(shape) == 2 and shape[0] == 1 and len(node.indices) == 1 else shape
        for position, one in enumerate(node.indices):
            if isinstance(one, ast.Name) and one.id == index and position < len(dims) and dims[position] is not None:
                return dims[position]
    return None


def check_bound(reader: Reading, dim: object, bound: Items, item: Item, letter: str) -> None:
    """The last value of an index must be the size of its axis; a name for it that is new is that size from here on."""
    parts = tuple(part for part in bound if not isinstance(part, Space))
    while len(parts) == 1 and isinstance(parts[0], Group):
        parts = parts[0].items
    if len(parts) != 1 or not isinstance(parts[0], Symbol | Number | Scripted):
        reader.fail(f"`{reader.written(bound)}`: a sum is read over all entries", item, None, "D706")
    text = size_name(parts[0])
    context = reader.context
    if dim is None:
        return
    known = text if text in context.dims or text.isdigit() else context.sizes.get(text)
    if known is None:
        if not context.is_value(text):
            context.sizes[text] = dim
        return
    if not agree(known, dim):
        reader.fail(f"{letter} runs to {text}, and here are {dim} entries", item, None, "D706")


def size_name(part: Item) -> str:
    if isinstance(part, Scripted):
        return f"{slug((part.base,))}_{slug(part.sub or ())}"
    return part.name if isinstance(part, Symbol) else part.text if isinstance(part, Number) else ""


def with_index(reader: Reading, pattern: Pattern, read: Callable[[], _Read]) -> tuple[str, _Read]:
    """Read something in which the pattern's letter is an index; the index and what was read."""
    name = reader.context.fresh("r")
    before = reader.bound
    reader.bound = {**before, pattern.letter: name}
    try:
        return name, read()
    finally:
        reader.bound = before
