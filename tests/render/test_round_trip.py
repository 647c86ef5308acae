"""What is written in the language is read back: the same expression, or at least the same value."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gradcli.evaluate import FLOAT, Array, EvaluationError, evaluate
from gradcli.expr import arith, linear, reduce
from gradcli.expr.node import Node, make, num, var
from gradcli.expr.shapes import Shape
from gradcli.expr.walk import postorder
from gradcli.program.elaborate import elaborate
from gradcli.render.mc import mc
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from tests.render.test_mc import GOLDEN

SIZES = {"m": 2, "n": 3, "k": 4}
SHAPES: list[Shape] = [(), ("n",), ("m",), (1, "n"), ("m", "n"), ("n", "n"), ("n", "m"), (1, "m")]
FUNCTIONS = "g : R -> R; h : R[n] -> R[m]; q : R[m] -> R; c : R -> R\n"

_declared: dict[str, Shape] = {
    "s": (), "t": (), "p": (), "a": (), "b": (),
    "x": ("n",), "z": ("n",), "w": ("n",), "u": ("m",), "y": ("m",),
    "r": (1, "n"), "A": ("n", "n"), "B": ("n", "n"), "W": ("m", "n"), "X": ("m", "n"), "C": ("n", "m"),
}  # fmt: skip
VARIABLES = [var(name, shape) for name, shape in _declared.items()]
HEADER = FUNCTIONS + "\n".join(
    f"{name} : R" + (f"[{', '.join(map(str, shape))}]" if shape else "") for name, shape in _declared.items()
)


def read(expression: str) -> Node:
    """The expression as the program that defines `out` by it has it."""
    module, faults = parse_module(Source("test.mc", f"{HEADER}\nout = {expression}\n"))
    program = elaborate([module], faults)
    errors = [diagnostic for diagnostic in program.diagnostics if diagnostic.is_error]
    assert not errors, (expression, errors)
    return program.definitions["out"]


def value(node: Node) -> list[float]:
    """The entries at one random positive point."""
    random = Random(7)
    values = {}
    for variable in VARIABLES:
        shape = tuple(SIZES.get(str(dim), 1) for dim in variable.shape)
        values[variable] = Array(shape, [Fraction(random.randint(1, 40), 20) for _ in range(math.prod(shape))])
    return [float(entry) for entry in evaluate([node], values, SIZES, FLOAT)[0].flat]


def assert_reads_back(node: Node) -> None:
    back = read(mc(node))
    assert back.shape == node.shape, mc(node)
    if back is node:
        return
    try:
        expected = value(node)
    except EvaluationError:
        return
    if not all(math.isfinite(entry) and abs(entry) < 1e9 for entry in expected):
        return  # too large to compare
    assert value(back) == pytest.approx(expected, rel=1e-7, abs=1e-9), mc(node)


_NOT_HERE = ("unit", "grad(", "jac(", "hess(", "q'(y).T", "einsum", "c'(s)", "sum(A, axis=0).T")


@pytest.mark.parametrize(
    "node",
    [node for written, node in GOLDEN if not any(part in written for part in _NOT_HERE)],
    ids=[written for written, _ in GOLDEN if not any(part in written for part in _NOT_HERE)],
)
def test_written_expressions_read_back(node: Node) -> None:
    if any(part.op == "var" and part not in VARIABLES for part in postorder(node)):
        pytest.skip("names that this program does not have")
    assert_reads_back(node)


# --------------------------------------------------------------- random nodes

NUMBERS = [2, 3, -1, -2, Fraction(1, 2), Fraction(-2, 3), Fraction(3, 2), Fraction(1, 10), Fraction(7, 3)]
UNARY = ["sin", "exp", "tanh", "sigmoid", "g"]


def _leaf(draw: Callable[..., Node], shape: Shape) -> Node:
    names = [variable for variable in VARIABLES if variable.shape == shape]
    extra = [arith.ones(shape)]
    if not shape:
        extra += [num(draw(st.sampled_from(NUMBERS))), arith.size("n"), make("const", data="pi")]
    if shape == ("n", "n"):
        extra.append(linear.eye("n"))
    return draw(st.sampled_from(names * 3 + extra))


@st.composite
def expressions(draw: Callable[..., Node], shape: Shape, depth: int) -> Node:
    """A random expression of a shape, built by the package's own builders."""
    if depth == 0 or draw(st.integers(0, 9)) == 0:
        return _leaf(draw, shape)

    def some(of: Shape) -> Node:
        return draw(expressions(of, depth - 1))

    kinds = ["add", "sub", "mul", "scale", "div", "number", "power", "elem", "max", "cmp", "neg", "where"]
    kinds += ["reduce"] * 2 if not shape else []
    kinds += ["matmul"] * 4 if len(shape) == 2 else ["matmul"] * 4 if shape else ["inner"] * 2
    kinds += ["T"] if len(shape) == 2 else ["sum_axis", "softmax", "diagonal"] if shape else []
    kinds += ["square"] * 3 if shape == ("n", "n") else []
    kinds += ["vfun"] if shape in ((), ("m",), ("m", "n"), (1, "m")) else []
    kind = draw(st.sampled_from(kinds))
    match kind:
        case "add":
            return arith.add(some(shape), some(draw(st.sampled_from([shape, ()]))))
        case "sub":
            return arith.sub(some(shape), some(shape))
        case "mul":
            return arith.mul(some(shape), some(shape))
        case "scale":
            return arith.mul(some(()), some(shape))
        case "div":
            return arith.div(some(shape), some(draw(st.sampled_from([shape, ()]))))
        case "number":
            return arith.mul(num(draw(st.sampled_from(NUMBERS))), some(shape))
        case "power":
            exponent = draw(st.sampled_from([*(num(k) for k in NUMBERS), arith.size("n"), VARIABLES[1]]))
            return arith.power(some(shape), exponent)
        case "elem":
            name = draw(st.sampled_from(UNARY))
            return reduce.elementwise(name, draw(st.integers(0, 2)) if name == "g" else 0, some(shape))
        case "max":
            return reduce.binary(draw(st.sampled_from(["max", "min"])), some(shape), some(shape))
        case "cmp":
            return reduce.compare(draw(st.sampled_from(["<", "<=", ">"])), some(shape), some(()))
        case "neg":
            return arith.neg(some(shape))
        case "where":
            return reduce.where(some(shape), some(shape), some(shape))
        case "reduce":
            matrix = some(draw(st.sampled_from([("n",), ("m", "n"), ("n", "n")])))
            ops: list[Callable[[Node], Node]] = [
                reduce.total,
                lambda node: reduce.norm("norm", node),
                lambda node: reduce.norm("norm1", node),
                lambda node: reduce.entry(node, (1, 2)[: len(node.shape)]),
            ]
            if matrix.shape == ("n", "n"):
                ops += [linear.trace, lambda node: reduce.scalar_of_matrix("det", node)]
            return draw(st.sampled_from(ops))(matrix)
        case "inner":
            dim = draw(st.sampled_from(["m", "n"]))
            return linear.matmul(some((1, dim)), some((dim,)))
        case "matmul":
            dim = draw(st.sampled_from(["m", "n", 1]))
            left: Shape = (shape[0],) if dim == 1 else (shape[0], dim)
            right: Shape = (dim, *shape[1:]) if dim != 1 else (1, *shape[1:]) if len(shape) == 2 else ()
            if shape[0] == 1:
                left, right = (1, "n"), ("n", shape[1])
            return linear.matmul(some(left), some(right))
        case "T":
            return linear.transpose(some(shape[1:] if shape[0] == 1 else (shape[1], shape[0])))
        case "sum_axis":
            other = "m" if shape == ("n",) else "n"
            axis = draw(st.integers(0, 1))
            return reduce.sum_axis(some((other, shape[0]) if axis == 0 else (shape[0], other)), axis)
        case "softmax":
            return reduce.over_axis(draw(st.sampled_from(["softmax", "logsoftmax"])), some(shape), None)
        case "diagonal":
            return linear.diag(some(("n", "n"))) if shape == ("n",) else some(shape)
        case "vfun":
            return _vfun(some, shape)
        case _:
            return _square(draw, some)


