"""The parts of a formula, built anew from within with some of them changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from gradcli.latex.tree import Item, Items


def rebuilt(items: Items, change: Callable[[Item], Item]) -> Items:
    """The parts with each of them changed, however deep: what is changed was rebuilt before."""
    return tuple(_item(item, change) for item in items)


def _item(item: Item, change: Callable[[Item], Item]) -> Item:
    changes: dict[str, Any] = {}
    for one in fields(item):
        value = getattr(item, one.name)
        if isinstance(value, Item):
            changes[one.name] = _item(value, change)
        elif isinstance(value, tuple):
            changes[one.name] = _each(value, change)
    return change(replace(item, **changes) if changes else item)


def _each(value: tuple[Any, ...], change: Callable[[Item], Item]) -> tuple[Any, ...]:
    out: list[Any] = []
    for part in value:
        if isinstance(part, Item):
            out.append(_item(part, change))
        else:
            out.append(_each(part, change) if isinstance(part, tuple) else part)
    return tuple(out)
