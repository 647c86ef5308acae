"""Derivations line by line, as displays of a page: reasons stand beside the equations."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.derive.model import Answer
from gradcli.derive.worked.model import Formula, Reason, Worked
from gradcli.expr.node import Node, name_of
from gradcli.program.model import Program
from gradcli.render.blocks import Block, Display, Equation, Paragraph
from gradcli.render.derivation_rows import Row, made_up, no_indices, worked_rows
from gradcli.render.latex_labels import latex_label
from gradcli.render.latex_names import latex_text
from gradcli.render.parts import Names
from gradcli.render.step_formulas import FormulaWriter
from gradcli.render.step_notation import StepLatex


class LatexWords(FormulaWriter):
    """Formulas as LaTeX, words between them as text."""

    def words(self, reason: Reason) -> str:
        """A reason, its words set as text."""
        return "".join(self.quoted(piece) if isinstance(piece, str) else self._formula(piece) for piece in reason)

    def _formula(self, formula: Formula) -> str:
        return self.formula(formula)

    def quoted(self, words: str) -> str:
        """Words as text."""
        if words == " = ":
            return words
        return rf"\text{{{latex_text(words)}}}" if words else ""


def step_blocks(program: Program, answers: Sequence[Answer], worked: Sequence[Worked], names: Names) -> list[Block]:
    """Displays, those that answers share once."""
    values = {*program.nodes, *program.variables, *(name_of(node) for node in made_up(worked))}
    taken = no_indices(program)
    known: set[tuple[int, Node]] = set()
    told: set[int] = set()
    named: set[Node] = set()
    printed: set[tuple[Row, ...]] = set()
    blocks: list[Block] = [Paragraph(("Steps:",), "steps")]
    for answer, each in zip(answers, worked, strict=True):
        notation = StepLatex(names, values, answer.layout).knowing(program)
        writer = LatexWords(notation, taken, answer.layout)
        if id(each.let) not in told:
            told.add(id(each.let))
            lets = [(node, value) for node, value in each.let.items() if node not in named]
            named.update(node for node, _ in lets)
            blocks += _display([Equation(notation.render(node), ":=", notation.render(value)) for node, value in lets])
        for found in worked_rows(each, latex_label(answer), writer, known, printed):
            blocks += _display([Equation(row.left, row.sign, row.right, row.reason) for row in found])
    return blocks


def _display(rows: Sequence[Equation]) -> list[Block]:
    return [Display(tuple(rows))] if rows else []
