r"""A display cut into what it says one after another: chains of sides with relations between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from gradcli.latex.tree import Bracket, Grid, Group, Item, Items, Mark, Number, Prose, Space, Symbol, Word
from gradcli.latex.vocabulary import ALIGNED

_STRENGTH = {"amp": 0, "space": 1, "prose": 2, "after prose": 2, "comma": 3, "to": 4, "arrow": 5, "row": 6}
_CASES = ("cases", "dcases", "rcases", "numcases")
_OPEN_ENDS = ("add", "mul", "had", "div", "rel")


@dataclass(slots=True)
class Chain:
    """Sides with a relation between each two; `separator` is what stands between it and the chain before."""

    items: list[Item]
    separator: str = "start"
    sides: list[Items] = field(default_factory=list)
    relations: list[Mark] = field(default_factory=list)

    @property
    def start(self) -> int:
        return self.items[0].start

    @property
    def end(self) -> int:
        return self.items[-1].end


def chains_of(items: Items) -> list[Chain]:
    """What a display says, in order."""
    chains: list[Chain] = []
    current = Chain([])
    pieces = list(_joined_separators(_pieces(_spread_out(items))))
    for k, (kind, piece) in enumerate(pieces):
        if kind == "amp" and k + 1 < len(pieces) and pieces[k + 1][0] == "amp" and _begins_right(pieces[k + 1][1]):
            kind = "column"  # the left side of the next equation of the row
        if not current.items:
            current = Chain(list(piece), kind)
        elif _goes_on(current.items, kind, piece):
            if kind == "comma" or kind == "to":
                current.items.append(_SEPARATORS[kind](piece[0].start))
            elif kind == "space":
                current.items.append(Space(piece[0].start, piece[0].start))
            current.items += piece
        else:
            chains.append(current)
            current = Chain(list(piece), kind)
    if current.items:
        chains.append(current)
    for chain in chains:
        _cut(chain)
    return [chain for chain in chains if chain.items]


def _joined_separators(pieces: Iterator[tuple[str, list[Item]]]) -> Iterator[tuple[str, list[Item]]]:
    """Pieces that are not empty; of several separators in a row the one that parts most."""
    strongest = ""
    for kind, piece in pieces:
        if not strongest or _STRENGTH.get(kind, 1) > _STRENGTH.get(strongest, 1):
            strongest = kind
        if piece:
            yield strongest, piece
            strongest = ""


def _begins_right(piece: list[Item]) -> bool:
    return bool(piece) and isinstance(piece[0], Mark) and piece[0].kind == "rel"


def _comma(at: int) -> Item:
    return Mark(at, at, "punct", ",")


def _to(at: int) -> Item:
    return Mark(at, at, "arrow", "to")


_SEPARATORS = {"comma": _comma, "to": _to}


def _spread_out(items: Items) -> list[Item]:
    """Aligned environments and systems as rows of the display itself."""
    out: list[Item] = []
    for item in items:
        inner = item
        if isinstance(inner, Bracket) and inner.open in ("{", ".") and (inner.close in (".", "}") or inner.open == "."):
            grids = [part for part in inner.items if not isinstance(part, Space)]
            if len(grids) == 1 and isinstance(grids[0], Grid):
                inner = grids[0]
        if isinstance(inner, Group) and any(
            _relates(part) or (isinstance(part, Grid) and part.environment in ALIGNED) for part in inner.items
        ):
            out += _spread_out(inner.items)
        elif isinstance(inner, Grid) and (inner.environment in ALIGNED or _is_system(inner, out)):
            for k, row in enumerate(inner.rows):
                if k or (out and inner.environment in _CASES and _ends_complete(out)):
                    out.append(Mark(inner.start, inner.start, "row", ""))
                for j, cell in enumerate(row):
                    if j:
                        at = cell[0].start if cell else inner.start
                        out.append(Mark(at, at, "amp", "&"))
                    out += _spread_out(cell)
        else:
            out.append(item)
    return out


def _ends_complete(out: list[Item]) -> bool:
    return bool(out) and not isinstance(out[-1], Mark)


def _is_system(grid: Grid, before: list[Item]) -> bool:
    """Whether a grid holds equations: cases with one in each row, an array that lines up equals signs."""
    last = next((part for part in reversed(before) if not isinstance(part, Space)), None)
    if isinstance(last, Mark) and last.kind in _OPEN_ENDS:
        return False
    if grid.environment in _CASES:
        return all(any(_relates(part) for part in row[0]) for row in grid.rows if row and row[0]) and bool(grid.rows)
    if grid.environment == "array":
        return any(
            (len(cell) == 1 and _relates(cell[0])) or (cell and _relates(cell[0])) for row in grid.rows for cell in row
        )
    return False


def _relates(item: Item) -> bool:
    return isinstance(item, Mark) and item.kind == "rel" and item.text in ("=", ":=", "!=")


def _pieces(items: list[Item]) -> Iterator[tuple[str, list[Item]]]:
    """Parts between separators, each with the kind of separator before it."""
    kind, piece = "start", list[Item]()
    for k, item in enumerate(items):
        other = "prose" if _is_lone_word(items, k) else _separates(item)
        if _is_stop_after_condition(item, piece):
            other = "comma"
        if other is None:
            piece.append(item)
            continue
        yield kind, piece
        piece = []
        if other == "prose":
            words = item.text if isinstance(item, Prose | Word) else ""
            if words.strip(" ,.:;，。：；、~\u3000"):
                yield "prose", [Prose(item.start, item.end, words)]
            other = "after prose"
        kind = other
    yield kind, piece


def _is_stop_after_condition(item: Item, piece: list[Item]) -> bool:
    """Whether a colon ends a condition on indices, `i = j:`."""
    if not isinstance(item, Mark) or item.text != ":" or len(piece) != 3:
        return False
    return isinstance(piece[0], Symbol) and isinstance(piece[1], Mark) and isinstance(piece[2], Symbol | Number)


def _is_lone_word(items: list[Item], k: int) -> bool:
    """Whether a word stands apart from what is around it: it is none of the mathematics."""
    item = items[k]
    if not isinstance(item, Word) or item.command:
        return False
    around = [items[j] for j in (k - 1, k + 1) if 0 <= j < len(items)]
    apart = all(
        isinstance(part, Space) or (isinstance(part, Mark) and part.kind in ("row", "punct")) for part in around
    )
    return apart and any(isinstance(part, Space) for part in around)


def _separates(item: Item) -> str | None:
    if isinstance(item, Space):
        return "space"
    if isinstance(item, Prose):
        return "prose"
    if (
        isinstance(item, Word)
        and not item.command
        and item.text
        in ("where", "and", "or", "with", "for", "if", "so", "hence", "thus", "then", "since", "let", "because", "when")
    ):
        return "prose"
    if isinstance(item, Mark):
        if item.kind in ("row", "amp"):
            return item.kind
        if item.kind == "arrow":
            return "to" if item.text in ("to", "rightarrow", "mapsto") else "arrow"
        if item.kind == "punct" and item.text in (",", ";"):
            return "comma"
    return None


def complete(items: list[Item]) -> bool:
    """Whether parts are an equation with something on both sides."""
    places = [k for k, item in enumerate(items) if isinstance(item, Mark) and item.kind == "rel"]
    return bool(places) and places[0] > 0 and places[-1] < len(items) - 1


def _goes_on(current: list[Item], kind: str, piece: list[Item]) -> bool:
    """Whether a piece belongs to the chain before it."""
    first, last = piece[0], current[-1]
    if isinstance(last, Prose) and kind == "after prose":
        return _relates(first)
    relates = any(isinstance(part, Mark) and part.kind == "rel" for part in piece)
    if isinstance(first, Mark) and first.kind == "rel":
        return True
    if isinstance(first, Prose):
        return isinstance(last, Mark) and last.kind == "rel"
    open_end = isinstance(last, Mark) and last.kind in _OPEN_ENDS
    if kind == "row":
        return open_end or (isinstance(first, Mark) and first.kind in ("add", "mul", "had"))
    if open_end:
        return True
    if isinstance(last, Prose):
        return False
    if kind == "to" and any(isinstance(part, Mark) and part.text == ":" for part in current):
        return True
    if kind in ("arrow", "to"):
        return False
    if not complete(current):
        return True
    if isinstance(first, Mark) and first.kind in ("add", "mul", "had"):
        return True
    if kind == "amp":
        return not complete(piece) and not relates and not isinstance(first, Prose)
    return False


def _cut(chain: Chain) -> None:
    """The sides of a chain."""
    items = chain.items
    while items and isinstance(items[0], Space):
        items.pop(0)
    while items and (isinstance(items[-1], Space) or (isinstance(items[-1], Mark) and items[-1].kind == "punct")):
        items.pop()
    side: list[Item] = []
    for item in items:
        if isinstance(item, Mark) and item.kind == "rel":
            chain.sides.append(tuple(side))
            chain.relations.append(item)
            side = []
        else:
            side.append(item)
    chain.sides.append(tuple(side))
