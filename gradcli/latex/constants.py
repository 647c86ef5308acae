"""Numbers and arrays that a sign of its own stands for: e, the identity, unit vectors, ones."""

from __future__ import annotations

from dataclasses import replace

from gradcli.latex import build, powers
from gradcli.latex.context import spellings
from gradcli.latex.indices import bracket_after, indices
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import Scripts, index_parts, is_transpose, slug
from gradcli.latex.shapes import fit
from gradcli.latex.spread import Spread
from gradcli.latex.tree import Bracket, Item, Items, Mark, Number, Symbol, Word
from gradcli.syntax import ast


def constant(
    reader: Reading, items: Items, at: int, base: str, accent: str | None, core: Item, scripts: Scripts
) -> tuple[ast.Expr, int] | None:
    r"""`e^x`, `I`, `\mathbf 1`, `\delta_{ij}`, `\pi`: names that mean something where nothing else is said."""
    context = reader.context
    item = items[at]
    span = build.span(item)
    if accent or any(context.known(name) for name in _names_of(base)):
        return None
    if scripts.sub is not None and any(context.known(name) for name in spellings(base, None, slug(scripts.sub))):
        return None  # I_t, e_k, \delta_t of the document
    if isinstance(core, Symbol) and core.font == "bb" and base not in ("1", "0", "I", "R") and base != "N":
        reader.fail(f"`{reader.written(core)}` is not understood here", core, None, "D703")
    if base == "e" and scripts.powers and scripts.sub is None and not is_transpose(scripts.powers[0]):
        return _exponential(reader, item, scripts), at + 1
    if base in ("1", "0") or (base == "I" and isinstance(core, Symbol) and core.font == "bb"):
        if base == "0":
            return build.number(0, span), at + 1
        bracket = bracket_after(items, at)
        if (
            bracket is not None
            and scripts.sub is None
            and any(isinstance(p, Mark) and p.kind == "rel" for p in bracket.items)
        ):
            return reader.indicator(bracket.items, span), at + 2
        found = _unit(reader, item, scripts) if _is_unit(reader, scripts) else ones(reader, core, scripts)
        return (found, at + 1) if found is not None else None
    inside = bracket_after(items, at) if base == "I" and scripts == Scripts() else None
    if inside is not None and any(isinstance(part, Mark) and part.kind == "rel" for part in inside.items):
        return reader.indicator(inside.items, span), at + 2
    if base == "I" and not scripts.star:
        return _identity(reader, item, scripts), at + 1
    if base == "delta" and scripts.sub is not None:
        parts = index_parts(scripts.sub)
        if parts is not None and len(parts) == 2 and not scripts.powers:
            return ast.Index(span, build.name("I", span), indices(reader, parts, 2)), at + 1
    if base == "e" and scripts.sub is not None and not context.is_value("e") and "e" not in context.bare:
        unit = _unit(reader, item, scripts)
        return (unit, at + 1) if unit is not None else None
    if base == "pi" and scripts.sub is None and bracket_after(items, at) is None:
        return powers.scripted_value(reader, build.name("pi", span), scripts, item), at + 1
    return None


def _names_of(base: str) -> list[str]:
    return list(spellings(base))


def _exponential(reader: Reading, item: Item, scripts: Scripts) -> ast.Expr:
    exponent = reader.expression(scripts.powers[0])
    shape = reader.shape(exponent)
    agreed = _agreed_exponential(reader)
    if agreed is None and len(shape) == 2 and 1 not in shape and fit(shape[:1], shape[1:]):
        reader.ask_matrix("exp", item)
    out: ast.Expr = build.call((shape and agreed) or "exp", build.span(item), exponent)
    for power in scripts.powers[1:]:
        out = powers.powered(reader, out, power, item)
    return out


def _agreed_exponential(reader: Reading) -> str | None:
    r"""What the document takes `\exp` of a matrix for, where it has said so."""
    for notation in reader.context.notations:
        pattern = notation.pattern
        if len(pattern) == 1 and isinstance(pattern[0], Word) and pattern[0].text == "exp":
            return notation.target if notation.target in ("exp", "expm") else None
    return None


