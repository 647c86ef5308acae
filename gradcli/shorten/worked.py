"""How a shorter answer comes about: a last line, with the names that it puts back."""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.derive.model import Answer
from gradcli.derive.worked.blocks import answer_key
from gradcli.derive.worked.model import Block, Label, Line, Piece, Worked
from gradcli.expr.node import Node
from gradcli.expr.walk import leaves
from gradcli.record import replace as with_changes


def explained(worked: Worked, long: Answer, short: Answer, definitions: Mapping[Node, Node]) -> Worked:
    """The steps of an answer, down to its shorter form."""
    if short.value is long.value:
        return worked
    known = {*leaves(long.value), *(leaf for step in long.where for leaf in leaves(step.value))}
    folded = [name for name in leaves(short.value) if name in definitions and name not in known]
    reason: list[Piece] = []
    for name in folded:
        reason += [", "] * bool(reason) + [name, " = ", definitions[name]]
    lines = worked.last.lines if worked.last is not None else ()
    left = None if lines else Label()
    line = Line(left, short.value, "names" if folded else "simplify", tuple(reason) or ("simplified",))
    key = worked.last.key if worked.last is not None else worked.target
    return with_changes(worked, last=Block(key or answer_key(long), (*lines, line)))
