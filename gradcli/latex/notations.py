r"""Notations that the document has agreed on, `\hat{\mathbf y} as yh`, found in a formula and marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gradcli.latex.context import Notation
from gradcli.latex.tree import (
    Accent,
    Bracket,
    Fraction,
    Grid,
    Group,
    Item,
    Items,
    Mark,
    Named,
    Number,
    Root,
    Scripted,
    Space,
    Symbol,
    key,
)

Bindings = dict[str, str]
_SIGNS = {
    "*": ("had", "odot"),
    "⊙": ("had", "odot"),
    "@": ("mul", "cdot"),
    "/": ("had", "oslash"),
    "⊘": ("had", "oslash"),
    "kron": ("had", "otimes"),
    "⊗": ("had", "otimes"),
    "+": ("add", "+"),
    "-": ("add", "-"),
}


def rewritten(items: Items, notations: Sequence[Notation]) -> Items:
    """The parts with every notation replaced by what it stands for, the longest first; nested parts are read later."""
    out: list[Item] = []
    at = 0
    while at < len(items):
        for notation in notations:
            found = _match_at(items, at, notation)
            if found is not None:
                made, at = found
                out.append(made)
                break
        else:
            out.append(items[at])
            at += 1
    return tuple(out)


def _match_at(items: Items, at: int, notation: Notation) -> tuple[Item, int] | None:
    pattern = notation.pattern
    bindings: Bindings = {}
    i = at
    for position, part in enumerate(pattern):
        while i < len(items) and isinstance(items[i], Space) and position:
            i += 1
        if i >= len(items):
            return None
        last = position == len(pattern) - 1
        if last:
            rest = _match_last(part, items[i], notation, bindings)
            if rest is None:
                return None
            return _made(notation, bindings, items[at], items[i], rest), i + 1
        if not _alike(part, items[i], notation, bindings):
            return None
        i += 1
    return None


def _match_last(part: Item, item: Item, notation: Notation, bindings: Bindings) -> Scripted | Item | None:
    """The scripts of the item that the pattern does not say; the item itself where it says all."""
    if _alike(part, item, notation, bindings):
        return item
    if not isinstance(item, Scripted):
        return None
    if not isinstance(part, Scripted):
        inner = _match_last(part, item.base, notation, bindings)
        return item if inner is not None and inner is item.base else None
    if not _alike(part.base, item.base, notation, bindings):
        inner = _match_last(part, item.base, notation, bindings)
        return replace(item, base=Group(item.start, item.start, ())) if inner is item.base else None
    sub, sup, primes = item.sub, item.sup, item.primes
    if part.sub is not None:
        if sub is None or not _alike_lists(part.sub, sub, notation, bindings):
            return None
        sub = None
    if part.sup is not None:
        if sup is None:
            return None
        head = sup[: len(part.sup)]
        if not _alike_lists(part.sup, head, notation, bindings):
            return None
        sup = sup[len(part.sup) :] or None
        if sup and isinstance(sup[0], Mark) and sup[0].kind == "punct":
            sup = sup[1:] or None
    if part.primes > primes:
        return None
    return Scripted(item.start, item.end, Group(item.start, item.start, ()), sub, sup, primes - part.primes)


def _made(notation: Notation, bindings: Bindings, first: Item, last: Item, rest: Item) -> Item:
    target = notation.target
    if target in _SIGNS:
        return Mark(first.start, last.end, *_SIGNS[target])
    for letter, value in bindings.items():
        target = _put(target, letter, value)
    named = Named(first.start, last.end, target)
    if not isinstance(rest, Scripted) or (rest is last and not _scripts_left(rest, notation)):
        return named
    if rest.sub is None and rest.sup is None and not rest.primes:
        return named
    if isinstance(last, Scripted) and (rest.sub, rest.sup, rest.primes) == (last.sub, last.sup, last.primes):
        named = replace(named, end=max(first.start, last.base.end))  # the scripts are none of the notation's
    return Scripted(first.start, last.end, named, rest.sub, rest.sup, rest.primes)


def _scripts_left(item: Scripted, notation: Notation) -> bool:
    """Whether the scripts of the last part are not in the pattern."""
    return not isinstance(notation.pattern[-1], Scripted)


def _put(target: str, letter: str, value: str) -> str:
    """An index letter of the target replaced, where it stands alone."""
    out, word = "", ""
    for char in target + " ":
        if char.isalnum() or char == "_":
            word += char
            continue
        out += (value if word == letter else word) + char
        word = ""
    return out[:-1]


def _alike(part: Item, item: Item, notation: Notation, bindings: Bindings) -> bool:
    """Whether a part of a pattern is what stands there, its index letters being any index."""
    part, item = _bare(part), _bare(item)
    if isinstance(part, Symbol) and part.name in notation.letters:
        value = _index(item)
        if value is None:
            return False
        return bindings.setdefault(part.name, value) == value
    if not notation.letters or type(part) is not type(item):
        return key(part) == key(item)
    match part, item:
        case Scripted(), Scripted():
            if (part.sub is None) != (item.sub is None) or (part.sup is None) != (item.sup is None):
                return False
            return (
                part.primes == item.primes
                and _alike(part.base, item.base, notation, bindings)
                and _alike_lists(part.sub or (), item.sub or (), notation, bindings)
                and _alike_lists(part.sup or (), item.sup or (), notation, bindings)
            )
        case Bracket(), Bracket():
            return (part.open, part.close) == (item.open, item.close) and _alike_lists(
                part.items, item.items, notation, bindings
            )
        case Group(), Group():
            return _alike_lists(part.items, item.items, notation, bindings)
        case Accent(), Accent():
            return part.accent == item.accent and _alike_lists(part.items, item.items, notation, bindings)
    return key(part) == key(item)


def _alike_lists(parts: Items, items: Items, notation: Notation, bindings: Bindings) -> bool:
    left = [part for part in parts if not isinstance(part, Space)]
    right = [part for part in items if not isinstance(part, Space)]
    return len(left) == len(right) and all(_alike(a, b, notation, bindings) for a, b in zip(left, right, strict=True))


def _bare(item: Item) -> Item:
    while isinstance(item, Group) and len(item.items) == 1:
        item = item.items[0]
    return item


def _index(item: Item) -> str | None:
    if isinstance(item, Symbol):
        return item.name
    return item.text if isinstance(item, Number) else None


def order(notation: Notation) -> tuple[int, int]:
    """Longer patterns go first."""
    return (-_weight(notation.pattern), len(notation.letters))


def _weight(items: Items) -> int:
    total = 0
    for item in items:
        total += 1
        match item:
            case Scripted():
                total += _weight((item.base,)) - 1 + _weight(item.sub or ()) + _weight(item.sup or ()) + item.primes
            case Bracket() | Group() | Accent() | Root():
                total += _weight(item.items)
            case Fraction():
                total += _weight(item.top) + _weight(item.bottom)
            case Grid():
                total += sum(_weight(cell) for row in item.rows for cell in row)
    return total
