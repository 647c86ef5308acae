"""Applying rules: from the gradient of a value to those of its operands."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase

from gradcli.expr import arith, contraction, linear, rearrange, reduce
from gradcli.expr.matrix_functions import power_of_matrix
from gradcli.expr.node import Node, make, num
from gradcli.expr.replace import replace
from gradcli.expr.rotation import unskewed
from gradcli.expr.shapes import Dim, normal_shape, rows
from gradcli.rules.along import OPERATIONS, gradients_along
from gradcli.rules.contract import einsum_gradients, kron_gradients
from gradcli.rules.fill import fill, is_known
from gradcli.rules.load import all_rules
from gradcli.rules.missing import NoRule

# Which rule an operation follows, and what its operands are called there.
_UNARY = {
    "T": ("transpose", "A"),
    "inv": ("inverse", "A"),
    "tr": ("trace", "A"),
    "det": ("determinant", "A"),
    "logdet": ("log_determinant", "A"),
    "diag": ("diag", "x"),
    "diagonal": ("diagonal", "A"),
    "sum": ("total", "A"),
    "norm": ("norm", "A"),
    "norm1": ("norm1", "A"),
}
_BY_AXIS = {
    ("sum_axis", 0): ("column_sums", "A"),
    ("sum_axis", 1): ("row_sums", "A"),
    ("softmax", None): ("softmax", "x"),
    ("softmax", 0): ("softmax_columns", "A"),
    ("softmax", 1): ("softmax_rows", "A"),
    ("logsumexp", None): ("logsumexp", "x"),
    ("logsumexp", 0): ("logsumexp_columns", "A"),
    ("logsumexp", 1): ("logsumexp_rows", "A"),
    ("logsoftmax", None): ("logsoftmax", "x"),
    ("logsoftmax", 0): ("logsoftmax_columns", "A"),
    ("logsoftmax", 1): ("logsoftmax_rows", "A"),
}
_BINARY = {"max": "maximum", "min": "minimum"}
_LARGEST_POWER = 64


_OF_MATRICES = frozenset(
    {"pinv", "expm", "expm_frechet", "norm2", "norm_nuc", "sqrtm", "sylvester", "logm", "logm_frechet"}
)

Contribution = tuple[int, Node, str]


def operand_gradients(node: Node, grad: Node, wanted: set[int]) -> Iterator[Contribution]:
    """For each wanted operand (by position): what `node` adds to its gradient, and by which rule.

    Shapes: `grad` has the shape of `node`, each gradient that of its operand.  Raises NoRule.
    """
    for position, value, rule in _raw(node, grad, wanted):
        yield position, fit(value, node.args[position]), rule


def fit(value: Node, operand: Node) -> Node:
    """A gradient in the shape of its operand: a scalar that went with an array sums over the entries."""
    if value.shape == operand.shape:
        return value
    if operand.shape:
        return arith.mul(value, arith.ones(operand.shape))
    scalars, rest = linear.split_scalars(value)
    if rest.op == "mul" and len(rest.shape) == 1:
        return arith.mul(*scalars, linear.matmul(linear.transpose(arith.mul(*rest.args[1:])), rest.args[0]))
    return reduce.total(value)


def _raw(node: Node, grad: Node, wanted: set[int]) -> Iterator[Contribution]:
    op, args = node.op, node.args
    if op == "add":
        for i in sorted(wanted):
            yield i, grad, "sum"
    elif op == "mul":
        for i in sorted(wanted):
            others = arith.mul(*args[:i], *args[i + 1 :])
            yield i, _fill("hadamard", "A", {"A": args[i], "B": others, "grad_Y": grad}), "hadamard"
    elif op == "matmul":
        yield from _product(args, grad, wanted)
    elif op == "pow":
        values = {"A": args[0], "p": args[1], "Y": node, "grad_Y": grad}
        for i in sorted(wanted):
            yield i, _fill("power", "Ap"[i], values), "power"
    elif op == "diagonal" and args[0].shape[0] != args[0].shape[1]:
        (m, n), k = args[0].shape, rows(node.shape)
        scalars, rest = linear.split_scalars(grad)
        inner = (_band(m, n),) if rest.op == "ones" else (_band(m, k), linear.diag(rest), _band(k, n))
        yield 0, arith.mul(*scalars, linear.matmul(*inner)), "diagonal"
    elif op in _UNARY:
        yield from _one(node, grad, *_UNARY[op])
    elif (op, node.data) in _BY_AXIS:
        yield from _one(node, grad, *_BY_AXIS[op, node.data])  # type: ignore[index]
    elif op == "elem":
        yield 0, _elementwise(node, grad), _scalar_rule(node)
    elif op in _BINARY:
        values = {"A": args[0], "B": args[1], "grad_Y": grad}
        rule = _BINARY[op] + ("_tied" if node.data == reduce.TIED else "")
        for i in sorted(wanted):
            yield i, _fill(rule, "AB"[i], values), rule
    elif op == "where":
        values = {"c": args[0], "A": args[1], "B": args[2], "grad_Y": grad}
        for i in sorted(wanted - {0}):
            yield i, _fill("where", "cAB"[i], values), "where"
    elif op in ("tril", "triu"):
        assert isinstance(node.data, int)
        yield 0, reduce.triangle(op, grad, node.data), "lower_triangle" if op == "tril" else "upper_triangle"
    elif op == "entry":
        assert isinstance(node.data, tuple)
        yield 0, arith.mul(grad, reduce.unit_entry(args[0].shape, node.data)), "entry"
    elif op == "stack":
        columns = int(node.shape[1]) if len(node.shape) == 2 else 1
        for i in sorted(wanted):
            index = (i // columns + 1, i % columns + 1) if len(node.shape) == 2 else (i + 1,)
            yield i, reduce.entry(grad, index), "literal"
    elif op == "mpow":
        yield 0, *_matrix_power(node, grad)
    elif op == "adj":
        from gradcli.rules.pullback import gradient

        apart = make("var", data=("_operand", ()), shape=args[0].shape)  # the inverse of the operand may be simpler
        equal = fill(all_rules()["adjugate"].rewrite or "", {"A": apart})
        yield 0, replace([gradient(equal, apart, grad)], {apart: args[0]})[0], "adjugate"
    elif op == "einsum":
        yield from einsum_gradients(node, grad, wanted)
    elif op == "kron":
        yield from kron_gradients(node, grad, wanted)
    elif op == "vec":
        yield 0, rearrange.unvec(grad, args[0].shape), "vec"
    elif op == "reshape":
        yield 0, rearrange.reshape(grad, args[0].shape), "reshape"
    elif op == "factor":
        from gradcli.rules.factor import component_gradient

        yield 0, *component_gradient(node, grad)
    elif op == "cross":
        values = {"a": args[0], "b": args[1], "grad_y": grad}
        for i in sorted(wanted):
            yield i, _fill("cross", "ab"[i], values), "cross"
    elif op == "skew":
        yield 0, unskewed(grad, lambda part: _fill("skew", "v", {"grad_S": part})), "skew"
    elif op == "matrix_power":
        yield 0, *_named_power(node, grad)
    elif op in _OF_MATRICES:
        from gradcli.rules.factor import spectral_gradients

        yield from spectral_gradients(node, grad, wanted)
    elif op in OPERATIONS:
        yield from gradients_along(node, grad)
    elif op == "implicit":
        yield from _implicit(node, grad, wanted)
    elif op == "vfun":
        yield 0, _vector_function(node, grad), "vector_function"
    elif op == "cmp":
        for i in sorted(wanted):
            yield i, arith.zeros(node.shape), "comparison"
    elif op != "stop":
        raise NoRule("E402", f"There is no rule for the derivative of {op} yet.")


def _band(m: Dim, n: Dim) -> Node:
    """The m x n matrix with ones on its main diagonal."""
    if m == n:
        return linear.eye(m)
    return reduce.triangle("triu", reduce.triangle("tril", arith.ones(normal_shape((m, n))), 0), 0)


def _fill(rule: str, operand: str, values: dict[str, Node]) -> Node:
    return fill(all_rules()[rule].gradients[operand], values)


def _one(node: Node, grad: Node, rule: str, operand: str) -> Iterator[Contribution]:
    inner = node.args[0]
    values = {operand: inner, "y": node, "Y": node, "grad_y": grad, "grad_Y": grad}
    yield 0, _fill(rule, operand, values), rule


def _product(factors: tuple[Node, ...], grad: Node, wanted: set[int]) -> Iterator[Contribution]:
    """The product rule, binary, at each wanted factor of a chain: `(before @ factor) @ after`."""
    for i in sorted(wanted):
        value = grad
        if i + 1 < len(factors):
            after = linear.matmul(*factors[i + 1 :])
            value = _fill("product", "A", {"A": factors[i], "B": after, "grad_Y": value})
        if i:
            before = linear.matmul(*factors[:i])
            value = _fill("product", "B", {"A": before, "B": factors[i], "grad_Y": value})
        yield i, value, "product"


def _matrix_power(node: Node, grad: Node) -> tuple[Node, str]:
    """Of A ^ k: the product rule at each of its k factors; of its trace the k terms are alike."""
    base, k = node.args[0], node.data
    assert isinstance(k, int)
    scalars, rest = linear.split_scalars(grad)
    if rest.op == "eye":
        values = {"grad_y": arith.mul(*scalars, num(k)), "P": linear.matpower(base, k - 1)}
        return fill("grad_y * P.T", values), "trace_of_power"
    if k > _LARGEST_POWER:
        raise NoRule("E402", f"The derivative of a matrix power beyond {_LARGEST_POWER} is only known for its trace.")
    return arith.add(*(value for _, value, _ in _product((base,) * k, grad, set(range(k))))), "matrix_power"


def _named_power(node: Node, grad: Node) -> tuple[Node, str]:
    """Of A ^ k where k is no number: of its trace the k terms of the product rule are alike."""
    base, k = node.args
    scalars, rest = linear.split_scalars(grad)
    if rest.op == "eye":
        values = {"grad_y": arith.mul(*scalars, k), "P": power_of_matrix(base, arith.sub(k, num(1)))}
        return fill("grad_y * P.T", values), "trace_of_power"
    return _fill("named_power", "A", {"A": base, "k": k, "grad_Y": grad}), "named_power"


def _elementwise(node: Node, grad: Node) -> Node:
    assert isinstance(node.data, tuple)
    formula = all_rules()["elementwise"].gradients["x"]
    return fill(formula, {"x": node.args[0], "grad_y": grad}, node.data)


def _scalar_rule(node: Node) -> str:
    assert isinstance(node.data, tuple)
    name = str(node.data[0])
    return name if is_known(name) else "elementwise"


def _implicit(node: Node, grad: Node, wanted: set[int]) -> Iterator[Contribution]:
    from gradcli.rules.implicit import RULE, adjoint, parameter_gradients

    weight = adjoint(node, grad)
    if weight is None:
        raise NoRule("E402", "The derivative of this relation has no matrix form that could be solved.")
    for position, value in parameter_gradients(node, weight, wanted):
        yield position, value, RULE


def _vector_function(node: Node, grad: Node) -> Node:
    assert isinstance(node.data, tuple)
    name, order = node.data
    arg = node.args[0]
    shape = node.shape + arg.shape
    derivative = make("vfun", (arg,), data=(name, order + 1), shape=shape)
    if not node.shape:
        return arith.mul(grad, derivative)
    if len(shape) == 2:
        return linear.matmul(linear.transpose(derivative), grad)
    if len(shape) > 26:
        raise NoRule("E402", f"There is no rule for so high a derivative of {name}.")
    letters = ascii_lowercase[: len(shape)]
    axes = len(node.shape)
    return contraction.einsum([letters[:axes], letters], letters[axes:], [grad, derivative])
