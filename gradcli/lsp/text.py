"""A text as an editor sees it: lines from 0, characters in UTF-16 units."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from gradcli.syntax.ast import Span

_WORD = re.compile(r"[^\W\d]\w*")


@dataclass(frozen=True, slots=True)
class Place:
    """A place between two characters."""

    line: int
    character: int


class Text:
    """A text with the starts of its lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(found.end() for found in re.finditer("\n", text))]

    def place(self, offset: int) -> Place:
        """The place of an offset."""
        line = bisect_right(self.starts, offset) - 1
        return Place(line, _units(self.text[self.starts[line] : offset]))

    def offset(self, place: Place) -> int:
        """The offset of a place; beyond the end of a line it is the end."""
        if place.line >= len(self.starts):
            return len(self.text)
        start = self.starts[place.line]
        end = self.starts[place.line + 1] - 1 if place.line + 1 < len(self.starts) else len(self.text)
        units = 0
        for at in range(start, end):
            if units >= place.character:
                return at
            units += _units(self.text[at])
        return end

    def word_at(self, offset: int) -> tuple[str, Span] | None:
        """The name that an offset stands in or at the end of."""
        start = self.starts[bisect_right(self.starts, offset) - 1]
        end = self.text.find("\n", offset)
        line = self.text[start : len(self.text) if end < 0 else end]
        for found in _WORD.finditer(line):
            if found.start() <= offset - start <= found.end():
                return found[0], Span(start + found.start(), start + found.end())
        return None

    def words(self, name: str) -> list[Span]:
        """Every place of a name outside of comments."""
        return [
            Span(found.start(), found.end())
            for found in _WORD.finditer(self.text)
            if found[0] == name and not self.in_comment(found.start())
        ]

    def in_comment(self, offset: int, first: int = 0) -> bool:
        """Whether an offset stands behind a comment's mark on its line, which is looked at from `first` on."""
        start = max(first, self.starts[bisect_right(self.starts, offset) - 1])
        return "#" in self.text[start:offset]


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
