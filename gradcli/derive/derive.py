"""Answering the questions of a program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import TYPE_CHECKING

from gradcli.derive.answers import Asker
from gradcli.derive.free_entries import FreeEntries
from gradcli.derive.model import Answer
from gradcli.derive.parts import stacked_question
from gradcli.derive.resolve import resolved
from gradcli.derive.structure import structure_note
from gradcli.derive.vanishing import without_vanishing
from gradcli.derive.weights import Weights, in_other_names
from gradcli.diagnostics import Diagnostic, error
from gradcli.diagnostics.limits import LimitReached, limited
from gradcli.expr.literal import as_literal
from gradcli.expr.node import Node, make, name_of
from gradcli.program.functions import RESERVED
from gradcli.program.model import Program, Question, Relation
from gradcli.program.outputs import outputs_with
from gradcli.record import dataclass
from gradcli.record import replace as with_changes
from gradcli.syntax.ast import Span

if TYPE_CHECKING:
    from gradcli.derive.worked.ask import WorkedAsker
    from gradcli.derive.worked.model import Worked

# The derivative of a matrix by a matrix is a tensor, which grows with the way from one to the other: beyond this many
# variables the default question leaves them out.
_MOST_TENSORS = 30


@dataclass(frozen=True, slots=True)
class Derivation:
    """The answers, in the order of the questions, and what there is to say about them."""

    program: Program
    answers: tuple[Answer, ...]
    diagnostics: tuple[Diagnostic, ...]
    worked: tuple[Worked, ...] = ()
    """How each answer comes about, where that was asked for."""


def derive(
    program: Program,
    questions: Sequence[Question] | None = None,
    expand: bool = False,
    stacked: bool = False,
    steps: str | None = None,
) -> Derivation:
    """The answers to a program's questions; where it asks none, to the default one.

    `stacked` asks for ∂vec(Y)/∂vec(X), a matrix, in place of ∂Y/∂X; `expand` writes every gradient of an intermediate
    out; `steps`, `rules` or `components`, writes out how the answers come about.  Never raises: what has no answer has
    a diagnostic.
    """
    program = resolved(program)
    asked = list(program.questions if questions is None else questions)
    if not asked and not program.asks:
        asked = default_questions(program)
    if stacked:
        asked = [stacked_question(question) for question in asked]
    free = FreeEntries(program)
    asker = Asker(free.twin, expand)
    asker.forms = True
    writer = _step_writer(asker, program, steps)
    weights = Weights(_taken(program))
    definitions = {free.twin.nodes[name]: value for name, value in free.twin.definitions.items()}
    answers: list[Answer] = []
    worked: list[Worked] = []
    for question in map(free.question, asked):
        try:
            with limited(len(definitions)):
                raw = without_vanishing((*asker.answer(question), *asker.offered), definitions)
                named, renamed = weights.renamed(raw)
                found = [_finished(program, free.answer(answer)) for answer in named]
                lines = writer.worked(question, raw, found) if writer is not None else []
        except LimitReached as reached:
            hint = "take smaller sizes or exponents, or more time with --timeout"
            source = question.source or program.source
            asker.diagnostics.append(error("E408", f"too large: {reached}", source, question.span, hint))
            continue
        answers += found
        worked += in_other_names(lines, renamed) if renamed else lines
    return Derivation(program, tuple(answers), tuple(asker.diagnostics), tuple(worked))


def _step_writer(asker: Asker, program: Program, steps: str | None) -> WorkedAsker | None:
    if steps is None:
        return None
    from gradcli.derive.worked.ask import WorkedAsker

    return WorkedAsker(asker, "components" if steps == "components" else "rules", _taken(program))


def _taken(program: Program) -> set[str]:
    """The names that may not be made up."""
    shapes = (node.shape for node in program.nodes.values())
    sizes = {part for shape in shapes for dim in shape for part in str(dim).split("*")}
    return {*program.nodes, *program.variables, *program.functions, *program.losses, *RESERVED, *sizes}


def _finished(program: Program, answer: Answer) -> Answer:
    """An answer with what is to be said of a variable that has a structure."""
    variable = program.nodes.get(answer.wrt)
    note = structure_note(variable, answer.of) if variable is not None and answer.kind == "gradient" else None
    notes = (*answer.notes, note) if note else answer.notes
    return with_changes(answer, value=as_literal(answer.value), notes=notes)


def _loss_names() -> Iterator[str]:
    yield from ("f", "L", "J", "F")
    yield from (f"f_{number}" for number in count(1))


def default_questions(program: Program) -> list[Question]:
    """For the last definition: its Jacobian, and the gradient of it (a scalar) or of any scalar function of it.

    By every free name that it depends on, but constants and discrete variables.
    """
    last = _stated(program) or program.last
    if last is None:
        return []
    of = program.nodes[last]
    free = FreeEntries(program)
    outputs = _stated_outputs(program) or outputs_with(program, last)
    starts = [free.freed(of), *(free.freed(program.nodes[name_of(node)]) for node in outputs)]
    used = {free.declared(node) for node in Asker(free.twin, False).graph.upstream(starts)}
    wrt = tuple(
        (name, variable.node)
        for name, variable in program.variables.items()
        if variable.node in used and not variable.discrete and "constant" not in variable.attributes
    )
    if not wrt:
        return []
    span = program.spans.get(last, Span(0, 0))
    relation = next((each for each in program.relations if each.data is of), None)
    if relation is not None:
        return [_across(program, relation, of, wrt, span)]
    jacobian = Question("jacobian", of, last, wrt, program.layout, span)
    if not of.shape and not _stated(program):
        return [jacobian, with_changes(jacobian, kind="gradient")]
    asked = [] if len(outputs) > 1 or (len(of.shape) > 1 and len(wrt) > _MOST_TENSORS) else [jacobian]
    name = next(name for name in _loss_names() if name not in program.nodes and name not in program.functions)
    for loss, args in program.losses.items():
        if args == outputs:
            name = loss
    loss_node = make("loss", program.losses.get(name, outputs), data=name)
    return [*asked, Question("gradient", loss_node, name, wrt, program.layout, span)]


def _stated_outputs(program: Program) -> tuple[Node, ...]:
    """What the loss that a file states is a function of, where that is defined."""
    for args in program.losses.values():
        if args and all(name_of(arg) in program.definitions for arg in args):
            return args
    return ()


def _stated(program: Program) -> str | None:
    """The last of those."""
    outputs = _stated_outputs(program)
    return name_of(outputs[-1]) if outputs else None


def _across(program: Program, relation: Relation, of: Node, wrt: tuple[tuple[str, Node], ...], span: Span) -> Question:
    """Of a relation that leaves its names free: the gradient of any scalar by what is given, and by each name."""
    name = next(iter(relation.losses), "f")
    given = [pair for pair in wrt if pair[0] not in relation.names] or [(name_of(of), of)]
    names = [(each, program.nodes[each]) for each in relation.names]
    loss = make("loss", program.losses.get(name, (of,)), data=name)
    return Question("gradient", loss, name, (*given, *names), program.layout, span)
