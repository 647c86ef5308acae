"""Which signs are derivatives, and what stands in them."""

from __future__ import annotations

from gradcli.latex.reading import Reading
from gradcli.latex.scripts import flattened, plain_number
from gradcli.latex.tree import Fraction, Group, Item, Items, Mark, Scripted, Space, Symbol, Word


def is_nabla(item: Item) -> bool:
    r"""`\nabla`, with or without scripts."""
    core, _ = flattened(item)
    return isinstance(core, Mark) and core.kind == "nabla"


def is_partial(item: Item) -> bool:
    r"""`\partial` outside of a fraction."""
    core = flattened(item)[0]
    return isinstance(core, Mark) and core.kind == "partial"


def is_operator(item: Item) -> bool:
    r"""`\frac{\partial}{\partial x}`, `\frac{d}{dx}`: a derivative of what follows."""
    if not isinstance(item, Fraction):
        return False
    found = derivative_parts(item)
    return found is not None and not found[1]


def is_derivative(reader: Reading, item: Fraction) -> bool:
    """Whether a fraction is a derivative."""
    return derivative_parts(item) is not None


def derivative_parts(item: Fraction) -> tuple[int, Items, list[Items]] | None:
    """The order, what is differentiated, and what by (for each one)."""
    top, bottom = opened(item.top), opened(item.bottom)
    if not top or not bottom:
        return None
    head, order = _head(top[0])
    below, _ = _head(bottom[0])
    if head is None or below != head:
        split_top, split_bottom = _word_differential(top), _word_differential(bottom)
        if split_top is None or split_bottom is None:
            return None
        head, top, bottom, order = "d", split_top, split_bottom, 1
    if head == "d" and len(bottom) < 2:
        return None
    by: list[Items] = []
    current: list[Item] = []
    for part in bottom[1:]:
        if (_head(part)[0] == head and current and head == "partial") or (
            head == "d" and _head(part)[0] == "d" and current and isinstance(part, Symbol)
        ):
            by.append(tuple(current))
            current = []
        else:
            current.append(part)
    by.append(tuple(current))
    if not all(by):
        return None
    return order, top[1:], by


def opened(items: Items) -> Items:
    items = tuple(part for part in items if not isinstance(part, Space))
    while len(items) == 1 and isinstance(items[0], Group):
        items = tuple(part for part in items[0].items if not isinstance(part, Space))
    return items


def _head(item: Item) -> tuple[str | None, int]:
    """The sign of a derivative, and its order."""
    core, scripts = flattened(item)
    order = 1
    if isinstance(item, Scripted):
        if scripts.sub is not None or len(scripts.powers) != 1:
            return None, 1
        number = plain_number(scripts.powers[0])
        if number is None:
            return None, 1
        order = int(float(number))
    if isinstance(core, Mark) and core.kind == "partial":
        return "partial", order
    if isinstance(core, Symbol) and core.name == "d":
        return "d", order
    return None, 1


def _word_differential(items: Items) -> Items | None:
    r"""`\mathrm{df}` as d f."""
    first = items[0]
    if isinstance(first, Word) and not first.command and first.text.startswith("d") and len(first.text) == 2:
        return (
            Symbol(first.start, first.start, "d", "rm"),
            Symbol(first.start, first.end, first.text[1]),
            *items[1:],
        )
    if isinstance(first, Symbol) and first.name == "d":
        return items
    return None
