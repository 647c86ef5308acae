"""The derivative of an array by a scalar: how the array changes as the scalar moves, by forward mode."""

from __future__ import annotations

from gradcli.derive.forward import Differentials, forward
from gradcli.derive.graph import Graph
from gradcli.expr.linear import transpose
from gradcli.expr.node import ONE, Node
from gradcli.expr.shapes import is_row
from gradcli.rules.missing import NoRule

_MOST_DEFINITIONS = 100


def derivative_along(
    graph: Graph, of: Node, scalar: Node, names: Differentials, turned: bool, expand: bool
) -> tuple[Node, tuple[str, ...]] | None:
    """∂of/∂t in the shape of `of`, a row as the list of its entries; `turned` gives the transpose.

    With the rules it took.  None where it is no short expression, or the program is long: a Jacobian made of the
    Jacobians of the definitions serves better there.
    """
    if len(graph.between((scalar,), of)) > _MOST_DEFINITIONS:
        return None
    try:
        found = forward(graph, {scalar: ONE}, of, names, expand, literals=True)
    except NoRule:
        return None
    if found.steps:
        return None
    change = found.changes[of]
    return transpose(change) if turned != is_row(of.shape) else change, found.rules[of]
