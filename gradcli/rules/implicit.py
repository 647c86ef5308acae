"""The rule of a value that an equation settles (the implicit function theorem)."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.expr.arith import neg, zeros
from gradcli.expr.implicit import equation_of
from gradcli.expr.linear import transpose
from gradcli.expr.node import Node, make
from gradcli.expr.reduce import vec
from gradcli.expr.replace import replace
from gradcli.expr.walk import postorder
from gradcli.rules.engine import Engine
from gradcli.rules.invert import matrix_form, solved

RULE = "implicit"


def adjoint(node: Node, grad: Node, engine: Engine) -> Node | None:
    """lambda with `jac(R, y).T @ lambda == grad` in closed form; None where there is none.

    R is the residual of the equation, y the value of `node`, which stands for the unknown in the result.
    """
    unknown, _, residual = equation_of(node)
    seed = make("cotangent", data=("", "lambda"), shape=residual.shape)
    transposed_map = engine.gradient(residual, unknown, seed)
    value = solved(transposed_map, seed, grad)
    return None if value is None else _settled(value, node)


def adjoint_equation(node: Node, weight: Node, engine: Engine) -> Node:
    """`jac(R, y).T @ lambda`, written out; `weight` is lambda."""
    unknown, _, residual = equation_of(node)
    seed = make("cotangent", data=("", "lambda"), shape=residual.shape)
    return replace([_settled(engine.gradient(residual, unknown, seed), node)], {seed: weight})[0]


def parameter_gradients(node: Node, weight: Node, wanted: set[int], engine: Engine) -> Iterator[tuple[int, Node]]:
    """For each wanted argument of an `implicit` node its gradient, `-jac(R, x).T @ lambda`; `weight` is lambda."""
    _, parameters, residual = equation_of(node)
    seed = make("cotangent", data=("", "lambda"), shape=residual.shape)
    found = engine.pullback(residual, seed, [parameters[i] for i in sorted(wanted)])
    for position in sorted(wanted):
        value = found.get(parameters[position])
        if value is None:
            yield position, zeros(parameters[position].shape)
            continue
        yield position, neg(replace([_settled(value, node)], {seed: weight})[0])


def _settled(value: Node, node: Node) -> Node:
    """An expression over the equation's own names, over the arguments and the value of the node."""
    unknown, parameters, _ = equation_of(node)
    return replace([value], {unknown: node, **dict(zip(parameters, node.args, strict=True))})[0]


def residual_and_slope(node: Node, engine: Engine) -> tuple[Node, Node] | None:
    """The residual and its Jacobian by the unknown, over the equation's own names, entries of matrices stacked.

    None where the Jacobian has no matrix form.
    """
    unknown, _, residual = equation_of(node)
    seed = make("cotangent", data=("", "lambda"), shape=residual.shape)
    matrix = matrix_form(engine.gradient(residual, unknown, seed), seed)
    return None if matrix is None else (vec(residual), transpose(matrix))


def closed_form(node: Node, engine: Engine) -> Node | None:
    """The value itself where the equation is linear in the unknown; None where it is not, or no form is known."""
    unknown, _, residual = equation_of(node)
    seed = make("cotangent", data=("", "lambda"), shape=residual.shape)
    transposed_map = engine.gradient(residual, unknown, seed)
    if any(part is unknown for part in postorder(transposed_map)):
        return None
    constant = replace([residual], {unknown: zeros(unknown.shape)})[0]
    forward = engine.gradient(transposed_map, seed, unknown)  # of v.T @ M @ y by v: the map itself, applied to y
    solution = solved(forward, unknown, neg(constant))
    return None if solution is None else _settled(solution, node)
