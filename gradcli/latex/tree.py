"""What a formula is made of, before anything is known of what its letters mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Item:
    """Base of all parts of a formula; `start` and `end` are places in the document."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Symbol(Item):
    r"""A letter, or a Greek one by its name; `font` is "rm" for upright ones, "bb" for `\mathbb`, else "" or "bf"."""

    name: str
    font: str = ""


@dataclass(frozen=True, slots=True)
class Number(Item):
    """Digits."""

    text: str


@dataclass(frozen=True, slots=True)
class Word(Item):
    r"""A name of several letters: `\operatorname{diag}`, `\sin`, `\mathrm{MSE}`."""

    text: str
    command: bool = False


@dataclass(frozen=True, slots=True)
class Mark(Item):
    r"""An operator, a relation, an arrow, punctuation, dots: `kind` says which, `text` how it is spelled."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Prose(Item):
    r"""Words: `\text{if } i = j` has one."""

    text: str


@dataclass(frozen=True, slots=True)
class Space(Item):
    r"""A wide space, `\quad`."""


@dataclass(frozen=True, slots=True)
class Bracket(Item):
    """Brackets of any form around parts."""

    open: str
    close: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Group(Item):
    r"""Braces, or a font over several letters (`font`)."""

    items: tuple[Item, ...]
    font: str = ""


@dataclass(frozen=True, slots=True)
class Fraction(Item):
    """A numerator over a denominator."""

    top: tuple[Item, ...]
    bottom: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Root(Item):
    """A root, with its degree where one is written."""

    items: tuple[Item, ...]
    degree: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Grid(Item):
    """An environment of rows and cells."""

    environment: str
    rows: tuple[tuple[tuple[Item, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Accent(Item):
    r"""`\hat{y}`: `accent` is hat."""

    accent: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Scripted(Item):
    """A part with a subscript, a superscript or primes."""

    base: Item
    sub: tuple[Item, ...] | None = None
    sup: tuple[Item, ...] | None = None
    primes: int = 0


@dataclass(frozen=True, slots=True)
class Named(Item):
    """A notation that the document says how to read (`as`): `text` is that, in the language."""

    text: str


Items = tuple[Item, ...]


def same(a: Item, b: Item) -> bool:
    """Whether two parts are written alike, wherever they stand and in whatever font."""
    return key(a) == key(b)


def key(item: Item | Items) -> object:
    """What a part says, without its place, fonts, and braces that say nothing."""
    if isinstance(item, tuple):
        keys = [key(part) for part in item if not isinstance(part, Space)]
        return keys[0] if len(keys) == 1 else tuple(keys)
    match item:
        case Symbol():
            return ("s", item.name)
        case Number():
            return ("n", item.text)
        case Word():
            return ("s", item.text)
        case Mark():
            return ("m", item.text)
        case Prose():
            return ("p", item.text.strip())
        case Bracket():
            return ("b", item.open, item.close, key(item.items))
        case Group():
            return key(item.items)
        case Fraction():
            return ("f", key(item.top), key(item.bottom))
        case Root():
            return ("r", key(item.items), key(item.degree))
        case Grid():
            return ("g", tuple(tuple(key(cell) for cell in row) for row in item.rows))
        case Accent():
            return ("a", item.accent, key(item.items))
        case Scripted():
            sub = None if item.sub is None else key(item.sub)
            sup = None if item.sup is None else key(item.sup)
            return ("c", key(item.base), sub, sup, item.primes)
        case Named():
            return ("as", item.text)
    return ("?",)


def every(items: Sequence[Item]) -> list[Item]:
    """All parts, however deep."""
    out: list[Item] = []
    todo = list(reversed(items))
    while todo:
        item = todo.pop()
        out.append(item)
        match item:
            case Scripted():
                todo += [*reversed(item.sup or ()), *reversed(item.sub or ()), item.base]
            case Bracket() | Group() | Accent():
                todo += reversed(item.items)
            case Root():
                todo += [*reversed(item.items), *item.degree]
            case Fraction():
                todo += [*reversed(item.bottom), *reversed(item.top)]
            case Grid():
                todo += [part for row in reversed(item.rows) for cell in reversed(row) for part in reversed(cell)]
    return out
