r"""Indices that are no bare letters, `\sum_{j'}`, `\sum_{\tilde y}`, `\sum_{i_1=1}^n`: a letter of its own for each."""

from __future__ import annotations

from collections.abc import Iterable

from gradcli.latex.rebuilt import rebuilt
from gradcli.latex.tree import Accent, Item, Items, Mark, Scripted, Space, Symbol, every, key

_FREE = "rsqtpmnlkji"
_KEPT = frozenset(["ell", "mu", "nu", "alpha", "beta"])  # indices as they are
_COUNTING = frozenset("ijklmnpqrst")


def counted(formulas: Iterable[Items], taken: Iterable[str]) -> dict[object, str]:
    """A letter that stands nowhere else for each such index over which something is summed."""
    found: dict[object, str] = {}
    declared = set(taken)
    letters = set(declared)
    wanted: dict[object, None] = {}
    for items in formulas:
        for item in every(items):
            if isinstance(item, Symbol):
                letters.add(item.name)
            elif isinstance(item, Scripted) and isinstance(_core(item), Mark):
                wanted.update((key(one), None) for one in _over(item))
    wanted = {one: None for one in wanted if one not in {key(Symbol(0, 0, name)) for name in declared}}
    free = [letter for letter in _FREE if letter not in letters]
    for one, letter in zip(wanted, free, strict=False):
        found[one] = letter
    return found


def with_letters(items: Items, letters: dict[object, str]) -> Items:
    """The parts with a letter in the place of each such index."""

    def lettered(item: Item) -> Item:
        if isinstance(item, Scripted | Accent | Symbol) and (letter := letters.get(key(item))) is not None:
            return Symbol(item.start, item.end, letter)
        return item

    return rebuilt(items, lettered)


def _core(item: Item) -> Item:
    while isinstance(item, Scripted):
        item = item.base
    return item


def _over(item: Scripted) -> list[Item]:
    """The indices that a sum runs over, where they are no bare letters."""
    mark = _core(item)
    if not isinstance(mark, Mark) or mark.kind != "big" or item.sub is None:
        return []
    out: list[Item] = []
    for part in item.sub:
        if isinstance(part, Mark) and part.kind == "rel":
            return out if part.text in ("=", "!=") else []
        is_greek = isinstance(part, Symbol) and len(part.name) > 1 and part.name not in _KEPT
        if is_greek or (isinstance(part, Scripted | Accent) and _is_index(part)):
            out.append(part)
        elif not isinstance(part, Symbol | Space | Mark):
            return []
    return out


def _is_index(item: Scripted | Accent) -> bool:
    r"""`j'`, `\tilde{y}`, `k_1`: of a label any letter, with a subscript one that counts."""
    if isinstance(item, Accent):
        return len(item.items) == 1 and isinstance(item.items[0], Symbol)
    if not isinstance(item.base, Symbol) or len(item.base.name) > 1:
        return False
    if item.sub is not None:
        return item.sup is None and item.base.name in _COUNTING
    star = item.sup is not None and all(isinstance(part, Mark) for part in item.sup)
    return bool(item.primes) if item.sup is None else star
