"""Jacobians of lists of scalars by lists of scalars, entry by entry."""

from __future__ import annotations

from dataclasses import dataclass

from gradcli.derive.graph import Graph
from gradcli.derive.jacobian import vector_jacobians
from gradcli.derive.model import Step
from gradcli.derive.reverse import ANONYMOUS, reverse
from gradcli.derive.simplify import simplified
from gradcli.expr.arith import add
from gradcli.expr.linear import matmul, transpose
from gradcli.expr.node import ONE, Node, make
from gradcli.expr.reduce import entry, stack, unit_entry
from gradcli.expr.shapes import list_dim, normal_shape

ENTRY = f"{ANONYMOUS}entry"


@dataclass(frozen=True, slots=True)
class Explicit:
    """The Jacobian, one row for each entry of the value, and what it took."""

    value: Node
    steps: tuple[Step, ...]
    rules: tuple[str, ...]


def explicit_jacobian(graph: Graph, of: Node, scalars: tuple[Node, ...], expand: bool) -> Explicit:
    """∂of/∂(x, y, ...) as a matrix literal where the length of `of` is a number, else column by column.

    Raises NoRule.
    """
    value = graph.values.get(of, of)
    if value.op == "T":
        value = value.args[0]
    if value.op == "stack":
        return _entry_by_entry(graph, value.args, scalars)
    found = vector_jacobians(graph, of, scalars, False, expand)
    columns = [found.values[scalar] for scalar in scalars]
    rules = tuple(dict.fromkeys(rule for scalar in scalars for rule in found.rules[scalar]))
    dim = list_dim(of.shape)
    if isinstance(dim, int):
        cells = tuple(entry(column, (row,)) for row in range(1, dim + 1) for column in columns)
        return Explicit(stack(cells, normal_shape((dim, len(scalars)))), tuple(found.steps), rules)
    width = (len(scalars),)
    parts = [matmul(column, transpose(unit_entry(width, (i + 1,)))) for i, column in enumerate(columns)]
    return Explicit(add(*parts), tuple(found.steps), rules)


def _entry_by_entry(graph: Graph, cells: tuple[Node, ...], scalars: tuple[Node, ...]) -> Explicit:
    entries: list[Node] = []
    rules: dict[str, None] = {}
    for cell in cells:
        name = make("var", data=(ENTRY, ()))
        row = reverse(Graph({**graph.values, name: cell}), ENTRY, {name: ONE}, scalars, expand=True)
        entries += [row.gradients[scalar] for scalar in scalars]
        for scalar in scalars:
            rules.update(dict.fromkeys(row.rules[scalar]))
    shape = normal_shape((len(cells), len(scalars)))
    return Explicit(stack(tuple(simplified(item) for item in entries), shape), (), tuple(rules))
