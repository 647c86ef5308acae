"""What a page of a derivation is made of: paragraphs, and equations lined up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Math:
    """A formula in the line, in LaTeX."""

    latex: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words and formulas; `role` is what they are: a title, what is given, a note, or where steps begin."""

    pieces: tuple[str | Math, ...]
    role: Literal["given", "title", "where", "steps", "note"]


@dataclass(frozen=True, slots=True)
class Equation:
    """`left sign right`, in LaTeX, and a remark beside it; an empty left side goes on from the row above."""

    left: str
    sign: str
    right: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Display:
    """Equations one below the other, lined up at their signs."""

    rows: tuple[Equation, ...]


Block = Paragraph | Display
