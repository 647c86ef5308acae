"""Lists of parts: without the spaces around them, and taken apart at commas and other marks."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.latex.tree import Item, Items, Mark, Space


def trimmed(items: Items) -> Items:
    """Parts without the spaces and stops at their ends."""
    first, last = 0, len(items)
    while first < last and (isinstance(items[first], Space)):
        first += 1
    while last > first and (isinstance(items[last - 1], Space) or is_stop(items[last - 1])):
        last -= 1
    return items[first:last]


def is_stop(item: Item) -> bool:
    """A full stop, comma or semicolon."""
    return isinstance(item, Mark) and item.kind == "punct"


def split_commas(items: Items) -> list[Items]:
    """Parts between commas, or semicolons."""
    return split_marks(items, lambda mark: mark.kind == "punct" and mark.text in (",", ";"))


def split_marks(items: Items, splits: Callable[[Mark], bool]) -> list[Items]:
    """Parts between marks of some kind."""
    out: list[list[Item]] = [[]]
    for item in items:
        if isinstance(item, Mark) and splits(item):
            out.append([])
        else:
            out[-1].append(item)
    return [trimmed(tuple(part)) for part in out]
