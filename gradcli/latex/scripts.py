"""Subscripts and superscripts: what each part of them says."""

from __future__ import annotations

from dataclasses import dataclass, field

from gradcli.latex.fault import FormulaFault
from gradcli.latex.tree import (
    Accent,
    Bracket,
    Group,
    Item,
    Items,
    Mark,
    Number,
    Prose,
    Scripted,
    Space,
    Symbol,
    Word,
)

_MOST_LAYERS = 12


@dataclass(slots=True)
class Scripts:
    """`label` is that of a superscript in brackets; `powers` are what remains, in order; `star` is `^*`."""

    sub: Items | None = None
    label: Items | None = None
    label_open: str = ""
    star: bool = False
    primes: int = 0
    powers: list[Items] = field(default_factory=list)
    second: Items | None = None


def flattened(item: Item) -> tuple[Item, Scripts]:
    """The part that carries scripts, and all of them."""
    found = Scripts()
    layers: list[Scripted] = []
    while isinstance(item, Scripted):
        layers.append(item)
        item = item.base
    if len(layers) > _MOST_LAYERS:
        raise FormulaFault("D711", "too many scripts on one part of a formula", layers[0].start, layers[0].end)
    for layer in reversed(layers):
        if layer.sub is not None:
            if found.sub is None:
                found.sub = layer.sub
            else:
                found.second = layer.sub
        found.primes += layer.primes
        if layer.sup is not None:
            _take(layer.sup, found)
    return item, found


def _take(sup: Items, found: Scripts) -> None:
    parts = tuple(part for part in sup if not isinstance(part, Space))
    parts = unwrapped(parts)
    if (
        parts
        and isinstance(parts[0], Bracket)
        and parts[0].open in ("(", "[")
        and found.label is None
        and _is_label(parts)
    ):
        found.label, found.label_open = parts[0].items, parts[0].open
        parts = parts[1:]
        if parts and isinstance(parts[0], Mark) and parts[0].kind == "punct":
            parts = parts[1:]
    if len(parts) == 1 and isinstance(parts[0], Mark) and parts[0].text in ("ast", "star"):
        found.star = True
    elif len(parts) > 1 and isinstance(parts[0], Mark) and parts[0].text in ("ast", "star") and is_transpose(parts[1:]):
        found.star = True
        found.powers.append(parts[1:])
    elif len(parts) == 1 and isinstance(parts[0], Mark) and parts[0].text == "-" and found.label is None:
        found.label = parts  # x^-, what was known before
    elif parts and all(isinstance(part, Mark) and part.text == "prime" for part in parts):
        found.primes += len(parts)
    elif parts:
        found.powers.append(parts)


def _is_label(parts: Items) -> bool:
    """Whether the bracket is a label: nothing but a transpose or a star after it."""
    rest = parts[1:]
    if not rest or is_transpose(rest) or (isinstance(rest[0], Mark) and rest[0].text in ("ast", "star", "prime")):
        return True
    if isinstance(rest[0], Mark) and rest[0].kind == "punct":
        return True
    first = parts[0]
    return (
        len(rest) >= 2
        and isinstance(rest[0], Mark)
        and rest[0].text == "-"
        and isinstance(rest[1], Number | Symbol | Mark)
        and isinstance(first, Bracket)
        and first.open == "["
    )


def unwrapped(parts: Items) -> Items:
    """Parts without braces around all of them."""
    while len(parts) == 1 and isinstance(parts[0], Group):
        parts = tuple(part for part in parts[0].items if not isinstance(part, Space))
    return parts


def is_transpose(parts: Items) -> bool:
    r"""`T`, `\top`, `\mathsf{T}`, `\intercal`."""
    parts = unwrapped(parts)
    if len(parts) != 1:
        return False
    one = parts[0]
    return (isinstance(one, Symbol) and one.name == "T") or (
        isinstance(one, Mark) and one.kind == "sign" and one.text == "T"
    )


def minus(parts: Items) -> Items | None:
    """What follows a minus sign; None where there is none."""
    if len(parts) >= 2 and isinstance(parts[0], Mark) and parts[0].text == "-":
        return unwrapped(parts[1:])
    return None


def plain_number(parts: Items) -> str | None:
    """The digits that parts are, alone."""
    parts = unwrapped(parts)
    return parts[0].text if len(parts) == 1 and isinstance(parts[0], Number) else None


def slug(items: Items) -> str:
    """A label as part of a name: `l-1` is lm1, `xh` xh, `i,j` i_j; empty where it cannot be one."""
    out = ""
    for item in items:
        match item:
            case Symbol():
                out += item.name if len(item.name) == 1 or not out else f"_{item.name}"
            case Number():
                out += item.text.replace(".", "p")
            case Word():
                out += item.text
            case Prose():
                out += "".join(char for char in item.text if char.isalnum())
            case Mark() if item.kind == "add":
                out += "m" if item.text == "-" else "p"
            case Mark() if item.kind == "punct":
                out += "_" if out else ""
            case Mark() if item.text in ("ast", "star"):
                out += "star"
            case Group() | Bracket():
                out += slug(item.items)
            case Accent():
                inner = slug(item.items)
                out += f"{inner}{item.accent}" if inner else ""
            case Scripted():
                inner = slug((item.base,))
                if not inner:
                    return ""
                out += inner + slug(item.sub or ()) + slug(item.sup or ())
            case Space():
                continue
            case _:
                return ""
    return out


def index_parts(items: Items) -> list[Item] | None:
    """The indices that a subscript may be: letters and numbers, with or without commas; None where it is none."""
    out: list[Item] = []
    for item in unwrapped(items):
        match item:
            case Space():
                continue
            case Symbol() if len(item.name) == 1 or item.name in ("ell", "alpha", "beta", "mu", "nu"):
                out.append(item)
            case Number():
                out.append(item)
            case Mark() if item.text in (",", ";"):
                continue
            case Mark() if item.text == ":":
                out.append(item)
            case Mark() if item.text in ("ast", "cdot", "bullet") and len(items) > 1:
                out.append(Mark(item.start, item.end, "punct", ":"))
            case Group() if len(item.items) == 1:
                inner = index_parts(item.items)
                if inner is None:
                    return None
                out += inner
            case Bracket() if item.open == "[" and not out:
                return index_parts(item.items)
            case _:
                return None
    return out or None
