r"""Layers above letters, `a^{l-1}`, `z^l`: labels where a declared name says so (`W_l`, `a_lm1`), and no powers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from gradcli.latex.scripts import plain_number, slug
from gradcli.latex.tree import Bracket, Item, Items, Scripted, Symbol

_LAYER = re.compile(r"_([a-z])[pm]\d$")


def layers_of(names: Iterable[str]) -> frozenset[str]:
    """The letters that count layers by declared names: `a_lm1` is the a of layer l - 1."""
    return frozenset(found[1] for name in names if (found := _LAYER.search(name)))


def with_layers(items: Items, letters: frozenset[str]) -> Items:
    """The parts with layers above letters in brackets, as labels are."""
    return tuple(_item(item, letters) for item in items)


def _item(item: Item, letters: frozenset[str]) -> Item:
    changes: dict[str, Any] = {}
    for one in fields(item):
        value = getattr(item, one.name)
        if isinstance(value, Item):
            changes[one.name] = _item(value, letters)
        elif isinstance(value, tuple):
            changes[one.name] = _each(value, letters)
    made = replace(item, **changes) if changes else item
    if isinstance(made, Scripted) and made.sup is not None and _is_layer(made.sup, letters):
        first, last = made.sup[0].start, made.sup[-1].end
        return replace(made, sup=(Bracket(first, last, "(", ")", made.sup),))
    return made


def _each(value: tuple[Any, ...], letters: frozenset[str]) -> tuple[Any, ...]:
    out: list[Any] = []
    for part in value:
        if isinstance(part, Item):
            out.append(_item(part, letters))
        else:
            out.append(_each(part, letters) if isinstance(part, tuple) else part)
    return tuple(out)


def _is_layer(sup: Items, letters: frozenset[str]) -> bool:
    """Whether what stands above is `l`, `l+1`, `l-1`."""
    first = sup[0] if sup else None
    if not isinstance(first, Symbol) or first.name not in letters or plain_number(sup) is not None:
        return False
    return len(sup) == 1 or bool(re.fullmatch(rf"{first.name}[pm]\d", slug(sup)))
