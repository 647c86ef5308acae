"""Derivatives that are tensors: read off a vector-Jacobian product in index notation.

The vector-Jacobian product of ∂Y/∂X is an expression linear in a seed V of Y's shape; its coefficient, with one letter
for each axis of Y and of X, is the derivative.
"""

from __future__ import annotations

from gradcli.derive.graph import Graph
from gradcli.derive.index_terms import Reader, axes
from gradcli.derive.reverse import reverse
from gradcli.expr.arith import add, zeros
from gradcli.expr.node import Node, make
from gradcli.expr.shapes import Shape


def tensor_jacobian(graph: Graph, of: Node, wrt: Node, turned: bool) -> tuple[Node, tuple[str, ...]]:
    """∂of/∂wrt with the axes of `of`, then those of `wrt` (`turned`: the other way), rows counting as lists.

    Raises NoRule where a part has no index form.
    """
    value, seed, rules = vector_jacobian_product(graph, of, wrt)
    return tensor_of(value, seed, turned), rules


def vector_jacobian_product(graph: Graph, of: Node, wrt: Node) -> tuple[Node, Node, tuple[str, ...]]:
    """`(product, V, rules)`: the gradient of `sum(V * of)` by `wrt`, V a leaf of the shape of `of`.  Raises NoRule."""
    seed = make("cotangent", data=("", "*"), shape=of.shape)
    found = reverse(graph, "", {of: seed}, [wrt], expand=True)
    return found.gradients[wrt], seed, found.rules[wrt]


def tensor_of(value: Node, seed: Node, turned: bool = False, outer: Node | None = None) -> Node:
    """T with `value[x...] == sum over y... of T[y..., x...] * seed[y...]`, `value` being linear in the leaf `seed`.

    `outer` is the Jacobian, z by y, of a further value: then it is the derivative of z, with the axis of z first.
    """
    reader = Reader(seed, outer)
    own = axes(value.shape)
    nodes = [reader.coefficient(term, own, turned) for term in reader.terms(value)]
    return add(*nodes) if nodes else zeros(own + reader.seed_shape if turned else reader.seed_shape + own)


def axes_of(shape: Shape) -> int:
    """How many axes a value counts as having: a row is a list."""
    return len(axes(shape))
