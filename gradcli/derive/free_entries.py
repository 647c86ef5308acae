"""Differentiating with every entry free.

What a declaration says of a value (`S symmetric`) simplifies expressions, `S.T` to `S`; but a derivative takes every
entry as free.  So programs with such names are differentiated without what is said of them, and the answers are put
back into the names as declared, where they simplify.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gradcli.derive.model import Answer, Step
from gradcli.derive.reverse import SHORT, symbols
from gradcli.expr.collect import collected
from gradcli.expr.node import Node
from gradcli.expr.replace import replace
from gradcli.program.model import Program, Question
from gradcli.record import replace as with_changes


class FreeEntries:
    """Between a program and its twin without attributes (itself where it has none)."""

    def __init__(self, program: Program) -> None:
        self.twin = program.plain or program
        pairs = [(node, self.twin.nodes[name]) for name, node in program.nodes.items() if name in self.twin.nodes]
        self._there = {node: free for node, free in pairs if node is not free}
        self._back = {free: node for node, free in self._there.items()}
        # by the identity of the steps, which many answers share; they are held so that it stays theirs
        self._steps: dict[int, tuple[tuple[Step, ...], tuple[Step, ...], dict[Node, Node]]] = {}

    def freed(self, node: Node) -> Node:
        """An expression over the names of the twin."""
        return replace([node], self._there)[0] if self._there else node

    def question(self, question: Question) -> Question:
        """A question to the twin."""
        if not self._there:
            return question
        wrt = tuple((name, self.freed(node)) for name, node in question.wrt)
        return with_changes(question, of=self.freed(question.of), wrt=wrt)

    def declared(self, node: Node) -> Node:
        """An expression over the names as declared, simplified by what is said of them."""
        return _translated(node, self._back) if self._back else node

    def answer(self, answer: Answer) -> Answer:
        """An answer of the twin as one of the program."""
        if not self._back:
            return answer
        if answer.kind == "differential":  # its terms stay apart, one for each variable
            where = tuple(with_changes(step, value=replace([step.value], self._back)[0]) for step in answer.where)
            return with_changes(answer, value=replace([answer.value], self._back)[0], where=where)
        if id(answer.where) not in self._steps:
            self._steps[id(answer.where)] = answer.where, *self._kept(answer.where)
        _, where, short = self._steps[id(answer.where)]
        value = collected(replace([self.declared(answer.value)], short))[0]
        return with_changes(answer, value=value, where=where)

    def _kept(self, steps: Iterable[Step]) -> tuple[tuple[Step, ...], dict[Node, Node]]:
        """The steps that are still worth a name, and those that what is declared made too short for it."""
        kept: list[Step] = []
        short: dict[Node, Node] = {}
        for step in map(self._step, steps):
            step = with_changes(step, value=replace([step.value], short)[0])
            if step.equation is None and symbols(step.value) <= SHORT:
                short[step.name] = step.value
            else:
                kept.append(step)
        return tuple(kept), short

    def _step(self, step: Step) -> Step:
        equation = step.equation and (self.declared(step.equation[0]), self.declared(step.equation[1]))
        name = replace([step.name], self._back)[0]
        return with_changes(step, name=name, value=self.declared(step.value), equation=equation)


def _translated(node: Node, table: Mapping[Node, Node]) -> Node:
    moved = replace([node], table)[0]
    return node if moved is node else collected([moved])[0]
