"""Which way of writing out serves an answer; every answer has steps, if only the names of its rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace as with_changes
from functools import cached_property

from gradcli.derive.answers import Asker
from gradcli.derive.free import relation_of_loss
from gradcli.derive.model import Answer
from gradcli.derive.parts import is_entry, unstacked
from gradcli.derive.reverse import ANONYMOUS
from gradcli.derive.worked.blocks import BlockWriter, Found, Mode, answer_key, plain_worked
from gradcli.derive.worked.chain import cotangent
from gradcli.derive.worked.directions import differential_worked, product_worked
from gradcli.derive.worked.free import FreeWriter
from gradcli.derive.worked.model import Block, Label, Line, Worked
from gradcli.derive.worked.raw import written_definitions
from gradcli.derive.worked.scalars import ScalarWriter
from gradcli.derive.worked.second import hessian_blocks, hessian_key
from gradcli.expr.node import Node, name_of, payload
from gradcli.ops.payload import Index
from gradcli.program.model import Question
from gradcli.rules.missing import NoRule

_KINDS = ("gradient", "jacobian", "derivative")


class WorkedAsker:
    """Writes the answers of an `Asker` out; `taken` are the names that may not be made up."""

    def __init__(self, asker: Asker, mode: Mode, taken: Collection[str]) -> None:
        self.asker = asker
        self.mode = mode
        self.writer = BlockWriter(mode, taken)
        self._written: dict[tuple[object, ...], Found] = {}

    def worked(self, question: Question, raw: Sequence[Answer], final: Sequence[Answer]) -> list[Worked]:
        """The steps of each answer: `raw` over the program with free entries, `final` as they are printed."""
        try:
            found = self._of_scalars(question, raw) or self._across(question, raw) or self._found(question, raw)
        except NoRule:  # then the names of the rules serve
            found = None
        if found is None or len(found) != len(raw):
            return [plain_worked(answer, self.mode) for answer in final]
        return [_as_declared(*three) for three in zip(found, raw, final, strict=True)]

    def _found(self, question: Question, raw: Sequence[Answer]) -> list[Worked] | None:
        of = unstacked(question.of)
        if not self._is_written(of):
            return None
        wrt = dict(question.wrt)
        if question.kind in ("hessian", "hvp"):
            return [self._hessian(of, answer, wrt) for answer in raw]
        if question.kind == "differential" and len(raw) == 1:
            return [self._differential(of, question, raw[0])]
        if question.kind not in _KINDS or any(answer.wrt not in wrt or answer.kind not in _KINDS for answer in raw):
            return None
        return self._by_names(question, of, [wrt[answer.wrt] for answer in raw], raw)

    def _is_written(self, of: Node) -> bool:
        """Whether steps are written of it: a value with a name, in a program without relations that tie its names."""
        named = of.op == "loss" or (of.op == "var" and not name_of(of).startswith(ANONYMOUS))
        return named and all(relation.data is None for relation in self.asker.program.relations)

    def _by_names(
        self, question: Question, of: Node, variables: Sequence[Node], raw: Sequence[Answer]
    ) -> list[Worked] | None:
        """By whole names, by entries and columns of them, and by lists of scalars."""
        targets = [node.args[0] if is_entry(node) else unstacked(node) for node in variables]
        lists = [self.asker.scalars_of(target) or (target,) for target in targets]
        names = list(dict.fromkeys(name for each in lists for name in each))
        if any(name.op != "var" for name in names) or not raw:
            return None
        found = self._blocks(of, question, names, question.kind == "gradient")
        out = []
        for variable, target, each, answer in zip(variables, targets, lists, raw, strict=True):
            if each != (target,):
                key = answer_key(answer)
                found.blocks[key] = Block(key, (), each)
                out.append(found.ending(key, _ending(answer, "matrix form", "all entries")))
            elif variable is target and of is question.of:
                out.append(found.worked(target, answer))
            elif is_entry(variable):
                place = ", ".join(map(str, payload(variable, Index)))
                out.append(found.ending(target, _ending(answer, "entry", f"at the entry [{place}]")))
            else:
                out.append(found.ending(target, _ending(answer, "vec", "columns stacked")))
        return out

    def _blocks(self, of: Node, question: Question, targets: list[Node], gradient: bool) -> Found:
        """The blocks of gradients or Jacobians, written once."""
        gradient = gradient or of.op == "loss" or not of.shape
        turned = question.layout == "denominator"
        key = (of, tuple(targets), turned if gradient else question.layout, gradient)
        if key not in self._written:
            graph = self.asker.graph
            if gradient:
                label, seeds = str(of.data) if of.op == "loss" else name_of(of), self.asker.seeds(of)
                self._written[key] = self.writer.gradients(graph, of, label, seeds, targets, turned)
            else:
                self._written[key] = self.writer.jacobians(graph, of, targets, question.layout)
        return self._written[key]

    def _hessian(self, of: Node, answer: Answer, wrt: Mapping[str, Node]) -> Worked:
        """By names; by lists and entries the rules alone are named."""
        nodes = [wrt[name] for name in answer.wrt.split(", ") if name in wrt]
        if not nodes or any(node.op != "var" or self.asker.scalars_of(node) for node in nodes):
            return plain_worked(answer, self.mode)
        first, second = nodes[0], nodes[-1]
        label = str(of.data) if of.op == "loss" else name_of(of)
        if (of, first, second) not in self._written:
            graph, seeds = self.asker.graph, self.asker.seeds(of)
            self._written[of, first, second] = hessian_blocks(self.writer, graph, of, label, seeds, first, second)
        found = self._written[of, first, second]
        key = hessian_key(of, first, second)
        if answer.kind == "hvp":
            return product_worked(found, key, cotangent(label, first), first, answer)
        last = None
        if found.values.get(second) is not answer.value:
            last = found.worked(second, answer).last
        return found.ending(key, last)

    def _differential(self, of: Node, question: Question, answer: Answer) -> Worked:
        targets = [self.asker.program.nodes[name] for name, _ in answer.directions]
        return differential_worked(self._blocks(of, question, targets, False), of, targets, answer)

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
        writer = FreeWriter(self.asker, question, relation, self.writer)
        return [writer.worked(answer, dict(question.wrt)[answer.wrt]) for answer in raw]


def _ending(answer: Answer, rule: str, words: str) -> Block:
    """The last line: the answer, by what it takes from the lines before."""
    return Block(answer_key(answer), (Line(Label(), answer.value, rule, (words,)),))


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
