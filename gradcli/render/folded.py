"""Long lines of text over several lines, and matrices row below row; what comes out may still be typed.

A line is broken only where the language lets a statement go on: after a binary operator, and at any space inside
brackets.  It is broken after an operator that stands as far outside as can be; inside of a call at its commas first;
between factors side by side only where nothing else is.  A matrix literal has its columns lined up.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

Width = Callable[[str], int]

_LEAST = 16  # columns that a line has in any case
_SHORT = 30  # columns of a literal inside of an expression that stays on its line
_OPERATORS = {"+": 2, "−": 2, "-": 2, "==": 1, "@": 3, "*": 3, "⊙": 3, "⊗": 3, "/": 4, "⊘": 4, "·": 4}
_COMPARISONS = dict.fromkeys(("<", "≤", ">", "≥", "<=", ">="), 1)
_RANKS = {**_OPERATORS, **_COMPARISONS, "=": 1}
_COMMA, _SIDE_BY_SIDE = 0, 5
_NAMED_ARGUMENT = re.compile(r"\w+\s*(?:=(?!=)|:)")  # at the start of a line it reads as a statement
_OPEN, _CLOSE = "([{", ")]}"
_ROW = "\n"  # stands for the space between two rows of a matrix


def folded(text: str, room: int | None, width: Width) -> list[str]:
    """The text in lines of at most `room` columns, where that can be; without `room` only matrices are laid out.

    Later lines are indented to stand below what they go on with, as seen from where the first one starts.
    """
    room = None if room is None else max(room, _LEAST)
    spread = _spread(text, room, width) if "[[" in text else text
    if _ROW not in spread and (room is None or width(spread) <= room):
        return [spread]
    return list(_lines(spread, room, width))


def said_in_lines(words: str, room: int | None, width: Width) -> list[str]:
    """A sentence in lines of at most `room` columns, broken between words."""
    if room is None or width(words) <= room:
        return [words]
    lines: list[str] = []
    for word in words.split(" "):
        if lines and width(lines[-1]) + 1 + width(word) <= max(room, _LEAST):
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


# ------------------------------------------------------------------- matrices


@dataclass(frozen=True, slots=True)
class _Literal:
    """A matrix literal in a text: where it starts and ends, and its cells."""

    start: int
    end: int
    rows: tuple[tuple[str, ...], ...]


def _spread(text: str, room: int | None, width: Width) -> str:
    """The text with the rows of its matrices marked, their cells padded where that leaves them room."""
    out: list[str] = []
    done = 0
    for literal in _literals(text):
        whole = literal.end - literal.start >= len(text) - 2 * _SHORT // 3
        if not whole and literal.end - literal.start <= _SHORT:
            continue
        out += [text[done : literal.start], _matrix(literal, room, width)]
        done = literal.end
    return "".join([*out, text[done:]])


def _matrix(literal: _Literal, room: int | None, width: Width) -> str:
    columns = list(zip(*literal.rows, strict=True))
    widths = [max(map(width, column)) for column in columns]
    padded = room is None or sum(widths) + 2 * len(widths) + 2 <= room
    rows = []
    for row in literal.rows:
        cells = [f"{cell}{', ' if place < len(row) - 1 else ''}" for place, cell in enumerate(row)]
        if padded:
            ends = [taken + (2 if place < len(row) - 1 else 0) for place, taken in enumerate(widths)]
            cells = [cell + " " * (end - width(cell)) for cell, end in zip(cells, ends, strict=True)]
        rows.append(f"[{''.join(cells)}]")
    return f"[{f',{_ROW}'.join(rows)}]"


def _literals(text: str) -> Iterator[_Literal]:
    """The outermost literals of at least two rows."""
    partners = _partners(text)
    position = text.find("[[")
    while position >= 0:
        end = partners.get(position)
        rows = None if end is None else _rows(text, position, end, partners)
        if rows is None or end is None:
            position = text.find("[[", position + 1)
            continue
        yield _Literal(position, end + 1, rows)
        position = text.find("[[", end)


def _rows(text: str, start: int, end: int, partners: dict[int, int]) -> tuple[tuple[str, ...], ...] | None:
    """The cells of `[[a, b], [c, d]]` between two brackets; None where they are no matrix of two rows."""
    rows = []
    position = start + 1
    while position < end:
        close = partners.get(position)
        if text[position] != "[" or close is None:
            return None
        rows.append(tuple(_cells(text, position + 1, close, partners)))
        after = text[close + 1 : close + 3]
        if close + 1 != end and after != ", ":
            return None
        position = close + 3
    alike = len({len(row) for row in rows}) == 1
    return tuple(rows) if len(rows) > 1 and alike else None


def _cells(text: str, start: int, end: int, partners: dict[int, int]) -> Iterator[str]:
    position = first = start
    while position < end:
        if text.startswith(", ", position):
            yield text[first:position]
            position = first = position + 2
        else:
            position = partners.get(position, position) + 1
    yield text[first:end]


def _partners(text: str) -> dict[int, int]:
    """The closing bracket of each opening one."""
    partners: dict[int, int] = {}
    opened: list[int] = []
    for position, char in enumerate(text):
        if char in _OPEN:
            opened.append(position)
        elif char in _CLOSE and opened:
            partners[opened.pop()] = position
    return partners


# ---------------------------------------------------------------------- lines


@dataclass(frozen=True, slots=True)
class _Break:
    """A space at which a line may end: how deep in brackets, how loosely what it parts is bound, after what column."""

    place: int
    depth: int
    rank: int
    column: int


def _lines(text: str, room: int | None, width: Width) -> Iterator[str]:
    """The lines of a text whose rows are marked, later ones indented."""
    indent = 0
    begin = 0  # of the line, in the text
    opened: list[int] = []  # columns behind the open brackets
    breaks: list[_Break] = []  # in the line, in order
    column = 0
    position = 0
    stacks: dict[int, tuple[int, ...]] = {}
    while position < len(text):
        char = text[position]
        if char == _ROW:
            yield " " * indent + text[begin:position].rstrip()
            indent = column = opened[-1] if opened else 0
            position += 1
            begin, breaks = position, []
            continue
        if room is not None and column >= room and breaks and not char.isspace():
            chosen = _best(breaks, indent, room)
            yield " " * indent + text[begin : chosen.place].rstrip()
            opened = list(stacks[chosen.place])
            fitting = (place for place in reversed(opened) if room - place >= _LEAST)
            indent = next(fitting, 4) if opened else 0
            begin = position = chosen.place + 1
            column, breaks = indent, []
            continue
        if char in _OPEN:
            opened.append(column + 1)
        elif char in _CLOSE and opened:
            opened.pop()
        elif char == " " and room is not None:
            rank = _rank(text, position, bool(opened))
            if rank is not None:
                breaks.append(_Break(position, len(opened), rank, column))
                stacks[position] = tuple(opened)
        column += width(char)
        position += 1
    if begin < len(text):
        yield " " * indent + text[begin:]


def _rank(text: str, position: int, inside: bool) -> int | None:
    """How loosely a space binds: loosest first; None where the statement would end."""
    if text[position + 1 : position + 2] in ("", " ") or _NAMED_ARGUMENT.match(text, position + 1):
        return None
    before = text[text.rfind(" ", 0, position) + 1 : position]
    if before in _RANKS:
        return _RANKS[before]
    if not inside:
        return None
    if before.endswith(","):
        return _COMMA
    after = text[position + 1 :].split(" ", 1)[0] if len(text) - position < 4 else text[position + 1 : position + 3]
    if after.strip() in _RANKS:
        return None  # before an operator: it breaks after it
    return _SIDE_BY_SIDE


def _best(breaks: list[_Break], indent: int, room: int) -> _Break:
    """Where a line ends: as far outside as can be, but not with most of it empty."""
    early, outer = ((room - indent) * part // 20 for part in (8, 5))
    late = [one for one in breaks if one.column - indent >= (early if one.depth else outer)]
    return min(late or breaks, key=lambda one: (one.rank == _SIDE_BY_SIDE, one.depth, one.rank, -one.column))


__all__ = ["folded", "said_in_lines"]
