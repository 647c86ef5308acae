"""A derivation as a program of the language: the questions, and the answers as checks of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gradcli.derive.model import Answer
from gradcli.expr.node import Node, name_of
from gradcli.program.model import Program
from gradcli.render.directions import directional
from gradcli.render.labels import names_of
from gradcli.render.mc import McNotation
from gradcli.render.program_mc import arrays_of, declared_type, program_lines
from gradcli.render.steps import Steps, is_arbitrary, loss_arguments, taken_names

if TYPE_CHECKING:
    from gradcli.derive.worked.model import Worked

_WORDS = {"gradient": "grad"}
_OF_LOSSES = ("gradient", "differential", "hvp")
_ASKED = ("gradient", "jacobian", "hessian", "derivative", "differential", "hvp")


def derive_mc(program: Program, answers: Sequence[Answer], worked: Sequence[Worked] = ()) -> str:
    """A program that parses again and means the same; its checks state every step and every answer.

    `worked`, how each answer comes about, stands at the end as comments.
    """
    taken = taken_names(program, worked)
    steps = Steps(answers, taken)
    values = program.nodes.keys() | program.variables.keys()
    arrays = arrays_of(program)
    lines = program_lines(program, McNotation(variables=values, arrays=arrays).knowing(program))
    for name in dict.fromkeys(answer.of for answer in answers if answer.kind in _OF_LOSSES):
        if is_arbitrary(program, name) and name not in program.losses:
            lines.append(f"loss {name}({', '.join(loss_arguments(program, name))})")
    for direction in dict.fromkeys(direction for answer in answers for _, direction in answer.directions):
        lines.append(f"{name_of(direction)} : {declared_type(direction.shape)}")
    layout = _questions(answers, lines, program.layout)
    notation = McNotation(steps.shared, values, layout, arrays).knowing(program)
    known: set[Node] = set()
    checks: dict[str, None] = {}  # a step that is an answer too is stated once
    for answer in answers:
        for step in steps.needed(answer.value, known):
            written = notation.render(step.value, definition=step.name is not None)
            named = step.name is not None or step.key.op == "var"
            left = f"{step.name or notation.render(step.key)} =" if named else f"check {notation.render(step.key)} =="
            checks[f"{left} {written}"] = None
            if step.equation is not None:
                checks[f"check {' == '.join(notation.render(side) for side in step.equation)}"] = None
        asked, written = asked_and_written(answer, notation.render(answer.value), layout)
        if asked is None:
            by = f" by {answer.wrt}" if answer.wrt else ""
            checks[f"# {answer.kind} of {answer.of}{by}: {written}"] = None
        else:
            checks[f"check {asked} == {written}"] = None
    return "\n".join([*lines, *checks, *_comments(program, answers, worked, steps)]) + "\n"


def _comments(program: Program, answers: Sequence[Answer], worked: Sequence[Worked], steps: Steps) -> list[str]:
    """The lines of a derivation, each a comment."""
    if not worked:
        return []
    from gradcli.render.derivation_text import steps_text

    blocks = steps_text(program, answers, worked, steps.shared, len)
    return ["# Steps", *(f"# {line}".rstrip() for block in blocks for line in (*block, ""))][:-1]


def _questions(answers: Sequence[Answer], lines: list[str], layout: str) -> str:
    """Add the layout and question lines; the layout in force after them."""
    current, stated = "numerator", False
    position = 0
    while position < len(answers):
        first = answers[position]
        group = [first]
        while position + len(group) < len(answers) and _alike(first, answers[position + len(group)]):
            group.append(answers[position + len(group)])
        position += len(group)
        if first.layout != current or not stated:
            lines.append(f"layout {first.layout}")
            current, stated = first.layout, True
        if first.kind not in _ASKED:
            continue
        word = _WORDS.get(first.kind, first.kind)
        by = ", ".join(dict.fromkeys(name for answer in group for name in names_of(answer.wrt)))
        lines.append(f"{word} {first.of} wrt {by}" if by else f"{word} {first.of}")
    if not stated:
        lines.append(f"layout {layout}")
        current = layout
    return current


def _alike(a: Answer, b: Answer) -> bool:
    return (a.of, a.kind, a.layout) == (b.of, b.kind, b.layout)


def asked_and_written(answer: Answer, written: str, layout: str) -> tuple[str | None, str]:
    """Two sides of a check that states an answer, which is `written`; None for the first where it has no form."""
    return directional(answer, written) if answer.directions else (_question_call(answer, layout), written)


def _question_call(answer: Answer, layout: str) -> str | None:
    """The answer's left side as an expression."""
    if answer.kind == "gradient":
        return f"grad({answer.of}, {answer.wrt})"
    if answer.kind == "hessian":
        return f"hess({answer.of}, {answer.wrt})"
    if answer.kind in ("jacobian", "derivative"):
        option = "" if answer.layout == layout else f", layout={answer.layout}"
        return f"jac({answer.of}, {answer.wrt}{option})"
    return None
