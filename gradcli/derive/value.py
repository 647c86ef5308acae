"""The value of a derivative that stands inside an expression."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from gradcli.derive.answers import Asker
from gradcli.derive.free_entries import FreeEntries
from gradcli.derive.model import Answer
from gradcli.derive.structure import structured
from gradcli.expr.arith import mul, ones
from gradcli.expr.node import Node, name_of, num
from gradcli.expr.ops import rebuild
from gradcli.expr.replace import replace
from gradcli.expr.walk import transform
from gradcli.program.model import Program, Question
from gradcli.rules.derivatives import derivative_at, differentiate
from gradcli.rules.missing import NoRule
from gradcli.rules.scalar import is_known
from gradcli.syntax.ast import Span

HALF = num(Fraction(1, 2))


class Resolver:
    """Puts derivatives into their values, over the names of one program, intermediates' gradients written out.

    `declared` are the names as declared, where the program is a twin whose every entry is free.
    """

    def __init__(self, program: Program, declared: Mapping[str, Node] | None = None) -> None:
        self.program = program
        self._declared = declared or program.nodes
        self.free = FreeEntries(program)
        self.asker = Asker(self.free.twin, expand=True)
        self._memo: dict[Node, Node] = {}

    def value(self, node: Node) -> Node:
        """The expression with every derivative in it found.  Raises NoRule."""
        return transform([node], self._visit)[0]

    def prepare(self, nodes: Sequence[Node]) -> None:
        """Find many derivatives at once: those of one value by many names take one pass over the program.

        What has no answer, or something said of it, is left to be asked again by itself.
        """
        groups: dict[tuple[str, Node, str], list[Node]] = {}
        for node in nodes:
            plain = node.op == "jac" or (node.op == "grad" and not node.data)
            if plain and node.args[0].op in ("var", "loss") and node not in self._memo:
                layout = str(node.data) if node.op == "jac" else "numerator"
                groups.setdefault((node.op, node.args[0], layout), []).append(node)
        for (op, of, layout), members in groups.items():
            if len(members) > 1:
                self._together(op, of, layout, members)

    def _together(self, op: str, of: Node, layout: str, members: list[Node]) -> None:
        kind = "gradient" if op == "grad" else "jacobian"
        wrt = tuple((str(i), node.args[1]) for i, node in enumerate(members))
        question = Question(kind, of, str(of.data) if of.op == "loss" else name_of(of), wrt, layout, Span(0, 0))
        before = len(self.asker.diagnostics)
        answers = self._answers(question)
        if len(self.asker.diagnostics) > before:
            del self.asker.diagnostics[before:]
            return
        for answer in answers:
            node = members[int(answer.wrt)]
            self._memo[node] = answer.value

    def _answers(self, question: Question) -> list[Answer]:
        return [self.free.answer(answer) for answer in self.asker.answer(self.free.question(question))]

    def _visit(self, node: Node, args: tuple[Node, ...]) -> Node:
        if node.op in ("grad", "jac", "hess"):
            if node not in self._memo:
                self._memo[node] = self._derivative(node, args[0])
            return self._memo[node]
        if node.op == "prime":
            return self._prime(args[0], args[1], args[2], node.data)
        if node.op == "elem" and isinstance(node.data, tuple) and node.data[1] and is_known(str(node.data[0])):
            return derivative_at(str(node.data[0]), int(node.data[1]), args[0])
        return node if args == node.args else rebuild(node, args)

    def _prime(self, body: Node, param: Node, arg: Node, order: object) -> Node:
        assert isinstance(order, int)
        for _ in range(order):
            body = differentiate(body, param)
        out = replace([body], {param: arg})[0]
        return out if out.shape == arg.shape else mul(out, ones(arg.shape))

    def _derivative(self, node: Node, of: Node) -> Node:
        wrt = node.args[1]
        kind = "gradient" if node.op == "grad" else "jacobian"
        layout = str(node.data) if node.op == "jac" else "numerator"
        of = node.args[0] if node.args[0].op in ("var", "loss") else of
        name = (
            str(of.data)
            if of.op == "loss"
            else str(of.data[0])
            if of.op == "var" and isinstance(of.data, tuple)
            else "the expression"
        )
        if node.op == "hess":
            first, second = (self.free.freed(arg) for arg in node.args[1:])
            value = self.free.declared(self.asker.second_derivative(self.free.freed(of), name, first, second))
            if not node.data:
                return value
            from gradcli.derive.second_structure import structured_second

            pairs = tuple((arg, self._declared.get(name_of(arg), arg)) for arg in node.args[1:] if arg.op == "var")
            return structured_second(value, pairs, str(node.data)) if len(pairs) == len(node.args) - 1 else value
        question = Question(kind, of, name, ((_named(wrt), wrt),), layout, Span(0, 0))
        before = len(self.asker.diagnostics)
        answers = self._answers(question)
        said = self.asker.diagnostics[before:]
        if not answers:
            raise (
                NoRule(said[0].code, said[0].message)
                if said
                else NoRule("E402", "There is no rule for this derivative.")
            )
        value = answers[0].value
        if node.op != "grad" or not node.data:
            return value
        return structured(value, wrt, str(node.data), self._declared.get(name_of(wrt)) if wrt.op == "var" else None)


def _named(variable: Node) -> str:
    """What to call a variable in a message: its name, or `A[2, 1]`, or what else it is."""
    if variable.op == "entry" and isinstance(variable.data, tuple):
        places = ", ".join(str(place) for place in variable.data)
        return f"{_named(variable.args[0])}[{places}]"
    return name_of(variable) if variable.op == "var" else "the variables"
