"""The steps of derivations as data: for each line what stood before, the rule, and what stands after."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gradcli.derive.model import Answer
from gradcli.derive.worked.model import Label, Worked
from gradcli.expr.node import Node, name_of
from gradcli.program.model import Program
from gradcli.render.derivation_rows import made_up, no_indices, rows_of
from gradcli.render.derivation_steps import LatexWords
from gradcli.render.labels import text_label
from gradcli.render.latex_labels import latex_label
from gradcli.render.parts import Names
from gradcli.render.step_formulas import FormulaWriter
from gradcli.render.step_notation import StepLatex, StepText

MOST_LINES = 10_000
"""The most lines of all results together before each stands only in the first result that needs it."""


def steps_json(
    program: Program, answers: Sequence[Answer], worked: Sequence[Worked], names: Names
) -> list[list[dict[str, Any]]]:
    """The steps of each answer."""
    if not worked:
        return []
    values = {*program.nodes, *program.variables, *(name_of(node) for node in made_up(worked))}
    taken = no_indices(program)
    compact = _are_many(worked)
    known: set[tuple[int, Node]] = set()
    out = []
    for answer, each in zip(answers, worked, strict=True):
        known = known if compact else set()
        text = FormulaWriter(StepText(names, values, answer.layout).knowing(program), taken, answer.layout)
        latex = LatexWords(StepLatex(names, values, answer.layout).knowing(program), taken, answer.layout)
        steps: list[dict[str, Any]] = []
        left = tex_left = before = ""
        blocks = [*each.needed(known), *([each.last] if each.last is not None else [])]
        for node in each.used_names(blocks):
            name, right = text.notation.render(node), text.notation.render(each.let[node])
            tex = f"{latex.notation.render(node)} = {latex.notation.render(each.let[node])}"
            steps.append(_step(name, name, "let", right, f"let {name} = {right}", tex, f"let {name} = {right}"))
        for block in (*each.first, *blocks):
            rows = rows_of(block, text, text_label(answer))
            latex.begin(latex_label(answer))
            for place, row in enumerate(rows):
                if row.line.fresh:
                    latex.begin(latex_label(answer))
                source = row.line.left
                if source is None and not place:
                    source = block.lines[0].left or Label()
                if source is not None:
                    tex_left = latex.formula(source)
                if row.left and row.left != left:
                    left = before = row.left
                right = latex.formula(row.line.right)
                line = f"{left} {row.sign} {row.right}"
                steps.append(
                    _step(left, before, row.line.rule, row.right, row.reason, f"{tex_left} {row.sign} {right}", line)
                )
                before = row.right
        out.append(steps)
    return out


def _step(left: str, before: str, rule: str, after: str, reason: str, latex: str, text: str) -> dict[str, Any]:
    return {
        "of": left,
        "before": before,
        "rule": rule,
        "after": after,
        "reason": reason,
        "text": text,
        "latex": latex,
    }


def _are_many(worked: Sequence[Worked]) -> bool:
    total = 0
    for each in worked:
        total += sum(len(block.lines) for block in each.needed(set()))
        if total > MOST_LINES:
            return True
    return False
