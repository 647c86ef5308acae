"""The lines of derivations as rows of text: left side, sign, right side, reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from gradcli.derive.worked.model import Block, Line, Worked
from gradcli.expr.dims import names_of
from gradcli.expr.node import Node
from gradcli.program.model import Program
from gradcli.render.step_formulas import FormulaWriter

_SAID_ALREADY = ("matrix form", "attributes")


@dataclass(frozen=True, slots=True)
class Row:
    """One line in a notation; an empty left side goes on from the row before.  `line` is what it is made from."""

    left: str
    sign: str
    right: str
    reason: str
    line: Line = field(compare=False)


def dimensions(program: Program) -> set[str]:
    """The names of the sizes, which no index should have."""
    shapes = [node.shape for node in program.nodes.values()]
    return {part for shape in shapes for dim in shape for part in names_of(dim)}


def rows_of(block: Block, writer: FormulaWriter, label: str) -> list[Row]:
    """The rows of one block, what reads as the row before left out."""
    writer.begin(label)
    rows: list[Row] = []
    for line in block.lines:
        if line.fresh:
            writer.begin(label)
        left = "" if line.left is None else writer.formula(line.left)
        right = writer.formula(line.right)
        reason = writer.words(line.reason)
        if rows and rows[-1].right == right and (left in ("", rows[-1].left) or line.rule in _SAID_ALREADY):
            if reason and line.rule not in (*_SAID_ALREADY, "simplify", "delta"):  # the rule is not lost
                rows[-1] = replace(rows[-1], reason=f"{rows[-1].reason}; {reason}" if rows[-1].reason else reason)
            continue
        if len(rows) == 1 and rows[0].left == rows[0].right and not left:  # what is defined to be so
            said = writer.words(block.lines[0].reason)
            left, reason = rows.pop().left, f"{reason}: {said}" if reason else said
        rows.append(Row(left, line.sign, right, reason, line))
    if rows and not rows[0].left:
        rows[0] = Row(label, rows[0].sign, rows[0].right, rows[0].reason, rows[0].line)
    return rows


def worked_rows(
    worked: Worked, label: str, writer: FormulaWriter, known: set[tuple[int, Node]], printed: set[tuple[Row, ...]]
) -> Iterator[list[Row]]:
    """The rows of each block that an answer needs and that is not known yet; its own lines end the last of them.

    What reads as in `printed` is left out.
    """
    for block in worked.first:
        rows = rows_of(block, writer, label)
        if tuple(rows) not in printed:
            printed.add(tuple(rows))
            yield rows
    waiting: list[Row] = []
    key: Node | None = None
    for block in worked.needed(known):
        if not block.lines:  # it stands for those that it needs
            continue
        if waiting:
            yield waiting
        key, waiting = block.key, rows_of(block, writer, label)
        if tuple(waiting) in printed:
            waiting = []
        printed.add(tuple(waiting))
    if worked.last is not None:
        rows = rows_of(worked.last, writer, label)
        goes_on = bool(waiting and rows) and rows[0].left == _left(waiting)
        if waiting and key is not worked.target and not goes_on:
            yield waiting
            waiting = []
        if goes_on:
            rows[0] = replace(rows[0], left="")
            if rows[0].right == waiting[-1].right:
                rows = rows[1:]
        waiting += rows
    if waiting:
        yield waiting


def _left(rows: Sequence[Row]) -> str:
    """The left side in force at the end."""
    return next((row.left for row in reversed(rows) if row.left), "")


def made_up(worked: Sequence[Worked]) -> dict[Node, Node]:
    """The names that derivations make up, and what they stand for."""
    out: dict[Node, Node] = {}
    seen: set[int] = set()
    for each in worked:
        if id(each.let) not in seen:
            seen.add(id(each.let))
            out.update(each.let)
    return out


def no_indices(program: Program) -> set[str]:
    """The names that no index should have: those of values, functions and sizes."""
    return {*program.nodes, *program.variables, *program.functions, *program.losses, *dimensions(program)}


__all__ = ["Row", "made_up", "no_indices", "rows_of", "worked_rows"]
