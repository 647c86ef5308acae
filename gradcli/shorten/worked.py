"""How a shorter answer comes about: which definitions are known functions, and a last line with names put back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gradcli.derive.model import Answer
from gradcli.derive.worked.blocks import answer_key
from gradcli.derive.worked.model import Block, Label, Line, Piece, Worked
from gradcli.expr.node import Node
from gradcli.expr.walk import leaves
from gradcli.program.model import Program
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


def recognised(worked: Worked, answer: Answer, written: Program, known: Program) -> Worked:
    """The steps of an answer, after those definitions that are `written` out and read as a `known` function."""
    blocks = tuple(
        Block(name, (Line(name, long, "definition"), Line(None, short, "known function", ("known function",))))
        for name, long, short in _read_otherwise(answer, written, known)
    )
    return with_changes(worked, first=blocks) if blocks else worked


def _read_otherwise(answer: Answer, written: Program, known: Program) -> Iterator[tuple[Node, Node, Node]]:
    """The definitions an answer rests on that are read in another form, each as it is written and as it is read."""
    reached: set[Node] = set()
    last = written.nodes.get(answer.of)
    todo = [last] if last is not None else [known.nodes[name] for name in known.definitions]
    values = {known.nodes[name]: value for name, value in known.definitions.items()}
    while todo:
        name = todo.pop()
        if name in values and name not in reached:
            reached.add(name)
            todo.extend(leaves(values[name]))
    for spelled, long in written.written.items():
        node, short = written.nodes[spelled], known.written[spelled]
        if node in reached and short is not long:
            yield node, long, short


__all__ = ["explained", "recognised"]
