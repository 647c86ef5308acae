"""How a shorter answer comes about: which definitions are known functions, and a last line with names put back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from gradcli.derive.model import Answer
from gradcli.derive.worked.blocks import answer_key
from gradcli.derive.worked.model import Block, Formula, Frontier, Label, Line, Piece, Reason, Worked
from gradcli.expr.arith import add
from gradcli.expr.node import Node
from gradcli.expr.walk import leaves, postorder
from gradcli.program.model import Program
from gradcli.record import dataclass
from gradcli.record import replace as with_changes
from gradcli.shorten.length import Length

_TOGETHER = ("the steps put together",)


@dataclass(frozen=True, slots=True)
class End:
    """The value of a step as it was derived and in its shortest form; `put_in` where answers do not name it."""

    long: Node
    short: Node
    put_in: bool


def explained(
    worked: Worked, long: Answer, short: Answer, definitions: Mapping[Node, Node], blocks: Mapping[Node, Block]
) -> Worked:
    """The steps of an answer, down to its shorter form; `blocks` are its own with their shorter ends."""
    worked = with_changes(worked, blocks=blocks)
    if short.value is long.value:
        return worked
    known = {*leaves(long.value), *(leaf for step in long.where for leaf in leaves(step.value))}
    lines = worked.last.lines if worked.last is not None else ()
    before, after = set(postorder(long.value)), set(postorder(short.value))
    put_in = any(step.name in before and step.name not in after for step in long.where)
    line = _last_line(
        None if lines else Label(), short.value, known, definitions, _TOGETHER if put_in else ("simplified",)
    )
    if len(lines) == 1 and lines[0].reason == line.reason == _TOGETHER:  # both at once
        line, lines = with_changes(line, left=lines[0].left), ()
    key = worked.last.key if worked.last is not None else worked.target
    return with_changes(worked, last=Block(key or answer_key(long), (*lines, line)))


def with_ends(
    blocks: Mapping[Node, Block], ends: Mapping[Node, End], definitions: Mapping[Node, Node], length: Length
) -> Mapping[Node, Block]:
    """Blocks down to the values that the answers rest on, `ends` by the name of a step."""
    found = dict(blocks)
    for key, block in blocks.items():
        left = block.lines[0].left if block.lines else None
        end = ends.get(left) if isinstance(left, Node) else None
        parts = _parts(block.lines[-1].right) if end is not None else ()
        if end is None or not parts or (end.put_in and length.of(end.short) >= sum(map(length.of, parts))):
            continue
        lines = list(block.lines)
        whole = add(*parts)
        if end.long is not whole:
            lines.append(Line(None, end.long, "substitution", _TOGETHER))
        if end.short is not end.long:
            lines.append(_last_line(None, end.short, set(leaves(end.long)), definitions))
        found[key] = with_changes(block, lines=tuple(lines))
    return found


def _parts(right: Formula) -> tuple[Node, ...]:
    """The terms of a sum in which nothing is left to be found; none of another formula."""
    parts = right.parts if isinstance(right, Frontier) else (right,)
    nodes = tuple(part for part in parts if isinstance(part, Node))
    return nodes if len(nodes) == len(parts) else ()


def _last_line(
    left: Label | None,
    short: Node,
    known: Collection[Node],
    definitions: Mapping[Node, Node],
    otherwise: Reason = ("simplified",),
) -> Line:
    """A shorter form, and which names were put back for it."""
    folded = [name for name in leaves(short) if name in definitions and name not in known]
    reason: list[Piece] = []
    for name in folded:
        reason += [", "] * bool(reason) + [name, " = ", definitions[name]]
    return Line(left, short, "names" if folded else "simplify", tuple(reason) or otherwise)


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


__all__ = ["End", "explained", "recognised", "with_ends"]