def _vfun(some: Callable[[Shape], Node], shape: Shape) -> Node:
    match shape:
        case ():
            return make("vfun", (some(("m",)),), data=("q", 0))
        case ("m",):
            return make("vfun", (some(("n",)),), data=("h", 0), shape=shape)
        case ("m", "n"):
            return make("vfun", (some(("n",)),), data=("h", 1), shape=shape)
        case _:
            gradient = make("vfun", (some(("m",)),), data=("q", 1), shape=("m",))
            return linear.transpose(gradient)


def _square(draw: Callable[..., Node], some: Callable[[Shape], Node]) -> Node:
    ops: list[Callable[[Node], Node]] = [
        lambda node: linear.diag(some(("n",))),
        linear.transpose,
        lambda node: linear.matpower(node, 2),
        lambda node: reduce.triangle("tril", node, -1),
        lambda node: reduce.triangle("triu", node, 0),
        lambda node: linear.inv(arith.add(linear.diag(some(("n",))), node)),
        lambda node: reduce.over_axis("softmax", node, 1),
    ]
    return draw(st.sampled_from(ops))(some(("n", "n")))


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(st.data())
def test_random_expressions_read_back(data: st.DataObject) -> None:
    shape = data.draw(st.sampled_from(SHAPES))
    try:
        node = data.draw(expressions(shape, 4))
    except ZeroDivisionError:
        assume(False)
        return
    assert_reads_back(node)
