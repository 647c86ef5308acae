"""Answers in their shortest form: `derive`, with a search that is loaded only where there is something to shorten."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.derive.derive import Derivation, derive
from gradcli.derive.model import Answer
from gradcli.derive.resolve import resolved
from gradcli.expr.node import Node
from gradcli.expr.walk import postorder
from gradcli.program.model import Program, Question
from gradcli.record import replace as with_changes

_TELLING = frozenset({"exp", "log"})
_PLAIN = frozenset(
    {"var", "num", "cotangent", "matmul", "mul", "T", "elem", "vfun", "eye", "diag", "ones", "zeros", "dim"}
)
_SMALL = 7
MOST_PARTS = 24
"""The most answers and named steps together that are looked at: of a long chain the answers are short already."""
_MOST_NODES = 200


def derive_short(
    program: Program,
    questions: Sequence[Question] | None = None,
    expand: bool = False,
    stacked: bool = False,
    steps: str | None = None,
) -> Derivation:
    """As `derive`, with each answer in the shortest form found."""
    known = program
    if not expand and any(_tells(value) for value in program.definitions.values()):
        from gradcli.shorten.known import in_known_functions

        known = in_known_functions(program, program.questions if questions is None else questions)
    found = derive(known, questions, expand, stacked, steps)
    if known is not program:
        as_written = resolved(program)
        if found.worked:
            from gradcli.shorten.worked import recognised

            each = zip(found.worked, found.answers, strict=True)
            worked = tuple(recognised(*both, as_written, found.program) for both in each)
            found = with_changes(found, worked=worked)
        found = with_changes(found, program=as_written)
    parts = len(found.answers) + sum(len(answer.where) for answer in found.answers)
    if expand or parts > MOST_PARTS or not any(_may_be_shorter(answer) for answer in found.answers):
        return found
    from gradcli.shorten.answers import shortened

    return shortened(found)


def _tells(value: Node) -> bool:
    """Whether a definition has what a known function may be written with."""
    nodes = postorder(value)
    return len(nodes) <= _MOST_NODES and any(
        node.op == "elem" and isinstance(node.data, tuple) and node.data[0] in _TELLING for node in nodes
    )


def _may_be_shorter(answer: Answer) -> bool:
    """Whether any rule could fire: not of a few factors."""
    return len(answer.value.shape) <= 2 and not all(
        _is_plain(value) for value in (answer.value, *(step.value for step in answer.where))
    )


def _is_plain(value: Node) -> bool:
    nodes = postorder(value)
    return len(nodes) <= _SMALL and all(node.op in _PLAIN for node in nodes)
