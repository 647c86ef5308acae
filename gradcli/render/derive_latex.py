"""A derivation as a piece of LaTeX: what is given, the answers, the steps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradcli.derive.model import Answer
from gradcli.program.model import Program
from gradcli.render.blocks import Display, Equation, Math, Paragraph
from gradcli.render.derivation_page import derivation_page
from gradcli.render.latex_lines import lines
from gradcli.render.latex_names import latex_text

if TYPE_CHECKING:
    from gradcli.derive.worked.model import Worked


def derive_latex(program: Program, answers: Sequence[Answer], worked: Sequence[Worked] = ()) -> str:
    """Text and displayed mathematics to put into a document that loads amsmath and amssymb.

    `worked` says of each answer how it comes about, line by line.
    """
    parts = ["% needs \\usepackage{amsmath,amssymb}"]
    for block in derivation_page(program, answers, worked):
        parts += _display(block) if isinstance(block, Display) else [_paragraph(block)]
    return "\n".join(parts) + "\n"


def _paragraph(block: Paragraph) -> str:
    return "".join(f"${piece.latex}$" if isinstance(piece, Math) else latex_text(piece) for piece in block.pieces)


def _display(block: Display) -> list[str]:
    return [r"\begin{align*}", " \\\\\n".join(map(_row, block.rows)), r"\end{align*}"]


def _row(row: Equation) -> str:
    remark = f" && {row.remark}" if row.remark else ""
    first, *rest = lines(row.right)
    return " \\\\\n".join([f"  {row.left} &{row.sign} {first}{remark}", *(rf"  &\quad {line}" for line in rest)])
