"""Differentials, `df = tr(G.T @ dX)` and `dY = A @ dX @ B`, and products of a Hessian with a vector.

Source: J. R. Magnus, H. Neudecker, "Matrix Differential Calculus", part two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.derive.forward import Differentials, forward
from gradcli.derive.graph import Graph
from gradcli.derive.model import Step
from gradcli.derive.parts import freed
from gradcli.derive.reverse import ANONYMOUS, reverse
from gradcli.derive.second import opaque_seeds, put_back
from gradcli.derive.steps import needed_steps
from gradcli.expr.arith import add, mul
from gradcli.expr.linear import matmul, trace, transpose
from gradcli.expr.node import Node, make, name_of
from gradcli.expr.reduce import total
from gradcli.expr.replace import replace
from gradcli.expr.shapes import is_row, show_shape
from gradcli.record import dataclass


@dataclass(frozen=True, slots=True)
class Found:
    """The parts of an answer."""

    value: Node
    where: tuple[Step, ...]
    rules: tuple[str, ...]
    note: str
    directions: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is differentiated: a name of the graph or a `loss` node, what it is called, where reverse mode starts."""

    of: Node
    name: str
    seeds: Mapping[Node, Node]


def differential(graph: Graph, subject: Subject, wrt: Sequence[Node], names: Differentials, expand: bool) -> Found:
    """The differential, its steps, rules and notes.  Raises NoRule."""
    moved = {node: names.of(node) for node in wrt}
    note = _note([name_of(node) for node in wrt], [name_of(change) for change in moved.values()])
    directions = tuple((name_of(node), change) for node, change in moved.items())
    if subject.of.op != "loss" and subject.of.shape:
        found = forward(graph, moved, subject.of, names, expand, collect=False)
        value = found.changes[subject.of]
        return Found(value, needed_steps(value, found.steps), found.rules[subject.of], note, directions)
    back = reverse(graph, subject.name, subject.seeds, list(moved), expand)
    value = add(*(_inner(back.gradients[node], change) for node, change in moved.items()))
    rules = tuple(dict.fromkeys(rule for node in moved for rule in back.rules[node]))
    return Found(value, needed_steps(value, back.steps), rules, note, directions)


def _note(names: list[str], changes: list[str]) -> str:
    if len(names) == 1:
        return f"{changes[0]} is the differential of {names[0]}"
    return f"{', '.join(changes)} are the differentials of {', '.join(names)}"


def _inner(gradient: Node, change: Node) -> Node:
    """The inner product, as one writes it: `g.T @ dx`, `tr(G.T @ dX)`."""
    if not gradient.shape:
        return mul(gradient, change)
    if len(gradient.shape) == 1:
        return matmul(transpose(gradient), change)
    if is_row(gradient.shape):
        return matmul(gradient, transpose(change))
    if len(gradient.shape) == 2:
        return trace(matmul(transpose(gradient), change))
    return total(mul(gradient, change))


def hessian_product(graph: Graph, subject: Subject, wrt: Node, names: Differentials, expand: bool) -> Found:
    """The change of the gradient as `wrt` moves in a direction: the Hessian times that, the Hessian not formed.

    Raises NoRule.
    """
    letter = "V" if len(wrt.shape) > 1 and not is_row(wrt.shape) else "v"
    direction = names.name(letter, wrt)
    moved = freed(graph, [wrt])
    graph, (wrt,) = moved.graph, moved.nodes
    seeds, opaque = dict(subject.seeds), dict[object, Node]()
    if subject.of.op == "loss":
        seeds, opaque = opaque_seeds(graph, subject.of, subject.seeds)
    first = reverse(graph, subject.name, seeds, [wrt])
    gradient = make("var", data=(f"{ANONYMOUS}gradient", ()), shape=wrt.shape)
    steps = {step.name: step.value for step in first.steps}
    values = {**graph.values, **steps, gradient: first.gradients[wrt]}
    found = forward(Graph(values), {wrt: direction}, gradient, names, expand)
    value = found.changes[gradient]
    every = [*first.steps, *found.steps]
    if expand:
        for step in reversed(first.steps):
            value = replace([value], {step.name: step.value})[0]
    where = needed_steps(value, every)
    value, *inside = put_back([value, *(step.value for step in where)], moved.table, opaque)
    where = tuple(Step(step.name, new, step.rules) for step, new in zip(where, inside, strict=True))
    rules = tuple(dict.fromkeys((*first.rules[wrt], *found.rules[gradient])))
    size = f", {show_shape(wrt.shape)}" if wrt.shape else ""
    note = f"{name_of(direction)} is the direction in which {name_of(wrt)} moves{size}; the Hessian is not formed"
    return Found(value, where, rules, note, ((name_of(wrt), direction),))
