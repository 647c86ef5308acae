"""Jacobians: products of local Jacobians from the last definition back to the variable, in any layout."""

from __future__ import annotations

from collections.abc import Collection

from gradcli.derive.graph import Graph
from gradcli.derive.model import Step
from gradcli.derive.reverse import by_name, symbols
from gradcli.derive.steps import written_out
from gradcli.derive.tensor import tensor_of
from gradcli.expr.arith import add, is_zero, zeros
from gradcli.expr.collect import collected
from gradcli.expr.linear import eye, matmul, transpose
from gradcli.expr.node import ONE, Node, make
from gradcli.expr.replace import replace
from gradcli.expr.shapes import Shape, is_list, list_dim
from gradcli.normal.linear_map import matrix_of
from gradcli.program.layouts import jacobian_shape
from gradcli.program.unify import closed
from gradcli.record import dataclass, field
from gradcli.rules.pullback import pullback

_LARGE = 16


@dataclass(slots=True)
class Jacobians:
    """The Jacobian by each name (in the numerator layout, or turned round), and the named steps in order."""

    values: dict[Node, Node] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    rules: dict[Node, tuple[str, ...]] = field(default_factory=dict)


def is_vector(shape: Shape) -> bool:
    """Whether a value is a list of entries: a scalar, a column or a row."""
    return not shape or is_list(shape)


def inline_matrices(graph: Graph, keep: Collection[Node], path: Collection[Node]) -> Graph:
    """The graph with every matrix-valued intermediate on the path put into what uses it."""
    inlined = {name for name in path if name in graph.values and name not in keep and not is_vector(name.shape)}
    if not inlined:
        return graph
    table: dict[Node, Node] = {}
    values: dict[Node, Node] = {}
    named: dict[Node, Node] = {}
    for name, value in graph.values.items():
        value = replace([value], table)[0] if table else value
        if value.op in ("factor", "implicit"):
            named.setdefault(value, name)
        if name in inlined:
            table[name] = value
        else:
            values[name] = value
    return Graph(values, named)


def vector_jacobians(graph: Graph, of: Node, wrt: Collection[Node], turned: bool, expand: bool = False) -> Jacobians:
    """∂of/∂x of a vector for each x of `wrt`; `turned` gives the transposes (denominator layout).

    A Jacobian by a vector or scalar has one row for each entry of `of` and one column for each entry of x, rows
    counting as lists; by a matrix it is a tensor, with the axis of `of` and those of x.
    Raises NoRule where a part has no matrix form.
    """
    layout = "denominator" if turned else "numerator"
    way = graph.between(wrt, of)
    path = set(way)
    graph = inline_matrices(graph, {of, *wrt}, path)
    parts: dict[Node, list[Node]] = {of: [eye(list_dim(of.shape))]}
    rules: dict[Node, dict[str, None]] = {of: {}}
    found = Jacobians()
    wanted = set(wrt)
    for name in reversed(way):
        if name not in parts:
            continue
        total = collected([add(*reversed(parts.pop(name)))])[0]
        took = rules.pop(name)
        if name in wanted:
            found.values[name] = total
            found.rules[name] = tuple(took)
        value = graph.values.get(name)
        if value is None:
            continue
        inner = [other for other in graph.uses[name] if other in path]
        if inner and name is not of and symbols(total) > _LARGE:
            step = make("jac", (of, name), data=layout, shape=total.shape)
            found.steps.append(Step(step, total, tuple(took)))
            total, took = step, {}
        for other, product, used in local_products(graph, name, inner, total, turned):
            if product is not None:
                parts.setdefault(other, []).append(product)
            rules.setdefault(other, {}).update({**took, **used})
    for name in wrt:
        found.values.setdefault(name, zeros(closed(jacobian_shape(of.shape, name.shape, layout))))
        found.rules.setdefault(name, tuple(rules.get(name, ())))
    if expand:
        found.values, found.rules = written_out(found.values, found.rules, found.steps)
        found.steps = []
    return found


def local_products(
    graph: Graph, name: Node, inner: list[Node], total: Node, turned: bool
) -> list[tuple[Node, Node | None, dict[str, None]]]:
    """For each name that a definition uses: the Jacobian so far times the local one (None where that is zero).

    The local one is read off the vector-Jacobian product, which is linear in its seed.
    """
    value = graph.values[name]
    seed = make("cotangent", data=("", "*"), shape=name.shape)
    used: dict[str, None] = {}
    out: list[tuple[Node, Node | None, dict[str, None]]] = []
    for other, product in pullback(value, seed, inner, lambda step: used.setdefault(step.rule)).items():
        product = by_name(product, value, name, graph.named)
        if is_zero(product):
            out.append((other, None, used))
            continue
        if is_vector(other.shape):
            local = local_matrix(product, seed)
            joined = matmul(local, total) if turned else matmul(total, transpose(local))
        else:
            joined = tensor_of(product, seed, turned, transpose(total) if turned else total)
        out.append((other, joined, used))
    return out


def local_matrix(product: Node, seed: Node) -> Node:
    """The matrix M with `product == M @ seed`, both lists of entries.  Raises NoRule where it has no index form."""
    if not seed.shape and not product.shape:
        return replace([product], {seed: ONE})[0]
    matrix = matrix_of(product, seed)
    if matrix is not None:
        return matrix
    # No matrix operations: the array of its entries, a column or a row where one of the two is a scalar.
    entries = tensor_of(product, seed, turned=True)
    return transpose(entries) if not product.shape else entries
