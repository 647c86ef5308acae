r"""Layers above letters, `a^{l-1}`, `z^l`: labels where a declared name says so (`W_l`, `a_lm1`), and no powers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from gradcli.latex.rebuilt import rebuilt
from gradcli.latex.scripts import plain_number, slug
from gradcli.latex.tree import Bracket, Item, Items, Scripted, Symbol

_LAYER = re.compile(r"_([a-z])[pm]\d$")


def layers_of(names: Iterable[str]) -> frozenset[str]:
    """The letters that count layers by declared names: `a_lm1` is the a of layer l - 1."""
    return frozenset(found[1] for name in names if (found := _LAYER.search(name)))


def with_layers(items: Items, letters: frozenset[str]) -> Items:
    """The parts with layers above letters in brackets, as labels are."""

    def labelled(item: Item) -> Item:
        if isinstance(item, Scripted) and item.sup is not None and _is_layer(item.sup, letters):
            first, last = item.sup[0].start, item.sup[-1].end
            return replace(item, sup=(Bracket(first, last, "(", ")", item.sup),))
        return item

    return rebuilt(items, labelled)


def _is_layer(sup: Items, letters: frozenset[str]) -> bool:
    """Whether what stands above is `l`, `l+1`, `l-1`."""
    first = sup[0] if sup else None
    if not isinstance(first, Symbol) or first.name not in letters or plain_number(sup) is not None:
        return False
    return len(sup) == 1 or bool(re.fullmatch(rf"{first.name}[pm]\d", slug(sup)))
