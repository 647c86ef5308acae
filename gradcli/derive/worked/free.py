"""Steps across a relation that leaves its names free, `implicit P, L, U : P @ X == L @ U`.

X is read as a function of the names, each of them taken as free; the gradient by one of them, solved for that by X, is
one form of the answer.
"""

from __future__ import annotations

from gradcli.derive.answers import Asker
from gradcli.derive.free import forms
from gradcli.derive.graph import Graph
from gradcli.derive.model import Answer
from gradcli.derive.worked.blocks import BlockWriter
from gradcli.derive.worked.chain import cotangent
from gradcli.derive.worked.model import Block, Label, Line, Worked
from gradcli.expr.node import Node, make
from gradcli.expr.replace import replace
from gradcli.expr.walk import leaves
from gradcli.program.model import Question, Relation
from gradcli.rules.missing import NoRule


class FreeWriter:
    """Writes the answers to one question across one relation."""

    def __init__(self, asker: Asker, question: Question, relation: Relation, writer: BlockWriter) -> None:
        self.asker = asker
        self.question = question
        self.relation = relation
        self.writer = writer
        assert relation.data is not None and relation.inverse is not None
        self.data: Node = relation.data
        self.label = str(question.of.data)
        self.names = {name: asker.program.nodes[name] for name in relation.names}
        graph = Graph({self.data: relation.inverse})
        self.blocks = dict(self._gradients(graph, list(self.names.values()), {self.data}))
        self.plain: dict[Node, Answer] = {}
        self.forms = {self._name_of(form): form for _, form in forms(asker.program, relation, question.of)}

    def worked(self, answer: Answer, node: Node) -> Worked:
        """The steps of one answer.  Raises NoRule."""
        if node in self.names.values():
            return Worked(self.blocks, node, None)
        if node is self.data:
            name = next(name for name, form in self.forms.items() if form is answer.value)
            return Worked(self.blocks, self.names[name], Block(node, (self._solved(Label(), answer.value, name),)))
        return self._further(answer, node)

    def _further(self, answer: Answer, node: Node) -> Worked:
        """By what the data is a function of: the form of the gradient by the data put into the chain rule."""
        blocks, phi = self.blocks, cotangent(self.label, self.data)
        if node not in blocks:
            free = set(self.names.values())
            values = {name: value for name, value in self.asker.graph.values.items() if name not in free}
            blocks |= self._gradients(Graph(values), [node], {self.data})
            (self.plain[node],) = self.asker.gradients(self.question, [(answer.wrt, node)])
        for name, form in self.forms.items():
            if replace([self.plain[node].value], {phi: form})[0] is answer.value:
                key = make("param", data=f"*form {name}")
                both = make("param", data=f"*form {name} {answer.wrt}")
                blocks[key] = Block(key, (self._solved(phi, form, name),), (self.names[name],))
                blocks[both] = Block(both, (), (key, node))
                last = Block(node, (Line(Label(), answer.value, "substitution", ("with this form of ", phi)),))
                return Worked(blocks, both, last)
        raise NoRule("E402", "This form has no steps.")

    def _solved(self, left: Node | Label, form: Node, name: str) -> Line:
        others = " and ".join(other for other in self.names if other != name)
        words = f"solved for it: {name} is taken as free, {others} are held"
        return Line(left, form, "inverse_map", (words,))

    def _gradients(self, graph: Graph, targets: list[Node], of: set[Node]) -> dict[Node, Block]:
        seeds = {node: cotangent(self.label, node) for node in of}
        turned = self.question.layout == "denominator"
        return self.writer.gradients(graph, self.question.of, self.label, seeds, targets, turned).blocks

    def _name_of(self, form: Node) -> str:
        return next(
            str(leaf.data[1])
            for leaf in leaves(form, "cotangent")
            if isinstance(leaf.data, tuple) and leaf.data[1] in self.names
        )
