"""A derivation printed in the language says the same when it is read: every check in it holds."""

from __future__ import annotations

import json
import math
import re
from fractions import Fraction
from random import Random

import pytest

from gradcli.derive.derive import derive
from gradcli.derive.value import Resolver
from gradcli.evaluate import FLOAT, Array, defined_functions, evaluate
from gradcli.expr.node import Node
from gradcli.expr.replace import replace
from gradcli.program.model import Program
from gradcli.render.report import derive_json, derive_mc
from tests.render.programs import program

SIZES = {"m": 2, "n": 3, "k": 4, "h": 5}

PROGRAMS = {
    "neuron": "u = W@x; y = g(u)",
    "neuron, denominator": "W : R[m, n]; x : R[n]\nu = W@x; y = g(u)\nlayout denominator\njacobian y wrt x",
    "two layers": """
        W1 : R[h, n]; W2 : R[m, h]; b1 : R[h]; b2 : R[m]; x : R[n]; t : R[m]
        u1 = W1@x + b1; a1 = tanh(u1); u2 = W2@a1 + b2; p = softmax(u2)
        l = -t.T@log(p) + x.T@x/2
        grad l wrt W1, b1, W2, b2, x
        jacobian p wrt x, b1
        layout denominator
        jacobian p wrt x
    """,
    "quotient": "A : R[n, n]; x : R[n]\ns = x.T@A@x / (x.T@x)",
    "least squares": "X : R[m, n]; w : R[n]; y : R[m]; c : R\nr = X@w - y; l = r.T@r/(2*m) + c*norm(w)**2",
    "loss of two": "W : R[m, n]; x : R[n]\nu = W@x; y = tanh(u)\nloss f(y)\ngrad f wrt W, x, u",
    "matrix": "A, B : R[n, n]\nY = tr(A@inv(B)) + logdet(B)",
    "defined function": "x : R[n]; a : R\nsp(t) = log(1 + exp(t))\ny = a*sp(x)",
    "entry": "x : R[n]\ny = x*x[2]\njacobian y wrt x",
    "Hessians": "A : R[n, n]; x, z : R[n]\ns = x.T@A@x + exp(x.T@z)\nhessian s wrt x, z",
    "system": "x, y : R\nu = [x**2*y, sin(x)*y, x/y]\njacobian u wrt [x, y]",
    "long": "x : R[n]; W : R[n, n]\n"
    + "u0 = W@x\n"
    + "\n".join(f"u{i} = W@(tanh(u{i - 1}) + u{i - 1}*x)" for i in range(1, 6)),
}


def values_of(given: Program) -> dict[Node, Array]:
    """A random positive value for every free name."""
    random = Random(11)
    values = {}
    for variable in given.variables.values():
        shape = tuple(SIZES.get(str(dim), 1) if isinstance(dim, str) else dim for dim in variable.node.shape)
        values[variable.node] = Array(shape, [Fraction(random.randint(5, 30), 30) for _ in range(math.prod(shape))])
    return values


def numbers(given: Program, node: Node) -> list[float]:
    """The entries of an expression over a program's names."""
    table: dict[Node, Node] = {}
    resolver = Resolver(given)
    for name, definition in given.definitions.items():
        table[given.nodes[name]] = replace([resolver.value(definition)], table)[0]
    values = values_of(given)
    bodies = {
        name: (function.param, function.body)
        for name, function in given.functions.items()
        if function.param is not None and function.body is not None
    }
    hooks = defined_functions(bodies, values, SIZES, FLOAT)
    flat = evaluate([replace([node], table)[0]], values, SIZES, FLOAT, functions=hooks)[0].flat
    return [float(entry) for entry in flat]


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_the_printed_program_holds(text: str) -> None:
    found = derive(program(text))
    assert not [d for d in found.diagnostics if d.is_error] and found.answers
    written = derive_mc(found.program, found.answers)
    if "einsum" in written:  # tensors are stated in index notation
        written = "\n".join(line for line in written.splitlines() if "einsum" not in line)
    back = program(written)
    ours = {node: value for node, value in back.definitions.items() if node in found.program.definitions}
    assert ours == found.program.definitions  # beside them stand the names of parts of answers
    resolver = Resolver(back)
    assert back.checks
    for check in back.checks:
        left, right = check.sides
        assert left is not None and right is not None
        a, b = resolver.value(left), resolver.value(right)
        assert a.shape == b.shape, written
        assert numbers(back, a) == pytest.approx(numbers(back, b), rel=1e-8, abs=1e-10), written


@pytest.mark.parametrize("text", PROGRAMS.values(), ids=PROGRAMS)
def test_a_result_in_json_reads_with_its_own_where(text: str) -> None:
    given = program(text)
    found = derive(given)
    for result in json.loads(derive_json(found.program, found.answers))["results"]:
        if "einsum" in json.dumps(result):
            continue
        lines = [f"{step['name']} = {step['mc']}" for step in result["where"]]
        questions = re.compile(r"^\s*(grad|jacobian|hessian|layout|loss) .*$", re.MULTILINE)
        seed = re.search(r"grad\(f, (\w+)\)", json.dumps(result))
        loss = f"loss f({seed[1]})" if seed else ""
        back = program("\n".join([questions.sub("", text), loss, *lines, f"out_ = {result['mc']}"]))
        assert list(back.definitions)[-1] == "out_"
        assert list(back.definitions["out_"].shape) == result["shape"]
