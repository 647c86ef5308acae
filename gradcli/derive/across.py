"""Gradients across a relation that leaves its names free (`implicit P, L, U : P @ X == L @ U`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gradcli.derive.graph import Graph
from gradcli.derive.model import Answer
from gradcli.expr.node import Node
from gradcli.expr.replace import replace
from gradcli.program.model import Program, Question


class Asking(Protocol):
    """What answers questions of a program, as far as it is needed here."""

    program: Program
    graph: Graph
    forms: bool

    def seeds(self, of: Node) -> Mapping[Node, Node]:
        """The gradient of an arbitrary function by each of its arguments."""

    def gradients(self, question: Question, wrt: list[tuple[str, Node]]) -> list[Answer]:
        """Gradients, one for each variable."""


def across_relation(asker: Asking, question: Question, wrt: list[tuple[str, Node]]) -> list[Answer] | None:
    """The answers across a relation; None where it takes no part.  Raises NoRule."""
    program = asker.program
    if not program.relations:
        return None
    from gradcli.derive.free import by_name_of_relation, forms, relation_of_loss, tied_note, unsettled

    reason = unsettled(program, asker.graph, question, [node for _, node in wrt])
    if reason is not None:
        raise reason
    relation = relation_of_loss(program, question.of)
    if relation is None or question.kind != "gradient":
        return None
    assert relation.data is not None
    names = {program.nodes[name] for name in relation.names}
    given = asker.graph.upstream([relation.data]) - names
    answers: list[Answer] = []
    for name, node in wrt:
        if node in names:
            value = by_name_of_relation(program, relation, question.of, node)
            answers.append(_answer(question, name, value, ()))
        elif node in given and asker.forms:
            (plain,) = asker.gradients(question, [(name, node)])
            phi = asker.seeds(question.of)[relation.data]
            tied = tied_note(relation)
            for note, form in forms(program, relation, question.of):
                value = replace([plain.value], {phi: form})[0]
                answers.append(_answer(question, name, value, (note, tied)))
        else:
            answers += asker.gradients(question, [(name, node)])
    return answers


def _answer(question: Question, name: str, value: Node, notes: tuple[str, ...]) -> Answer:
    layout, rules = question.layout, ("inverse_map",)
    return Answer(question.of_name, name, "gradient", layout, value.shape, value, (), rules, notes)
