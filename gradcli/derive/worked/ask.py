"""Which way of writing out serves an answer; every answer has steps, if only the names of its rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace as with_changes
from functools import cached_property

from gradcli.derive.answers import Asker
from gradcli.derive.free import relation_of_loss
from gradcli.derive.model import Answer
from gradcli.derive.reverse import ANONYMOUS
from gradcli.derive.worked.free import FreeWriter
from gradcli.derive.worked.model import Block, Label, Line, Worked
from gradcli.derive.worked.raw import written_definitions
from gradcli.derive.worked.scalars import ScalarWriter
from gradcli.derive.worked.worked import (
    GradientBlocks,
    Mode,
    gradient_blocks,
    gradient_worked,
    jacobian_worked,
    plain_worked,
)
from gradcli.expr.node import Node, name_of
from gradcli.program.model import Question
from gradcli.rules.missing import NoRule

_KINDS = ("gradient", "jacobian", "derivative")


class WorkedAsker:
    """Writes the answers of an `Asker` out; `taken` are the names that may not be made up."""

    def __init__(self, asker: Asker, mode: Mode, taken: Collection[str]) -> None:
        self.asker = asker
        self.mode = mode
        self.taken = taken
        self._written: dict[tuple[object, ...], GradientBlocks] = {}

    def worked(self, question: Question, raw: Sequence[Answer], final: Sequence[Answer]) -> list[Worked]:
        """The steps of each answer: `raw` over the program with free entries, `final` as they are printed."""
        try:
            found = self._of_scalars(question, raw) or self._across(question, raw) or self._found(question, raw)
        except (NoRule, LookupError):
            found = None
        if found is None or len(found) != len(raw):
            return [plain_worked(answer, self.mode) for answer in final]
        return [_as_declared(*three) for three in zip(found, raw, final, strict=True)]

    def _found(self, question: Question, raw: Sequence[Answer]) -> list[Worked] | None:
        wrt = dict(question.wrt)
        if question.kind not in _KINDS or any(answer.wrt not in wrt for answer in raw) or not raw:
            return None
        targets = [wrt[answer.wrt] for answer in raw]
        if any(target.op != "var" or self.asker.scalars_of(target) for target in targets):
            return None
        if len(set(targets)) < len(targets) or any(answer.kind not in _KINDS for answer in raw):
            return None
        of = question.of
        if of.op not in ("var", "loss") or (of.op == "var" and name_of(of).startswith(ANONYMOUS)):
            return None
        if question.kind == "gradient" or of.op == "loss" or not of.shape:
            return self._gradients(of, question, targets, raw)
        return jacobian_worked(self.asker.graph, of, targets, raw, self.mode, self.taken)

    def _of_scalars(self, question: Question, raw: Sequence[Answer]) -> list[Worked] | None:
        """Of scalars by scalars, rule by rule."""
        wrt = dict(question.wrt)
        if question.kind not in _KINDS or any(answer.wrt not in wrt for answer in raw):
            return None
        given = self.asker.program.definitions.get(name_of(question.of)) if question.of.op == "var" else question.of
        outputs = given.args if given is not None and given.op == "stack" else (question.of,)
        targets = [self.asker.scalars_of(wrt[answer.wrt]) or (wrt[answer.wrt],) for answer in raw]
        nodes = (*outputs, *(node for each in targets for node in each))
        if any(node.op != "var" or node.shape or name_of(node).startswith(ANONYMOUS) for node in nodes):
            return None
        if not self._scalars.serves_all(outputs, [node for each in targets for node in each]):
            return None
        return [self._scalars.worked(answer, outputs, each) for answer, each in zip(raw, targets, strict=True)]

    @cached_property
    def _scalars(self) -> ScalarWriter:
        return ScalarWriter(self.asker.graph, written_definitions(self.asker.program))

    def _across(self, question: Question, raw: Sequence[Answer]) -> list[Worked] | None:
        """Across a relation that leaves its names free: each name's gradient, and what it gives for the others."""
        relation = relation_of_loss(self.asker.program, question.of)
        if relation is None or question.kind != "gradient" or relation.data is None or relation.inverse is None:
            return None
        writer = FreeWriter(self.asker, question, relation, self.mode, self.taken)
        return [writer.worked(answer, dict(question.wrt)[answer.wrt]) for answer in raw]

    def _gradients(
        self, of: Node, question: Question, targets: Sequence[Node], raw: Sequence[Answer]
    ) -> list[Worked] | None:
        if self.asker.program.relations and any(relation.data is not None for relation in self.asker.program.relations):
            return None
        turned = question.layout == "denominator"
        key = (of, tuple(targets), turned)
        if key not in self._written:
            graph, seeds = self.asker.graph, self.asker.seeds(of)
            self._written[key] = gradient_blocks(
                graph, of, question.of_name, seeds, targets, self.mode, self.taken, turned
            )
        return gradient_worked(self._written[key], targets, raw)


def _as_declared(found: Worked, raw: Answer, final: Answer) -> Worked:
    """With a last line for what is declared of the names, where it makes the answer simpler."""
    if raw.value is final.value:
        return found
    lines = found.last.lines if found.last is not None else ()
    if lines and lines[-1].right is raw.value:
        lines = (*lines[:-1], with_changes(lines[-1], right=final.value))
    else:
        lines = (*lines, Line(Label(), final.value, "attributes", ("with what is declared of the names",)))
    key = found.last.key if found.last is not None else found.target
    assert key is not None
    return with_changes(found, last=Block(key, lines))
