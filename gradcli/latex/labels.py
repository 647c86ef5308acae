"""Labels as indices: `P_{i, y_i}` with classes y, `p_y` with one class."""

from __future__ import annotations

from gradcli.latex import build
from gradcli.latex.context import spellings
from gradcli.latex.indices import indices, rank
from gradcli.latex.naming import known_name
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import flattened, index_parts
from gradcli.latex.tree import (
    Group,
    Item,
    Items,
    Mark,
    Space,
    Symbol,
)
from gradcli.syntax import ast


def labelled(reader: Reading, base: str, accent: str | None, label: str, sub: Items) -> tuple[str, list[Item]] | None:
    """`P_{i, y_i}`, `p_y` with a class y: the array, and the indices, labels among them; None where there is none."""
    context = reader.context
    parts = [part for part in _unbraced(sub) if not (isinstance(part, Mark) and part.kind == "punct")]
    named = [flattened(part) for part in parts]
    found = [
        isinstance(core, Symbol) and any(name in context.discrete for name in spellings(core.name)) for core, _ in named
    ]
    others = [part for part, is_label in zip(parts, found, strict=True) if not is_label]
    if not any(found) or any(index_parts((part,)) is None for part in others):
        return None
    name = known_name(reader, base, accent, label, "")
    if name is None or rank(context.name_shape(name)) != len(parts):
        return None
    return name, parts


def is_class(reader: Reading, part: Item) -> bool:
    """Whether a label is one number, and no entry of a list of them."""
    return isinstance(part, Symbol) and any(name in reader.context.discrete for name in spellings(part.name))


def of_class(reader: Reading, name: str, parts: list[Item], item: Item) -> ast.Expr:
    """`p_y` as the sum of the p_k with k = y, in which no index stands open."""
    at = build.span(item)
    entries: list[ast.Expr] = []
    bound: list[str] = []
    factors: list[ast.Expr] = []
    for part in parts:
        if is_class(reader, part):
            bound.append(reader.context.fresh("k"))
            entries.append(ast.Name(at, bound[-1]))
            factors.append(ast.Compare(at, "==", ast.Name(at, bound[-1]), reader.expression((part,))))
        else:
            entries += indices(reader, [part], 1)
    reader.context.use(name)
    body = ast.Product(at, (ast.Index(at, build.name(name, at), tuple(entries)), *factors), ("*",) * len(factors))
    return ast.IndexSum(at, tuple(bound), body)


def _unbraced(items: Items) -> Items:
    out: list[Item] = []
    for item in items:
        if isinstance(item, Group):
            out += _unbraced(item.items)
        elif not isinstance(item, Space):
            out.append(item)
    return tuple(out)
