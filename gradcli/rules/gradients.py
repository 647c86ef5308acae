"""What each operation adds to the gradients of its operands: its rule's text, filled in.

An operation with one rule, over operands in their order, needs no entry here: its declaration names the rule.
"""

from __future__ import annotations

from gradcli.expr import arith, reduce
from gradcli.expr.node import Node, axis_of, payload
from gradcli.expr.rotation import unskewed
from gradcli.ops.operation import Kind
from gradcli.ops.operations import OPERATIONS
from gradcli.ops.passes import Pass
from gradcli.ops.payload import Applied
from gradcli.rules import schemas
from gradcli.rules.along import OPERATIONS as OPERATIONS_ALONG
from gradcli.rules.along import gradients_along
from gradcli.rules.engine import Engine
from gradcli.rules.fill import fill
from gradcli.rules.load import all_rules
from gradcli.rules.scalar import is_known, written_at
from gradcli.rules.template import Contributions, Gradients, by_rule, product


def _declared(name: str) -> Gradients:
    return lambda node, grad, wanted, engine: by_rule(name, node, grad, wanted, engine)


def _by_axis(name: str) -> Gradients:
    """One rule for all entries, one for rows, one for columns, and one for an axis of arrays of higher rank."""
    *whole, by_rows, by_columns, by_any = OPERATIONS[name].rules
    rules = {None: whole[0] if whole else "", 1: by_rows, 0: by_columns}

    def gradients(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
        axis = axis_of(node)
        if axis is None or len(node.args[0].shape) < 3:
            return by_rule(rules[axis], node, grad, wanted, engine)
        formula = all_rules()[by_any].gradients["A"].replace("axis=k", f"axis={axis}")
        values = {"A": node.args[0], "Y": node, "grad_Y": grad}
        return iter([(0, fill(formula, values, axis=axis), by_any)])

    return gradients


def _sum(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    """The rule of two terms: the first, and any other."""
    formulas = all_rules()["sum"].gradients
    for i in sorted(wanted):
        yield i, fill(formulas["B" if i else "A"], {"grad_Y": grad}), "sum"


def _hadamard(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    """The rule of two factors: the first beside all others, and any other beside the rest."""
    formulas = all_rules()["hadamard"].gradients
    for i in sorted(wanted):
        others = arith.mul(*node.args[:i], *node.args[i + 1 :])
        own, other = ("B", "A") if i else ("A", "B")
        yield i, fill(formulas[own], {own: node.args[i], other: others, "grad_Y": grad}), "hadamard"


def _matmul(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    return product(node.args, grad, wanted)


def _function(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    """The elementwise rule, named by the function where that has a derivative of its own."""
    name, order = payload(node, Applied)
    formula = all_rules()["elementwise"].gradients["x"]

    def function(primes: int, arg: Node) -> Node:
        return written_at(name, order + primes, arg, engine)

    value = fill(formula, {"x": node.args[0], "grad_y": grad}, function)
    yield 0, value, name if is_known(name) else "elementwise"


def _literal(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    formula = all_rules()["literal"].gradients["a"]
    columns = int(node.shape[1]) if len(node.shape) == 2 else 1
    for place in sorted(wanted):
        i, j = place // columns + 1, place % columns + 1
        yield place, fill(formula, {"grad_Y": grad}, integers={"i": i, "j": j}), "literal"


def _along(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    """The rule of the operation, along its axis."""
    return gradients_along(node, grad)


def _skew(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    formula = all_rules()["skew"].gradients["v"]
    yield 0, unskewed(grad, lambda part: fill(formula, {"grad_S": part})), "skew"


def _larger_or_smaller(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    """Of arguments that are equal by chance, or on an open set."""
    by_chance, tied = OPERATIONS[node.op].rules
    return by_rule(tied if node.data == reduce.TIED else by_chance, node, grad, wanted, engine)


def _nothing(node: Node, grad: Node, wanted: set[int], engine: Engine) -> Contributions:
    return iter(())


_SIMPLE = {
    name: _declared(operation.rules[0])
    for name, operation in OPERATIONS.items()
    if operation.kind is Kind.OPERATION and len(operation.rules) == 1
}
GRADIENTS: Pass[Gradients] = Pass(
    "rules",
    {
        **_SIMPLE,
        **{name: _by_axis(name) for name in ("sum_axis", "softmax", "logsoftmax", "logsumexp")},
        **{name: _larger_or_smaller for name in ("max", "min")},
        "add": _sum,
        "mul": _hadamard,
        "matmul": _matmul,
        "elem": _function,
        "stack": _literal,
        "stop": _nothing,
        **{name: _along for name in OPERATIONS_ALONG},
        "skew": _skew,
        "mpow": schemas.matrix_power,
        "matrix_power": schemas.named_power,
        "einsum": schemas.einsum,
        "kron": schemas.kron,
        "vfun": schemas.vector_function,
        "vrows": schemas.row_function,
        "factor": schemas.factorisation,
        "implicit": schemas.settled_by_equation,
    },
)
