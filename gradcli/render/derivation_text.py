"""Derivations line by line, for people: equals signs and reasons lined up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from gradcli.derive.model import Answer
from gradcli.derive.worked.model import Worked
from gradcli.expr.node import Node, name_of
from gradcli.program.model import Program
from gradcli.render.derivation_rows import Row, made_up, no_indices, worked_rows
from gradcli.render.labels import text_label
from gradcli.render.parts import Names
from gradcli.render.step_formulas import FormulaWriter
from gradcli.render.step_notation import StepPlain, StepText

_LONG_LEFT = 16
_WIDEST = 72  # columns after which reasons are not lined up any more
_LEAST = 20  # columns that a reason has in any case
Paint = Callable[[str], str]


def steps_text(
    program: Program,
    answers: Sequence[Answer],
    worked: Sequence[Worked],
    names: Names,
    width: Callable[[str], int],
    paint: tuple[Paint, Paint] = (str, str),
    columns: int | None = None,
    plain: Mapping[str, str] | None = None,
) -> list[list[str]]:
    """Blocks of lines; `paint` colours left sides and reasons.  Steps that answers share stand once.

    With `columns` longer lines are folded.  With `plain`, spellings of names, all of it is ASCII.
    """
    blocks: list[list[str]] = []
    known: set[tuple[int, Node]] = set()
    let = made_up(worked)
    values = {*program.nodes, *program.variables, *(name_of(node) for node in let)}
    taken = no_indices(program)
    told: set[int] = set()
    named: set[Node] = set()
    printed: set[tuple[Row, ...]] = set()
    for answer, each in zip(answers, worked, strict=True):
        notation = (StepText if plain is None else StepPlain)(names, values, answer.layout).knowing(program)
        writer = FormulaWriter(notation, taken, answer.layout)
        if id(each.let) not in told:
            told.add(id(each.let))
            lets = [(node, value) for node, value in each.let.items() if node not in named]
            named.update(node for node, _ in lets)
            blocks.append([f"  let {notation.render(node)} = {notation.render(value)}" for node, value in lets])
        blocks += [
            _aligned(rows if plain is None else [_in_ascii(row, plain) for row in rows], width, paint, columns)
            for rows in worked_rows(each, text_label(answer), writer, known, printed)
        ]
    return [block for block in blocks if block]


def _in_ascii(row: Row, names: Mapping[str, str]) -> Row:
    from gradcli.render.ascii_text import ascii_text

    left, right, reason = (ascii_text(part, names) for part in (row.left, row.right, row.reason))
    return replace(row, left=left, right=right, reason=reason)


def _aligned(
    rows: Sequence[Row], width: Callable[[str], int], paint: tuple[Paint, Paint], columns: int | None
) -> list[str]:
    """Rows with their signs lined up; a long left side starts anew."""
    starts = [place for place, row in enumerate(rows) if row.left]
    for before, start in pairwise(starts):
        if width(rows[before].left) > _LONG_LEFT or width(rows[start].left) > _LONG_LEFT:
            first = _lined_up(rows[:start], width, paint, columns)
            return [*first, *_aligned(rows[start:], width, paint, columns)]
    return _lined_up(rows, width, paint, columns)


def _lined_up(
    rows: Sequence[Row], width: Callable[[str], int], paint: tuple[Paint, Paint], columns: int | None
) -> list[str]:
    left = max((width(row.left) for row in rows), default=0)
    room = None if columns is None else columns - left - 3
    bodies = [_body(row, room, width) for row in rows]
    widest = _WIDEST if columns is None else min(_WIDEST, columns)
    longest = [max(map(width, body)) for body in bodies]
    column = max((taken for taken in longest if taken + left <= widest), default=0)
    out = []
    for row, body, taken in zip(rows, bodies, longest, strict=True):
        gap = " " * (left - width(row.left))
        out.append(f"  {paint[0](row.left) if row.left else ''}{gap} {body[0]}")
        out += [" " * (left + 3) + line for line in body[1:]]
        if not row.reason:
            continue
        place = max(column, taken)
        if columns is None or left + 3 + place + 3 + width(row.reason) <= columns:
            out[-1] += " " * (place - width(body[-1]) + 3) + paint[1](row.reason)
        else:
            from gradcli.render.folded import said_in_lines

            indent = left + 6 if columns - left - 6 >= _LEAST else 6
            said = said_in_lines(row.reason, columns - indent, width)
            out += [" " * indent + paint[1](line) for line in said]
    return out


def _body(row: Row, room: int | None, width: Callable[[str], int]) -> list[str]:
    """The sign and the right side, in lines."""
    if "[[" not in row.right and (room is None or width(row.sign) + 1 + width(row.right) <= room):
        return [f"{row.sign} {row.right}"]
    from gradcli.render.folded import folded

    taken = width(row.sign) + 1
    first, *rest = folded(row.right, None if room is None else room - taken, width)
    return [f"{row.sign} {first}", *(" " * taken + line for line in rest)]
