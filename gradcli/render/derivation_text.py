"""Derivations line by line, for people: equals signs and reasons lined up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from gradcli.derive.model import Answer
from gradcli.derive.worked.model import Worked
from gradcli.expr.node import Node, name_of
from gradcli.program.model import Program
from gradcli.render.derivation_rows import Row, made_up, no_indices, worked_rows
from gradcli.render.labels import text_label
from gradcli.render.parts import Names
from gradcli.render.step_formulas import FormulaWriter
from gradcli.render.step_notation import StepText

_LONG_LEFT = 16
_WIDEST = 72  # columns after which reasons are not lined up any more
Paint = Callable[[str], str]


def steps_text(
    program: Program,
    answers: Sequence[Answer],
    worked: Sequence[Worked],
    names: Names,
    width: Callable[[str], int],
    paint: tuple[Paint, Paint] = (str, str),
) -> list[list[str]]:
    """Blocks of lines; `paint` colours left sides and reasons.  Steps that answers share stand once."""
    blocks: list[list[str]] = []
    known: set[tuple[int, Node]] = set()
    let = made_up(worked)
    values = {*program.nodes, *program.variables, *(name_of(node) for node in let)}
    taken = no_indices(program)
    told: set[int] = set()
    named: set[Node] = set()
    printed: set[tuple[Row, ...]] = set()
    for answer, each in zip(answers, worked, strict=True):
        notation = StepText(names, values, answer.layout)
        writer = FormulaWriter(notation, taken, answer.layout)
        if id(each.let) not in told:
            told.add(id(each.let))
            lets = [(node, value) for node, value in each.let.items() if node not in named]
            named.update(node for node, _ in lets)
            blocks.append([f"  let {notation.render(node)} = {notation.render(value)}" for node, value in lets])
        blocks += [
            _aligned(rows, width, paint) for rows in worked_rows(each, text_label(answer), writer, known, printed)
        ]
    return [block for block in blocks if block]


def _aligned(rows: Sequence[Row], width: Callable[[str], int], paint: tuple[Paint, Paint]) -> list[str]:
    """Rows with their signs lined up; a long left side starts anew."""
    starts = [place for place, row in enumerate(rows) if row.left]
    for before, start in pairwise(starts):
        if width(rows[before].left) > _LONG_LEFT or width(rows[start].left) > _LONG_LEFT:
            return [*_lined_up(rows[:start], width, paint), *_aligned(rows[start:], width, paint)]
    return _lined_up(rows, width, paint)


def _lined_up(rows: Sequence[Row], width: Callable[[str], int], paint: tuple[Paint, Paint]) -> list[str]:
    left = max((width(row.left) for row in rows), default=0)
    bodies = [f"{row.sign} {row.right}" for row in rows]
    column = max((taken for taken in map(width, bodies) if taken + left <= _WIDEST), default=0)
    out = []
    for row, body in zip(rows, bodies, strict=True):
        gap = " " * (left - width(row.left))
        text = f"  {paint[0](row.left) if row.left else ''}{gap} {body}"
        if row.reason:
            text += " " * (max(column - width(body), 0) + 3) + paint[1](row.reason)
        out.append(text)
    return out
