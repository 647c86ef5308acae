"""Labels as indices: `P_{i, y_i}` with classes y, `p_y` with one class."""

from __future__ import annotations

from gradcli.latex import build
from gradcli.latex.context import spellings
from gradcli.latex.indices import indices, rank
from gradcli.latex.naming import base_of, known_name
from gradcli.latex.notations import rewritten
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import flattened, index_parts, slug
from gradcli.latex.tree import (
    Accent,
    Group,
    Item,
    Items,
    Mark,
    Named,
    Scripted,
    Space,
    Symbol,
)
from gradcli.syntax import ast


def labelled(reader: Reading, base: str, accent: str | None, label: str, sub: Items) -> tuple[str, list[Item]] | None:
    """`P_{i, y_i}`, `p_y` with a class y: the array, and the indices, labels among them; None where there is none."""
    context = reader.context
    parts = [part for part in _unbraced(sub) if not (isinstance(part, Mark) and part.kind == "punct")]
    found = [_is_label(reader, part) for part in parts]
    others = [part for part, is_label in zip(parts, found, strict=True) if not is_label]
    if not any(found) or any(index_parts((part,)) is None for part in others):
        return None
    name = known_name(reader, base, accent, label, "")
    if name is None or rank(context.name_shape(name)) != len(parts):
        return None
    return name, parts


def _is_label(reader: Reading, part: Item) -> bool:
    core, _ = flattened(part)
    by_letter = isinstance(core, Symbol) and any(name in reader.context.discrete for name in spellings(core.name))
    return by_letter or (isinstance(part, Scripted | Accent | Named) and is_class(reader, part))


def is_class(reader: Reading, part: Item) -> bool:
    r"""Whether a label is one number, `y`, `j^*`, and no entry of a list of them."""
    discrete = reader.context.discrete
    if isinstance(part, Symbol):
        return any(name in discrete for name in spellings(part.name))
    (part,) = rewritten((part,), reader.context.notations)
    if isinstance(part, Named):
        return part.text.strip() in discrete
    core, scripts = flattened(part)
    if not isinstance(core, Symbol | Accent) or scripts.powers or scripts.primes or scripts.label is not None:
        return False
    base, accent = base_of(reader, core, scripts)
    sub = slug(scripts.sub) if scripts.sub is not None else None
    return (sub != "" and bool(accent or sub)) and any(name in discrete for name in spellings(base, accent, sub))


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
