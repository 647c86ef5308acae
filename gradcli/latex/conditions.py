r"""Conditions on indices that stand beside a claim: `\frac{\partial p_i}{\partial z_j} = -p_i p_j, \quad i \neq j`."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.latex import build
from gradcli.latex.chains import Chain
from gradcli.latex.context import Context, spellings
from gradcli.latex.grids import condition
from gradcli.latex.reading import Reading
from gradcli.latex.scripts import flattened
from gradcli.latex.spread import renamed
from gradcli.latex.tree import Bracket, Items, Mark, Number, Prose, Space, Symbol
from gradcli.syntax import ast

_INDEX = frozenset("ijklmnpqrstc") | {"ell"}


def condition_of(items: Sequence[object], context: Context) -> Items | None:
    r"""The condition that parts are: `i = j`, `i \neq j`, `(j \ne y)` with a label y."""
    kept = [item for item in items if not isinstance(item, Space | Prose)]
    while kept and isinstance(kept[-1], Mark) and kept[-1].kind == "punct":
        kept.pop()
    if len(kept) == 1 and isinstance(kept[0], Bracket) and kept[0].open in ("(", "["):
        return condition_of(kept[0].items, context)
    if len(kept) != 3:
        return None
    left, sign, right = kept
    if not isinstance(sign, Mark) or sign.kind != "rel" or sign.text not in ("=", "!="):
        return None
    if not _is_letter(left, context) or not (_is_letter(right, context) or isinstance(right, Number)):
        return None
    if isinstance(right, Number) and right.text in ("0", "1") and sign.text == "=":
        return None  # i = 1 begins a range
    assert isinstance(left, Symbol) and isinstance(right, Symbol | Number)
    return left, sign, right


def _is_letter(item: object, context: Context) -> bool:
    if not isinstance(item, Symbol):
        return False
    if any(name in context.discrete for name in spellings(item.name)):
        return True
    return item.name in _INDEX and item.name not in context.dims and not context.is_value(item.name)


def attached(chains: Sequence[Chain], context: Context) -> dict[int, list[Items]]:
    """The conditions of each chain of a display, by its number; those of a row hold for what the row says."""
    found = {k: made for k, chain in enumerate(chains) if (made := condition_of(chain.items, context)) is not None}
    out: dict[int, list[Items]] = {}
    row: list[int] = []
    for k, chain in enumerate(chains):
        if k and chain.separator == "row":
            _share(chains, row, found, out)
            row = []
        row.append(k)
    _share(chains, row, found, out)
    return out


def _share(chains: Sequence[Chain], row: list[int], found: dict[int, Items], out: dict[int, list[Items]]) -> None:
    claims = [k for k in row if k not in found and chains[k].relations]
    for k in row:
        if k not in found:
            continue
        before = [one for one in claims if one < k]
        if before:
            out.setdefault(before[-1], []).append(found[k])
        elif claims:
            out.setdefault(claims[0], []).append(found[k])


def cut_off(side: Items, context: Context) -> tuple[Items, Items | None]:
    r"""A side without the condition in brackets at its end, `-p_i p_j \ (i \neq j)`."""
    if len(side) < 2 or not isinstance(side[-1], Bracket) or side[-1].open != "(" or side[-2].end == side[-1].start:
        return side, None
    core = flattened(side[-2])[0]
    if (isinstance(core, Symbol) and core.name in ("1", "I", "delta")) or isinstance(core, Mark):
        return side, None
    made = condition_of(side[-1:], context)
    return (side[:-1], made) if made is not None else (side, None)


def under(
    reader: Reading, conditions: Sequence[Items], values: list[ast.Expr]
) -> tuple[list[ast.Expr], list[ast.Expr]]:
    """The sides of a claim about entries where the conditions hold, and the factors that stand for them there."""
    factors: list[ast.Expr] = []
    for one in conditions:
        free: set[str] = set()
        for value in values:
            free |= set(build.free_indices(value))
        left, sign, right = one
        assert isinstance(left, Symbol) and isinstance(sign, Mark)
        letters = [part.name for part in (left, right) if isinstance(part, Symbol)]
        if not free & set(letters) or any(reader.shape(value) for value in values):
            continue
        if sign.text == "=" and free.issuperset(letters) and len(letters) == 2:
            values = [renamed(value, letters[1], letters[0]) for value in values]
            continue
        reader.stands_in = True
        at = build.span(*one)
        factor = condition(reader, one, at)
        factors.append(factor)
        values = [
            value
            if isinstance(value, ast.Num) and not value.value
            else ast.Product(value.span, (factor, value), ("*",))
            for value in values
        ]
    return values, factors