def _identity(reader: Reading, item: Item, scripts: Scripts) -> ast.Expr:
    span = build.span(item)
    whole: ast.Expr = build.name("I", span)
    if scripts.sub is None:
        return powers.scripted_value(reader, whole, scripts, item)
    parts = index_parts(scripts.sub)
    sizes = scripts.sub
    if len(sizes) == 3 and isinstance(sizes[1], Mark) and sizes[1].text == "times":
        parts = [sizes[0]]
    if parts is not None and len(parts) == 2:
        return ast.Index(span, whole, indices(reader, parts, 2))
    dim = _size(reader, parts[0]) if parts is not None and len(parts) == 1 else None
    if dim is None:
        reader.fail(f"`{reader.written(item)}`: the subscript of I is its size", item, None, "D703")
    return powers.scripted_value(reader, build.call("eye", span, dim), replace(scripts, sub=None), item)


def _size(reader: Reading, part: Item) -> ast.Expr | None:
    span = build.span(part)
    if isinstance(part, Number):
        return build.number(part.text, span)
    if isinstance(part, Symbol):
        dim = reader.context.sizes.get(part.name, part.name)
        if dim == part.name and part.name not in reader.context.dims:
            reader.context.dims.add(part.name)
        return build.size(dim, span)
    return None


def _is_unit(reader: Reading, scripts: Scripts) -> bool:
    r"""Whether `\mathbf{1}_k` is a column of the identity: its subscript is a label, or an index and no size."""
    parts = index_parts(scripts.sub) if scripts.sub is not None else None
    if parts is None or len(parts) != 1 or not isinstance(parts[0], Symbol):
        return False
    name = parts[0].name
    is_label = any(spelled in reader.context.discrete for spelled in spellings(name))
    return is_label or ((name in reader.bound or name in reader.open) and name not in reader.context.dims)


def _unit(reader: Reading, item: Item, scripts: Scripts) -> ast.Expr | None:
    r"""`e_i`, a column of the identity."""
    parts = index_parts(scripts.sub) if scripts.sub is not None else None
    if parts is None or len(parts) != 1 or isinstance(parts[0], Mark) or scripts.star or scripts.label is not None:
        return None
    span = build.span(item)
    index = reader.context.fresh("r")
    if isinstance(parts[0], Symbol) and any(name in reader.context.discrete for name in spellings(parts[0].name)):
        label = reader.expression((parts[0],))
        if not reader.shape(label):
            unit = build.call("onehot", span, label)
            return powers.scripted_value(reader, unit, replace(scripts, sub=None), item)
        same = ast.Compare(span, "==", ast.Name(span, index), label)
        return powers.scripted_value(reader, Spread(span, index, same), replace(scripts, sub=None), item)
    if isinstance(parts[0], Symbol) and parts[0].name not in "ijklmnpqrs" and parts[0].name not in reader.bound:
        return None
    entry = ast.Index(span, build.name("I", span), (ast.Name(span, index), *indices(reader, parts, 1)))
    return powers.scripted_value(reader, Spread(span, index, entry), replace(scripts, sub=None), item)


def ones(reader: Reading, core: Item, scripts: Scripts) -> ast.Expr | None:
    r"""`\mathbf 1_n`, `1_{[i=j]}`, `\mathbf 1^T`."""
    span = build.span(core)
    out: ast.Expr
    sub = scripts.sub
    if sub is not None:
        inside = sub[0].items if len(sub) == 1 and isinstance(sub[0], Bracket) else sub
        if any(isinstance(part, Mark) and part.kind == "rel" for part in inside):
            out = reader.indicator(inside, span)
        else:
            parts = [
                part
                for part in sub
                if not (
                    (isinstance(part, Mark) and part.text in ("times", ","))
                    or (isinstance(part, Mark) and part.kind == "punct")
                )
            ]
            sizes = [_size(reader, part) for part in parts]
            if not sizes or any(size is None for size in sizes):
                return None
            out = build.call("ones", span, *(size for size in sizes if size is not None))
    elif isinstance(core, Symbol):
        out = build.call("ones", span)
        reader.context.shapes.put(out, (None,))
    else:
        return None
    for power in scripts.powers:
        out = powers.powered(reader, out, power, core)
    return out
