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
from gradcli.expr.arith import add, zeros
from gradcli.expr.collect import collected
from gradcli.expr.linear import transpose
from gradcli.expr.node import Node, make, name_of
from gradcli.expr.ops import rebuild
from gradcli.expr.replace import replace
from gradcli.expr.shapes import is_row
from gradcli.expr.walk import transform
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
    opaque: dict[object, Node] = {}
    if of.op == "loss":
        seeds, opaque = opaque_seeds(graph, of, seeds)
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
    value = replace([value], {gradient: found.gradients[first]})[0]
    value, *steps = put_back([value, *(step.value for step in found.steps)], moved.table, opaque)
    if len(value.shape) <= 2:
        (value,) = collected([value])
    where = tuple(Step(step.name, new, step.rules) for step, new in zip(found.steps, steps, strict=True))
    return value, where, tuple(dict.fromkeys((*found.rules[first], *rules)))


def opaque_seeds(graph: Graph, of: Node, seeds: Mapping[Node, Node]) -> tuple[dict[Node, Node], dict[object, Node]]:
    """The slopes of f by each of its arguments, as functions of them, and how they and their slopes are written.

    The slope by y is the sum over the arguments z of a function of z alone, the derivative of which is the second
    derivative by y and z.  Raises NoRule where one argument is a function of another.
    """
    slopes: dict[Node, Node] = {}
    back: dict[object, Node] = {}
    for number, arg in enumerate(of.args):
        if (set(of.args) - {arg}) & graph.depending([arg]):
            label = f"{of.data}({', '.join(map(name_of, of.args))})"
            reason = f"{label} depends on {name_of(arg)} through another of its arguments too: its second derivatives"
            raise NoRule("E402", f"{reason} have no name in the language. State the loss as a function of one of them.")
        parts = []
        for position, other in enumerate(of.args):
            name = f"{ANONYMOUS}{of.data}/{number}/{position}"
            parts.append(make("vfun", (other,), data=(name, 1), shape=arg.shape))
            back[name, 1] = seeds[arg] if arg is other else zeros(arg.shape)
            swapped = number > position and len(arg.shape + other.shape) <= 2
            first, second = (other, arg) if swapped else (arg, other)  # the one that f names first
            written = make("hess", (of, first, second), shape=first.shape + second.shape)
            back[name, 2] = transpose(written) if swapped else written
        slopes[arg] = add(*parts)
    return slopes, back


def put_back(roots: list[Node], table: Mapping[Node, Node], opaque: Mapping[object, Node]) -> list[Node]:
    """Expressions over the program's own names: `table` by node, `opaque` by what a slope of an arbitrary f is called.

    The second derivative by one argument is symmetric.
    """
    if not table and not opaque:
        return roots

    def visit(node: Node, args: tuple[Node, ...]) -> Node:
        if node.op == "vfun" and node.data in opaque:
            return opaque[node.data]
        if node.op == "T" and args[0].op == "hess" and args[0].args[1] is args[0].args[2]:
            return args[0]
        return table.get(node) or rebuild(node, args)

    return transform(roots, visit)
