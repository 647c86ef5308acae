"""What all formulas of a program say together, before they are read one by one: how its letters are used."""

from __future__ import annotations

from collections.abc import Iterable

from gradcli.latex.context import Context, spellings
from gradcli.latex.functions import function_of
from gradcli.latex.scripts import Scripts, flattened, index_parts, is_transpose
from gradcli.latex.tree import (
    Accent,
    Bracket,
    Fraction,
    Grid,
    Group,
    Item,
    Items,
    Mark,
    Root,
    Scripted,
    Space,
    Symbol,
    every,
)

FUNCTION_LETTERS = frozenset("fghFGH") | {"phi", "varphi", "sigma", "psi"}


def prescan(formulas: Iterable[Items], context: Context) -> None:
    """Enter into the context which names stand alone (`ahead`), and which do so as values (`bare`)."""
    for items in formulas:
        context.formulas_with.update({name for name in _letters(items) for name in spellings(name)})
        kept = [item for item in items if not isinstance(item, Space)]
        if len(kept) > 1 or any(isinstance(item, Grid) for item in kept):  # a letter alone says nothing of its use
            _scan(items, context, False)


def _letters(items: Items) -> set[str]:
    return {item.name for item in every(items) if isinstance(item, Symbol)}


def _scan(items: Items, context: Context, derived: bool, script: bool = False) -> None:
    """`derived`: the first name is one that is differentiated, which says nothing of what it is."""
    after_sign = derived
    for k, item in enumerate(items):
        core, scripts = flattened(item)
        called = k + 1 < len(items) and isinstance(flattened(items[k + 1])[0], Bracket)
        if isinstance(core, Mark) and core.kind == "big" and scripts.sub:
            first = next((part for part in scripts.sub if not isinstance(part, Space)), None)
            context.counters.update([first.name] if isinstance(first, Symbol) else [])
        if isinstance(core, Symbol) and after_sign:
            context.differentiated.update(spellings(core.name))
        if isinstance(core, Symbol):
            _enter(core, items, k, context, called, after_sign)
            if not script and scripts == Scripts() and not (called and core.name in FUNCTION_LETTERS):
                context.factors.add(core.name)
        if (isinstance(core, Mark) and core.kind in ("partial", "nabla")) or (
            isinstance(core, Symbol) and core.name == "d"
        ):
            after_sign = True
        elif not isinstance(core, Space):
            after_sign = False
        for power in scripts.powers:
            if not is_transpose(power):
                _scan(power, context, False, True)
        _inside(core, context)


def _enter(core: Symbol, items: Items, k: int, context: Context, called: bool, derived: bool) -> None:
    _, scripts = flattened(items[k])
    names = list(spellings(core.name))
    if scripts.sub is None and scripts.label is None:
        context.ahead.update(names)
        if not scripts.powers and not scripts.primes and not called:
            context.alone.update(names)
        if not called and not derived and not scripts.primes and not (core.name == "e" and scripts.powers):
            context.bare.update(names)
    elif scripts.sub is not None and called and core.name in FUNCTION_LETTERS and index_parts(scripts.sub):
        bracket, _ = flattened(items[k + 1])
        if isinstance(bracket, Bracket) and _is_whole(bracket.items):
            context.indexed_functions.update(names)


def _is_whole(items: Items) -> bool:
    """Whether arguments are whole names: `f_i(x)`, not `f_i(x_i)`."""
    return all(isinstance(item, Symbol) or (isinstance(item, Mark) and item.kind == "punct") for item in items)


def spelled_letters(items: Items) -> list[str]:
    """The letters of a word, in order."""
    return [item.name for item in items if isinstance(item, Symbol)]


def _inside(item: Item, context: Context) -> None:
    match item:
        case Group() if item.font and function_of("".join(spelled_letters(item.items))):
            return  # \mathbf{diag}
        case Bracket() | Group() | Accent():
            _scan(item.items, context, False)
        case Root():
            _scan(item.items, context, False)
        case Fraction():
            _scan(item.top, context, False)
            bottom = item.bottom
            _scan(bottom, context, False)
        case Grid():
            for row in item.rows:
                for cell in row:
                    _scan(cell, context, False)
        case Scripted():
            _inside(item.base, context)
