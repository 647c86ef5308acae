"""Second derivatives: the Jacobian of the gradient's program."""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.derive.graph import Graph
from gradcli.derive.jacobian import is_vector, vector_jacobians
from gradcli.derive.model import Step
from gradcli.derive.parts import freed
from gradcli.derive.reverse import ANONYMOUS, reverse
from gradcli.derive.tensor import tensor_jacobian
from gradcli.derive.vectorised import Commutations, vec_jacobian
from gradcli.expr.linear import transpose
from gradcli.expr.node import Node, make
from gradcli.expr.replace import replace
from gradcli.expr.shapes import is_row
from gradcli.rules.missing import NoRule


def hessian(
    graph: Graph,
    of: Node,
    name: str,
    seeds: Mapping[Node, Node],
    first: Node,
    second: Node,
    commutations: Commutations | None = None,
) -> tuple[Node, tuple[Step, ...], tuple[str, ...]]:
    """∂²of/∂first∂second: the axes of `first`, then those of `second`; a matrix for two vectors.

    With `commutations` it is ∂²of/∂vec(first)∂vec(second), a matrix always, and these are given names.
    An arbitrary scalar function f of y contributes its own second derivative, `hess(f, y)`.  Raises NoRule.
    """
    moved = freed(graph, [first, second])
    graph, (first, second) = moved.graph, moved.nodes
    back: dict[Node, Node] = {}
    if of.op == "loss":
        seeds, back = opaque_seeds(of, seeds)
    back.update(moved.table)
    found = reverse(graph, name, seeds, [first])
    values = {**graph.values, **{step.name: step.value for step in found.steps}}
    gradient = make("var", data=(f"{ANONYMOUS}gradient", ()), shape=first.shape)
    values[gradient] = found.gradients[first]
    extended = Graph(values)
    if commutations is not None:
        value, rules = vec_jacobian(extended, gradient, second, commutations)
    elif is_vector(first.shape) and is_vector(second.shape):
        jacobians = vector_jacobians(extended, gradient, [second], turned=False, expand=True)
        value, rules = jacobians.values[second], jacobians.rules[second]
        if not first.shape and is_row(value.shape):
            value = transpose(value)
    else:
        value, rules = tensor_jacobian(extended, gradient, second, False)
    value = _put_back(value, {gradient: found.gradients[first]})
    steps = [Step(step.name, _put_back(step.value, back), step.rules) for step in found.steps]
    return _put_back(value, back), tuple(steps), tuple(dict.fromkeys((*found.rules[first], *rules)))


def opaque_seeds(of: Node, seeds: Mapping[Node, Node]) -> tuple[dict[Node, Node], dict[Node, Node]]:
    """The seeds as functions of what f is a function of, and how they are written."""
    if len(of.args) != 1 or not is_vector(of.args[0].shape):
        raise NoRule("E402", f"The second derivative of an arbitrary {of.data} is only known of one vector or scalar.")
    (arg,) = of.args
    name = f"_{of.data}"
    slope = make("vfun", (arg,), data=(name, 1), shape=arg.shape)
    curvature = make("vfun", (arg,), data=(name, 2), shape=arg.shape + arg.shape)
    return {arg: slope}, {
        slope: seeds[arg],
        curvature: make("hess", (of, arg, arg), shape=arg.shape + arg.shape),
    }


def _put_back(value: Node, table: dict[Node, Node]) -> Node:
    return replace([value], table)[0] if table else value
