"""Places: a text and a range of its characters."""

from __future__ import annotations

from gradcli.record import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters `[start, end)` of one source text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Source:
    """One source text and the name it goes by in messages."""

    name: str
    text: str
