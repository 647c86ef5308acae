"""Rules that a text alone cannot apply: the letters, factors or names that they speak of are those of the node."""

from __future__ import annotations

from gradcli.expr import arith, contraction, linear
from gradcli.expr.factor import parts_of, siblings
from gradcli.expr.node import Node, make, payload
from gradcli.ops.payload import Applied
from gradcli.rules.contract import einsum_gradients, kron_gradients
from gradcli.rules.engine import Engine
from gradcli.rules.fill import fill
from gradcli.rules.implicit import RULE, adjoint, parameter_gradients
from gradcli.rules.load import all_rules
from gradcli.rules.missing import NoRule
from gradcli.rules.template import Contributions, filled, product

_LARGEST_POWER = 64
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def matrix_power(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    """Of A ^ k: the product rule at each of its k factors; of its trace the k terms are alike."""
    base, k = node.args[0], payload(node, int)
    scalars, rest = linear.split_scalars(grad)
    if rest.op == "eye":
        rule = all_rules()["trace_of_power"]
        yield 0, fill(rule.gradients["A"], {"A": base, "grad_y": arith.mul(*scalars)}, integers={"k": k}), rule.name
        return
    if k > _LARGEST_POWER:
        raise NoRule("E402", f"The derivative of a matrix power beyond {_LARGEST_POWER} is only known for its trace.")
    yield 0, arith.add(*(value for _, value, _ in product((base,) * k, grad, set(range(k))))), "matrix_power"


def named_power(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    """Of A ^ k where k is no number: of its trace the k terms of the product rule are alike."""
    base, k = node.args
    scalars, rest = linear.split_scalars(grad)
    name = "trace_of_power" if rest.op == "eye" else "named_power"
    values = {"A": base, "k": k, "grad_Y": grad, "grad_y": arith.mul(*scalars)}
    yield 0, fill(all_rules()[name].gradients["A"], values), name


def einsum(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    """Of a sum of products with named axes: the same with the gradient in the operand's place."""
    return einsum_gradients(node, grad, wanted)


def kron(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    """Of a Kronecker product: sums over the blocks of the gradient."""
    return kron_gradients(node, grad, wanted)


def vector_function(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    """Of `h(x)` the rule; of a derivative of h, an array, the sum over its axes."""
    name, order = payload(node, Applied)
    arg = node.args[0]
    shape = node.shape + arg.shape
    derivative = make("vfun", (arg,), data=Applied(name, order + 1), shape=shape)
    if not arg.shape and len(node.shape) > 1:
        yield 0, linear.dot(grad, derivative), "vector_function"
        return
    if len(shape) <= 2:
        written = derivative if node.shape else linear.transpose(derivative)  # of a scalar f the row f'(x)
        formula = all_rules()["vector_function"].gradients["x"]
        yield 0, fill(formula, {"x": arg, "grad_y": grad}, lambda primes, at: written), "vector_function"
        return
    if len(shape) > len(_LETTERS):
        raise NoRule("E402", f"There is no rule for so high a derivative of {name}.")
    letters = _LETTERS[: len(shape)]
    axes = len(node.shape)
    value = contraction.einsum([letters[:axes], letters], letters[axes:], [grad, derivative])
    yield 0, value, "vector_function"


def row_function(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    """Of `h` of each row the rule; of a derivative of h, and of a scalar h, the sum over its axes."""
    name, order = payload(node, Applied)
    (arg,) = node.args
    shape = (*node.shape, arg.shape[-1])
    derivative = make("vrows", (arg,), data=Applied(name, order + 1), shape=shape)
    if len(shape) > len(_LETTERS):
        raise NoRule("E402", f"There is no rule for so high a derivative of {name}.")
    if len(node.shape) == len(arg.shape) == 2:
        formula = all_rules()["row_function"].gradients["X"]
        yield 0, fill(formula, {"X": arg, "grad_Y": grad}, lambda primes, at: derivative), "row_function"
        return
    letters = _LETTERS[: len(shape)]
    kept = letters[: len(arg.shape) - 1] + letters[-1:]
    yield 0, contraction.einsum([letters[:-1], letters], kept, [grad, derivative]), "row_function"


def factorisation(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    """Of a component of a factorisation: the rule of all components, the gradients of the others being zero."""
    kind, part = parts_of(node)
    rule = all_rules()[kind]
    ((operand, formula),) = rule.gradients.items()
    values = {operand: node.args[0]}
    for name, sibling in siblings(node).items():
        values[name] = sibling
        values[f"grad_{name}"] = grad if name == part else arith.zeros(sibling.shape)
    yield 0, filled(rule, formula, values), kind


def settled_by_equation(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    """Of a value that an equation settles: the implicit function theorem."""
    weight = adjoint(node, grad, engine)
    if weight is None:
        raise NoRule("E402", "The derivative of this relation has no matrix form that could be solved.")
    for position, value in parameter_gradients(node, weight, wanted, engine):
        yield position, value, RULE
