"""By what the derivatives of a formula are that is set to zero."""

from __future__ import annotations

from collections.abc import Iterable

from gradcli.latex.context import Context, spellings
from gradcli.latex.derivative_signs import derivative_parts, is_nabla, is_partial
from gradcli.latex.scripts import flattened
from gradcli.latex.tree import Fraction, Item, Items, Symbol, every


def set_to_zero(items: Iterable[Item], context: Context) -> set[str]:
    """The variables that derivatives of a formula are by."""
    found: set[str] = set()
    for item in every(tuple(items)):
        by: list[Items] = []
        if isinstance(item, Fraction) and (parts := derivative_parts(item)) is not None:
            by = parts[2]
        elif is_nabla(item) or is_partial(item):
            by = [flattened(item)[1].sub or ()]
        letters = {part.name for one in by for part in every(one) if isinstance(part, Symbol)}
        names = {name for letter in letters for name in (*spellings(letter), letter.upper())}
        found |= names & context.arrays.keys()
    return found
