"""What a document holds of mathematics: fences, directives, formulas, each with its place."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Base of all pieces; `start` and `end` enclose the piece with its marks, `first` and `last` its content."""

    start: int
    end: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Fence(Piece):
    """A block of the language."""


@dataclass(frozen=True, slots=True)
class Directive(Piece):
    """What is said to gradcli; `text` has its length, with line marks of comments blanked out."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Formula(Piece):
    """Mathematics, on a line of its own (`display`) or in the text."""

    display: bool = True


@dataclass(frozen=True, slots=True)
class Unclosed(Piece):
    """Something that begins and never ends; `what` says what."""

    what: str = ""


def concerned(text: str) -> bool:
    """Whether a text holds a directive or a fence of the language at all."""
    return "gradcli:" in text or "```mc" in text or "~~~mc" in text or "```{mc" in text
