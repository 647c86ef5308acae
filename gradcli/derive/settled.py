"""Reverse mode through a name that an equation settles: its adjoint is a step of its own."""

from __future__ import annotations

from collections.abc import Collection

from gradcli.derive.graph import Graph
from gradcli.derive.model import Step
from gradcli.expr.node import Node, make, name_of
from gradcli.expr.replace import replace
from gradcli.rules.apply import fit
from gradcli.rules.implicit import RULE, adjoint, adjoint_equation, parameter_gradients
from gradcli.rules.missing import NoRule
from gradcli.rules.pullback import ENGINE


def through_equation(
    graph: Graph, name: Node, grad: Node, targets: Collection[Node], taken: tuple[str, ...]
) -> tuple[Step | None, dict[Node, Node]]:
    """The step `lambda_y`, jac(R, y).T @ lambda_y == grad, and by it the gradient of each target.

    There is no step where lambda_y has a name already: where the equation is explicit, `y == ...`, it is the gradient.
    `taken` are the rules by which `grad` was found.  Raises NoRule where the equation for lambda has no matrix form.
    """
    value = graph.values[name]
    weight = adjoint(value, grad, ENGINE)
    if weight is None:
        raise NoRule("E402", f"The derivative of the relation for {name_of(name)} has no matrix form to be solved.")
    wanted = {position for position, arg in enumerate(value.args) if arg in targets}
    if weight.op in ("cotangent", "var"):
        return None, _gradients(value, weight, wanted)
    label = _unused(f"lambda_{name_of(name)}", graph)
    step_name = make("var", data=(label, ()), shape=weight.shape)
    weight, left = replace([weight, adjoint_equation(value, step_name, ENGINE)], {**graph.named, value: name})
    equation = (left, grad)
    step = Step(step_name, weight, tuple(dict.fromkeys((*taken, RULE))), equation)
    return step, _gradients(value, step_name, wanted)


def _gradients(value: Node, weight: Node, wanted: set[int]) -> dict[Node, Node]:
    found: dict[Node, Node] = {}
    for position, contribution in parameter_gradients(value, weight, wanted, ENGINE):
        found[value.args[position]] = fit(contribution, value.args[position])
    return found


def _unused(label: str, graph: Graph) -> str:
    while label in graph.names:
        label += "_"
    return label
