"""Derivatives by a part of a variable: by one entry, `W[1, 2]`, or by its stacked columns, `vec(X)`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace as with_changes

from gradcli.derive.graph import Graph
from gradcli.derive.model import Answer, Step
from gradcli.derive.reverse import ANONYMOUS
from gradcli.expr.arith import add, mul
from gradcli.expr.linear import matmul, transpose
from gradcli.expr.node import ZERO, Node, has_attribute, make, name_of
from gradcli.expr.reduce import unit_entry, vec
from gradcli.expr.replace import replace
from gradcli.expr.shapes import Shape, is_row, normal_shape
from gradcli.program.model import Question
from gradcli.record import dataclass


def is_entry(node: Node) -> bool:
    """Whether a variable is one entry of a name."""
    return node.op == "entry" and node.args[0].op == "var"


def is_stacked(node: Node) -> bool:
    """Whether a variable or value is written as the stacked columns of something."""
    return node.op == "vec" or (node.op == "T" and is_row(node.args[0].shape))


def unstacked(node: Node) -> Node:
    """X for `vec(X)`."""
    return node.args[0] if is_stacked(node) else node


@dataclass(frozen=True, slots=True)
class Marked:
    """A graph in which entries are moved by scalars of their own, and how to write the result without those."""

    graph: Graph
    nodes: tuple[Node, ...]
    table: Mapping[Node, Node]

    def restored(self, value: Node) -> Node:
        """The value where the entries are not moved."""
        return replace([value], self.table)[0] if self.table else value

    def answer(self, answer: Answer) -> Answer:
        """An answer where the entries are not moved."""
        where = tuple(Step(step.name, self.restored(step.value), step.rules) for step in answer.where)
        return with_changes(answer, value=self.restored(answer.value), where=where)


def marked(graph: Graph, nodes: Sequence[Node]) -> Marked:
    """For each `W[i, j]` among the variables a new scalar t, W being W0 + t * (1 at i, j)."""
    moves: dict[Node, dict[tuple[int, ...], Node]] = {}
    table: dict[Node, Node] = {}
    out: list[Node] = []
    for node in nodes:
        if not is_entry(node):
            out.append(node)
            continue
        base, index = node.args[0], node.data
        assert isinstance(index, tuple)
        inside = moves.setdefault(base, {})
        if index not in inside:
            name = f"{ANONYMOUS}{name_of(base)}[{', '.join(map(str, index))}]"
            inside[index] = make("var", data=(name, ()))
            table[inside[index]] = ZERO
        out.append(inside[index])
    values: dict[Node, Node] = {}
    for base, inside in moves.items():
        if base not in graph.values:
            start = make("var", data=(f"{ANONYMOUS}{name_of(base)}", ()), shape=base.shape)
            table[start] = base
            values[base] = _moved(start, inside)
    for defined, value in graph.values.items():
        values[defined] = _moved(value, moves[defined]) if defined in moves else value
    return Marked(Graph(values), tuple(out), table)


def _moved(start: Node, inside: Mapping[tuple[int, ...], Node]) -> Node:
    return add(start, *(mul(step, _unit(start.shape, index)) for index, step in inside.items()))


def _unit(shape: Shape, index: tuple[int, ...]) -> Node:
    """1 at one entry, as an outer product of unit vectors where it is a matrix."""
    if len(shape) != 2:
        return unit_entry(shape, index)
    column, row = (unit_entry(normal_shape((dim,)), (place,)) for dim, place in zip(shape, index, strict=True))
    return matmul(column, transpose(row))


_SYMMETRIES = ("symmetric", "orthogonal", "permutation")


def freed(graph: Graph, nodes: Sequence[Node]) -> Marked:
    """Symmetric and orthogonal variables as any others: their entries are taken as free, also a second time."""
    table: dict[Node, Node] = {}
    for node in nodes:
        if node not in graph.values and any(has_attribute(node, attribute) for attribute in _SYMMETRIES):
            table[node] = make("var", data=(name_of(node), ()), shape=node.shape)
    if not table:
        return Marked(graph, tuple(nodes), {})
    values = dict(zip(graph.values, replace(list(graph.values.values()), table), strict=True))
    back = {free: node for node, free in table.items()}
    return Marked(Graph(values), tuple(table.get(node, node) for node in nodes), back)


def stacked_question(question: Question) -> Question:
    """The question of ∂vec(Y)/∂vec(X) for one of ∂Y/∂X; what is no matrix stays as it is."""
    if question.kind not in ("jacobian", "derivative", "hessian"):
        return question
    of, name = question.of, question.of_name
    if of.op != "loss" and _is_matrix(of):
        of, name = vec(of), f"vec({name})"
    wrt = tuple((f"vec({label})", vec(node)) if _is_matrix(node) else (label, node) for label, node in question.wrt)
    return with_changes(question, of=of, of_name=name, wrt=wrt)


def _is_matrix(node: Node) -> bool:
    return node.op != "entry" and len(node.shape) == 2 and not is_row(node.shape)
