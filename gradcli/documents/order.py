r"""Definitions that stand after what uses them: `... = A^T z` where `z = \exp(Ax)`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gradcli.latex.chains import Chain
from gradcli.latex.scripts import flattened
from gradcli.latex.tree import Item, Mark, Number, Prose, Space, Symbol, Word, every

_WHERE = r"(?:where|with|in which|here|and|其中|式中|这里|而|及|和|且)"
_BETWEEN = re.compile(rf"[\s$,.;，。；]*(?:{_WHERE}[\s$,:，：]*)(?:we (?:let|set|write|define)|let|记|令|设)?\s*", re.I)
_LISTED = re.compile(r"[\s$]*[,;，、；][\s$]*")
_FIRST = re.compile(r"where|with|in which|其中|式中|这里", re.I)


def comes_after(text: str, first: bool) -> bool:
    """Whether the words before a formula join it to the one before as what is meant there; `first`: to a display."""
    if not first and _LISTED.fullmatch(text):
        return True
    return bool(_BETWEEN.fullmatch(text)) and (not first or bool(_FIRST.search(text)))


def alone(chain: Chain, known: set[str]) -> bool:
    """Whether a chain defines a name of which nothing is said before: what uses it cannot be read without."""
    name = _defined(chain)
    bare = all(isinstance(item, Symbol | Number | Mark | Space) for item in chain.items)  # i = j
    return name is not None and name not in known and not bare


def names_of(chain: Chain) -> set[str]:
    """The name that a chain defines, if any."""
    name = _defined(chain)
    return set() if name is None else {name}


def explains(chain: Chain, display: Sequence[Chain]) -> bool:
    """Whether a chain defines a name that a display uses, and uses none that the display defines."""
    name = _defined(chain)
    if name is None:
        return False
    used = {one for other in display for side in other.sides for one in _letters(side)}
    defined = {made for other in display if (made := _defined(other)) is not None}
    return name in used and name not in defined and not defined & _letters(chain.items)


def _defined(chain: Chain) -> str | None:
    if not chain.relations or chain.relations[0].text not in ("=", ":="):
        return None
    kept = [item for item in chain.sides[0] if not isinstance(item, Space)]
    core = flattened(kept[0])[0] if kept else None
    if isinstance(core, Symbol) and len(kept) <= 2:
        return core.name
    return core.text if isinstance(core, Word) and len(kept) <= 2 else None


def _letters(items: Sequence[Item]) -> set[str]:
    found = set()
    for item in every(items):
        if isinstance(item, Symbol):
            found.add(item.name)
        elif isinstance(item, Word):
            found.add(item.text)
    return found


def reordered(chains: list[Chain]) -> list[Chain]:
    r"""The chains of a display, what follows `\text{where}` first."""
    place = next((k for k, chain in enumerate(chains) if _is_where(chain.items)), None)
    if not place:
        return chains
    moved = [chain for chain in chains[place + 1 :] if explains(chain, chains[:place])]
    for chain in moved:
        if chain.separator == "arrow":
            return chains
    return [*moved, *(chain for chain in chains if not any(chain is one for one in moved))]


def _is_where(items: Sequence[object]) -> bool:
    kept = [item for item in items if not isinstance(item, Space | Mark)]
    return len(kept) == 1 and isinstance(kept[0], Prose) and bool(_FIRST.match(kept[0].text.strip(" ,，")))


__all__ = ["comes_after", "explains", "reordered"]
