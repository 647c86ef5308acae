"""Programs and their answers for the tests of the reports, answers written by hand."""

from __future__ import annotations

from gradcli.derive.model import Answer, Step
from gradcli.expr.arith import mul, num, power, sub
from gradcli.expr.linear import diag, matmul, transpose
from gradcli.expr.node import Node, make
from gradcli.expr.reduce import elementwise
from gradcli.program.elaborate import elaborate
from gradcli.program.model import Program
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module

NEURON = "u = W@x; y = g(u)\n"
LAYERS = """
W : R[m, n]
V : R[k, m]
x : R[n]
u = W @ x
v = V @ tanh(u)
y = tanh(v)
loss f(y)
"""


def program(text: str, name: str = "test.mc") -> Program:
    """The program that a text writes; it must be free of errors."""
    module, faults = parse_module(Source(name, text))
    found = elaborate([module], faults)
    errors = [diagnostic for diagnostic in found.diagnostics if diagnostic.is_error]
    assert not errors, errors
    return found


def cotangent(of: str, by: Node) -> Node:
    """∂of/∂by."""
    assert isinstance(by.data, tuple)
    return make("cotangent", data=(of, by.data[0]), shape=by.shape)


def neuron() -> tuple[Program, tuple[Answer, ...]]:
    """y = g(W x): the Jacobian by x and the gradients of any f of y."""
    given = program(NEURON, "neuron.mc")
    W, x, u, y = (given.nodes[name] for name in "Wxuy")
    slope = elementwise("g", 1, u)
    seed = mul(cotangent("f", y), slope)
    rules = ("elementwise", "product")
    return given, (
        Answer("y", "x", "jacobian", "numerator", ("m", "n"), matmul(diag(slope), W), (), rules, ()),
        Answer("f", "W", "gradient", "numerator", W.shape, matmul(seed, transpose(x)), (), rules, ()),
        Answer("f", "x", "gradient", "numerator", x.shape, matmul(transpose(W), seed), (), rules, ("A note.",)),
    )


def layers() -> tuple[Program, tuple[Answer, ...]]:
    """y = tanh(V tanh(W x)): two steps, which the gradients share, and a step of a Jacobian."""
    given = program(LAYERS, "layers.mc")
    W, V, x, u, v, y = (given.nodes[name] for name in "WVxuvy")
    one, two = num(1), num(2)
    by_v, by_u = cotangent("f", v), cotangent("f", u)
    step_v = Step(by_v, mul(cotangent("f", y), sub(one, power(y, two))), ("tanh",))
    slope = sub(one, power(elementwise("tanh", 0, u), two))
    step_u = Step(by_u, mul(matmul(transpose(V), by_v), slope), ("product", "tanh"))
    by_v_part = make("jac", (y, v), data="numerator", shape=("k", "k"))
    step_j = Step(by_v_part, diag(sub(one, power(y, two))), ("tanh",))
    where = (step_v, step_u)
    jacobian = matmul(by_v_part, V, diag(slope), W)
    hidden = matmul(by_v, transpose(elementwise("tanh", 0, u)))
    return given, (
        Answer("f", "W", "gradient", "numerator", W.shape, matmul(by_u, transpose(x)), where, ("product",), ()),
        Answer("f", "V", "gradient", "numerator", V.shape, hidden, where, ("product",), ()),
        Answer("f", "x", "gradient", "numerator", x.shape, matmul(transpose(W), by_u), where, ("product",), ()),
        Answer("y", "x", "jacobian", "numerator", ("k", "n"), jacobian, (step_j,), ("product",), ()),
    )


def chain(length: int) -> tuple[Program, tuple[Answer, ...]]:
    """tanh(W tanh(W ... x)): as many steps as definitions, every one needed by the gradient by x."""
    lines = ["u0 = W0 @ x"] + [f"u{i} = W{i} @ tanh(u{i - 1})" for i in range(1, length)]
    given = program("x : R[n]\n" + "".join(f"W{i} : R[n, n]\n" for i in range(length)) + "\n".join(lines))
    steps: list[Step] = []
    answers: list[tuple[str, Node]] = []
    for i in reversed(range(length - 1)):
        u = given.nodes[f"u{i}"]
        after = cotangent("f", given.nodes[f"u{i + 1}"])
        slope = sub(num(1), power(elementwise("tanh", 0, u), num(2)))
        weights = given.nodes[f"W{i + 1}"]
        steps.append(Step(cotangent("f", u), mul(matmul(transpose(weights), after), slope), ("product",)))
        answers.append((f"W{i + 1}", matmul(after, transpose(elementwise("tanh", 0, u)))))
    first = cotangent("f", given.nodes["u0"])
    answers.append(("W0", matmul(first, transpose(given.nodes["x"]))))
    where = tuple(steps)
    return given, tuple(
        Answer("f", wrt, "gradient", "numerator", value.shape, value, where, ("product",), ()) for wrt, value in answers
    )
