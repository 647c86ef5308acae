"""One question from the command line: `--kind`, `--of`, `--wrt`."""

from __future__ import annotations

from dataclasses import replace as with_changes

import click

from gradcli.cli.inputs import Input
from gradcli.derive.derive import default_questions
from gradcli.derive.graph import Graph
from gradcli.program.model import Program, Question
from gradcli.syntax.ast import Module, Source, Span
from gradcli.syntax.ast import Question as Asked
from gradcli.syntax.parse import parse_module

KINDS = ("gradient", "jacobian", "hessian", "derivative", "differential", "hvp")


def asked_question(
    given: Input, of: str | None, wrt: str | None, kind: str | None, layout: str | None = None
) -> tuple[Program, list[Question]]:
    """The program and the one question; none where it has an error, which is in the program's diagnostics.

    What is not said: `of` is the last definition (for the gradient of an array, an arbitrary scalar function of it),
    `wrt` all that it depends on and may vary, `kind` the gradient of a scalar and the Jacobian of an array.
    """
    for option, said in (("--of", of), ("--wrt", wrt)):
        if said is not None and not said.strip():
            raise click.UsageError(f"{option} wants a name, and has none")
    program = given.program()
    of = of or _default_of(program, kind)
    if of is None:
        return program, []
    wrt = wrt or ", ".join(_variables(program, of))
    if not wrt:
        return program, []
    kind = kind or _default_kind(program, of)
    extra = _module(f"{kind} {of} wrt {wrt}")
    extended = given.program_with(extra)
    questions = extended.questions[len(program.questions) :]
    span = extended.spans.get(of, Span(0, 0))
    return extended, [with_changes(question, span=span) for question in questions]


def _default_of(program: Program, kind: str | None) -> str | None:
    asked = default_questions(program)
    if kind == "gradient":
        return next((question.of_name for question in asked if question.kind == "gradient"), program.last)
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
        raise click.UsageError(f"--of and --wrt take names, and this is no question: {text}")
    return module
