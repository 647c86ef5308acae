r"""What a list with dots means: the general entry of `x_1, x_2, \dots, x_n`, from its first and its last."""

from __future__ import annotations

from dataclasses import dataclass, replace

from gradcli.latex.scripts import plain_number
from gradcli.latex.tree import (
    Accent,
    Bracket,
    Fraction,
    Grid,
    Group,
    Item,
    Items,
    Mark,
    Number,
    Root,
    Scripted,
    Space,
    Symbol,
    key,
)


@dataclass(frozen=True, slots=True)
class Pattern:
    """`items` are an entry in which `letter` stands for the index; `last` is what stands for it in the last entry."""

    items: Items
    letter: str
    last: Items

    def matches(self, items: Items, number: int) -> bool:
        """Whether an entry is the one with this number."""
        put = substituted(self.items, self.letter, str(number))
        return key(put) == key(items)


class _Different(Exception):
    pass


def general(first: Items, last: Items, letter: str = "\ue000") -> Pattern | None:
    """The pattern of two entries that differ by their index alone, 1 in the first; None where they do not."""
    found: list[Items] = []
    try:
        items = _merged(_plain(first), _plain(last), letter, found)
    except _Different:
        return None
    if not found or any(key(one) != key(found[0]) for one in found):
        return None
    return Pattern(items, letter, found[0])


def _plain(items: Items) -> Items:
    out: list[Item] = []
    for item in items:
        if isinstance(item, Space):
            continue
        out.append(item)
    return tuple(out)


def _merged(a: Items, b: Items, letter: str, found: list[Items]) -> Items:
    a, b = _split_digits(_plain(a), _plain(b))
    if len(a) != len(b):
        raise _Different
    return tuple(_one(x, y, letter, found) for x, y in zip(a, b, strict=True))


def _split_digits(a: Items, b: Items) -> tuple[Items, Items]:
    """`11` beside `1n`, `m1` or `mn`: two indices."""
    if len(a) == 1 and isinstance(a[0], Number) and len(a[0].text) == 2 and len(b) == 2:
        one = a[0]
        a = (Number(one.start, one.start + 1, one.text[0]), Number(one.start + 1, one.end, one.text[1]))
    elif len(b) == 1 and isinstance(b[0], Number) and len(b[0].text) == 2 and len(a) == 2:
        b = _split_digits(b, a)[0]
    elif len(a) == len(b) == 1 and isinstance(a[0], Number) and isinstance(b[0], Number):
        x, y = a[0], b[0]
        if len(x.text) == len(y.text) == 2 and x.text != y.text:
            a = (Number(x.start, x.start + 1, x.text[0]), Number(x.start + 1, x.end, x.text[1]))
            b = (Number(y.start, y.start + 1, y.text[0]), Number(y.start + 1, y.end, y.text[1]))
    return a, b


def _one(a: Item, b: Item, letter: str, found: list[Items]) -> Item:
    while isinstance(a, Group) and len(a.items) == 1:
        a = a.items[0]
    while isinstance(b, Group) and len(b.items) == 1:
        b = b.items[0]
    if key(a) == key(b):
        return a
    if isinstance(a, Number) and a.text == "1" and isinstance(b, Symbol | Number | Scripted):
        found.append((b,))
        return Symbol(a.start, a.end, letter)
    if type(a) is not type(b):
        raise _Different
    match a, b:
        case Scripted(), Scripted():
            if (a.sub is None) != (b.sub is None) or (a.sup is None) != (b.sup is None) or a.primes != b.primes:
                raise _Different
            base = _one(a.base, b.base, letter, found)
            sub = None if a.sub is None else _merged(a.sub, b.sub or (), letter, found)
            sup = None if a.sup is None else _merged(a.sup, b.sup or (), letter, found)
            return replace(a, base=base, sub=sub, sup=sup)
        case Bracket(), Bracket():
            if (a.open, a.close) != (b.open, b.close):
                raise _Different
            return replace(a, items=_merged(a.items, b.items, letter, found))
        case Group(), Group():
            return replace(a, items=_merged(a.items, b.items, letter, found))
        case Accent(), Accent():
            return replace(a, items=_merged(a.items, b.items, letter, found))
        case Root(), Root():
            return replace(a, items=_merged(a.items, b.items, letter, found))
        case Fraction(), Fraction():
            top = _merged(a.top, b.top, letter, found)
            return replace(a, top=top, bottom=_merged(_twice(a.bottom), _twice(b.bottom), letter, found))
    raise _Different


def _twice(items: Items) -> Items:
    r"""`\partial x_1^2` as `\partial x_1 \partial x_1`, so that it can stand beside `\partial x_1 \partial x_n`."""
    items = _plain(items)
    if len(items) != 2 or not isinstance(items[0], Mark) or items[0].kind != "partial":
        return items
    last = items[1]
    if not isinstance(last, Scripted) or last.sup is None or plain_number(last.sup) != "2":
        return items
    bare = last.base if last.sub is None else replace(last, sup=None)
    return (items[0], bare, items[0], bare)


def substituted(items: Items, letter: str, value: str) -> Items:
    """The parts with a number put in for the index."""
    return tuple(_put(item, letter, value) for item in items)


def _put(item: Item, letter: str, value: str) -> Item:
    match item:
        case Symbol() if item.name == letter:
            return Number(item.start, item.end, value)
        case Scripted():
            sub = None if item.sub is None else _joined_digits(substituted(item.sub, letter, value))
            sup = None if item.sup is None else substituted(item.sup, letter, value)
            return replace(item, base=_put(item.base, letter, value), sub=sub, sup=sup)
        case Bracket() | Group() | Accent() | Root():
            return replace(item, items=substituted(item.items, letter, value))
        case Fraction():
            top = substituted(item.top, letter, value)
            return replace(item, top=top, bottom=substituted(item.bottom, letter, value))
        case Grid():
            return item
    return item


def _joined_digits(items: Items) -> Items:
    """Two digits side by side are one number token, as they are written."""
    if len(items) == 2 and all(isinstance(item, Number) for item in items):
        a, b = items
        assert isinstance(a, Number) and isinstance(b, Number)
        return (Number(a.start, b.end, a.text + b.text),)
    return items
