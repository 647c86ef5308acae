"""A derivation as a piece of a Typst document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradcli.derive.model import Answer
from gradcli.program.model import Program
from gradcli.render.blocks import Display, Equation, Math, Paragraph
from gradcli.render.derivation_page import derivation_page
from gradcli.render.typst_formula import typst

if TYPE_CHECKING:
    from gradcli.derive.worked.model import Worked

_SPECIAL = frozenset("#$*_`@<>[]\\~/=-+'\"")


def derive_typst(program: Program, answers: Sequence[Answer], worked: Sequence[Worked] = ()) -> str:
    """Text and displayed mathematics to put into a Typst document."""
    blocks = derivation_page(program, answers, worked)
    return "\n\n".join(_display(block) if isinstance(block, Display) else _paragraph(block) for block in blocks) + "\n"


def _paragraph(block: Paragraph) -> str:
    return "".join(f"${typst(piece.latex)}$" if isinstance(piece, Math) else _text(piece) for piece in block.pieces)


def _text(text: str) -> str:
    return "".join(f"\\{char}" if char in _SPECIAL else char for char in text)


def _display(block: Display) -> str:
    return "$ " + " \\\n  ".join(map(_row, block.rows)) + " $"


def _row(row: Equation) -> str:
    remark = f" && quad {typst(row.remark)}" if row.remark else ""
    return f"{typst(row.left)} &{typst(row.sign)} {typst(row.right)}{remark}".lstrip()
