"""A derivation as HTML: set mathematics, the graph of the program, steps that unfold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradcli.derive.model import Answer
from gradcli.program.model import Program
from gradcli.render.blocks import Block, Display, Equation, Math, Paragraph
from gradcli.render.derivation_page import derivation_page
from gradcli.render.mathml import mathml
from gradcli.render.page.frame import page, text
from gradcli.render.page.graph import graph_svg

if TYPE_CHECKING:
    from gradcli.derive.worked.model import Worked


def derive_html(program: Program, answers: Sequence[Answer], worked: Sequence[Worked] = ()) -> str:
    """One self-contained page."""
    name = program.source.name
    title = "Derivation" if name.startswith("<") or name == "-" else name
    source = f"<details><summary>The program</summary><pre>{text(program.source.text.strip())}</pre></details>"
    return page(title, f"<h1>{text(title)}</h1>\n{source}\n{derivation_html(program, answers, worked)}")


def derivation_html(program: Program, answers: Sequence[Answer], worked: Sequence[Worked] = ()) -> str:
    """What stands on that page, to be put into another."""
    graph = graph_svg(program, answers)
    parts: list[str] = []
    unfolding = False
    for block in derivation_page(program, answers, worked):
        if isinstance(block, Paragraph) and unfolding and block.role == "note":
            parts.append("</details>")
            unfolding = False
        if isinstance(block, Paragraph) and block.role == "steps":
            parts.append('<details open=""><summary>Steps</summary>')
            unfolding = True
            continue
        parts.append(_block(block))
        if graph and isinstance(block, Display):
            parts.append(f"<figure>{graph}</figure>")
            graph = ""
    return "\n".join([*parts, *(["</details>"] if unfolding else [])])


def _block(block: Block) -> str:
    if isinstance(block, Display):
        return f'<div class="display">{"".join(map(_row, block.rows))}</div>'
    words = "".join(mathml(piece.latex) if isinstance(piece, Math) else text(piece) for piece in block.pieces)
    if block.role == "title":
        return f"<h2>{words.removesuffix(':')}</h2>"
    return f'<p class="{block.role}">{words}</p>'


def _row(row: Equation) -> str:
    left = mathml(row.left, True) if row.left else ""
    remark = mathml(row.remark) if row.remark else ""
    return (
        f'<div class="left">{left}</div><div class="right">{mathml(f"{row.sign} {row.right}", True)}</div>'
        f'<div class="remark">{remark}</div>'
    )
