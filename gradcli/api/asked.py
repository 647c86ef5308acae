"""One question that stands in no text: of what, by what, which kind."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.derive.derive import default_questions
from gradcli.derive.graph import Graph
from gradcli.diagnostics import Diagnostic
from gradcli.program.elaborate import elaborate
from gradcli.program.model import Program, Question
from gradcli.record import replace as with_changes
from gradcli.syntax.ast import Module, Source, Span
from gradcli.syntax.ast import Question as Asked
from gradcli.syntax.parse import parse_module


class NoQuestion(ValueError):
    """What was asked is no question; the message says why."""


def asked_question(
    module: Module,
    diagnostics: Sequence[Diagnostic],
    of: str | None = None,
    wrt: str | None = None,
    kind: str | None = None,
    program: Program | None = None,
) -> tuple[Program, list[Question]]:
    """The program of a module and one question; none where it has an error, which is in the program's diagnostics.

    What is not said: `of` is the last definition (for the gradient of an array, an arbitrary scalar function of it),
    `wrt` all that it depends on and may vary, `kind` the gradient of a scalar and the Jacobian of an array.
    `program` is that of the module where it is known already. Raises NoQuestion where the names are none.
    """
    program = program or elaborate([module], diagnostics)
    by_default = default_questions(program)
    of = of or _default_of(program, by_default, kind)
    if of is None:
        return program, []
    if wrt is None and not program.relations:
        known = [question for question in by_default if (question.kind, question.of_name) == (kind, of)]
        if known:
            return program, known
    wrt = wrt or ", ".join(_variables(program, of))
    if not wrt:
        return program, []
    kind = kind or _default_kind(program, of)
    extended = elaborate([module, _module(f"{kind} {of} wrt {wrt}")], diagnostics)
    questions = extended.questions[len(program.questions) :]
    span = extended.spans.get(of, Span(0, 0))
    return extended, [with_changes(question, span=span) for question in questions]


def _default_of(program: Program, asked: Sequence[Question], kind: str | None) -> str | None:
    wanted = "jacobian" if kind in (None, "jacobian", "derivative") else "gradient"
    if kind == "gradient" or (program.losses and any(question.of.op == "loss" for question in asked)):
        return next((question.of_name for question in asked if question.kind == wanted), program.last)
    return program.last


def _default_kind(program: Program, of: str) -> str:
    node = program.nodes.get(of)
    return "jacobian" if node is not None and node.shape else "gradient"


def _variables(program: Program, of: str) -> list[str]:
    """What a value depends on and may vary; of an arbitrary scalar function, what its values depend on."""
    graph = Graph({program.nodes[name]: value for name, value in program.definitions.items()})
    last = (program.nodes[program.last],) if program.last is not None else ()
    starts = (program.nodes[of],) if of in program.nodes else program.losses.get(of, last)
    upstream = graph.upstream(starts)
    return [
        name
        for name, variable in program.variables.items()
        if variable.node in upstream and not variable.discrete and "constant" not in variable.attributes
    ]


def _module(text: str) -> Module:
    module, diagnostics = parse_module(Source("<question>", text))
    if diagnostics or len(module.statements) != 1 or not isinstance(module.statements[0], Asked):
        raise NoQuestion(f"a question is of a name and by names, and this is none: {text}")
    return module
