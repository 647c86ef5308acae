"""What `derive` prints: complete, each step once, and in the language again where that is promised."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

import pytest

from gradcli.derive.model import Answer, Step
from gradcli.diagnostics.diagnostic import warning
from gradcli.expr.arith import add, mul, zeros
from gradcli.expr.linear import eye
from gradcli.expr.node import Node
from gradcli.expr.reduce import elementwise, unit_entry
from gradcli.expr.replace import replace
from gradcli.program.model import Program
from gradcli.render.mc import mc
from gradcli.render.report import derive_dict, derive_json, derive_latex, derive_mc, derive_text
from tests.render.programs import chain, cotangent, layers, neuron, program

NEURON_TEXT = """\
W : R[m, n]   inferred
x : R[n]      inferred
g : R -> R    inferred, applied to every entry
u = W x       m × 1
y = g(u)      m × 1

Jacobian, numerator layout
  ∂y/∂x = diag(g'(u)) W        m × n

Gradient, for any scalar function f of y
  ∇_W f = (∇_y f ⊙ g'(u)) xᵀ   m × n
  ∇_x f = Wᵀ (∇_y f ⊙ g'(u))   n × 1

Notes
  A note.
"""

NEURON_MC = """\
W : R[m, n]
x : R[n]
g : R -> R
u = W @ x
y = g(u)
loss f(y)
layout numerator
jacobian y wrt x
grad f wrt W, x
check jac(y, x) == diag(g'(u)) @ W
check grad(f, W) == (grad(f, y) * g'(u)) @ x.T
check grad(f, x) == W.T @ (grad(f, y) * g'(u))
"""

LAYERS_TEXT = """\
W : R[m, n]
V : R[k, m]
x : R[n]
u = W x         m × 1
v = V tanh(u)   k × 1
y = tanh(v)     k × 1

Gradient, for any scalar function f of y
  ∇_W f = (∇_u f) xᵀ                       m × n   by product
  ∇_V f = (∇_v f) tanh(u)ᵀ                 k × m   by product
  ∇_x f = Wᵀ ∇_u f                         n × 1   by product

Jacobian, numerator layout
  ∂y/∂x = (∂y/∂v) V diag(1 − tanh(u)²) W   k × n   by product

where
  ∇_v f = ∇_y f ⊙ (1 − y²)                 k × 1   by tanh
  ∇_u f = (Vᵀ ∇_v f) ⊙ (1 − tanh(u)²)      m × 1   by product, tanh
  ∂y/∂v = diag(1 − y²)                     k × k   by tanh
"""


def test_text_says_what_is_inferred_the_layout_and_the_answers() -> None:
    assert derive_text(*neuron()) == NEURON_TEXT


def test_text_has_shared_steps_once_and_the_rules_where_asked() -> None:
    assert derive_text(*layers(), rules=True) == LAYERS_TEXT


def test_colour_changes_nothing_but_colour() -> None:
    painted = derive_text(*layers(), color=True)
    assert "\x1b[" in painted
    assert re.sub(r"\x1b\[\d*m", "", painted) == derive_text(*layers())


def test_mc_is_a_program_with_the_answers_as_checks() -> None:
    assert derive_mc(*neuron()) == NEURON_MC


@pytest.mark.parametrize("case", [neuron, layers])
def test_mc_reads_back_to_the_same_program(case: Callable[[], tuple[Program, tuple[Answer, ...]]]) -> None:
    given, answers = case()
    back = program(derive_mc(given, answers))
    assert back.definitions == given.definitions
    assert back.nodes == given.nodes
    assert [(question.kind, question.of_name) for question in back.questions] == list(
        dict.fromkeys((answer.kind, answer.of) for answer in answers)
    )
    written = [line.split(" == ")[1] for line in derive_mc(given, answers).splitlines() if line[:5] == "check"]
    for check, line in zip(back.checks, written, strict=True):
        side = check.sides[1]
        assert side is not None and re.sub(r", layout=\w+", "", mc(side)) == line


def test_mc_keeps_declarations_attributes_functions_and_layouts() -> None:
    text = """\
S : R[n, n] symmetric constant
k : Z
r : R[1, n]
g : R -> R
h : R[n] -> R[m]
sp(t) = log(1 + exp(t))
x : R[n]
M : R[n, n] spd
M = x @ x.T + S
y = g(k) * sp(M @ x) + r.T
z = h(y)
"""
    given = program(text)
    answer = Answer("z", "x", "jacobian", "denominator", ("n", "m"), given.nodes["S"], (), (), ())
    other = Answer("z", "r", "jacobian", "mixed", ("m", "n"), given.nodes["S"], (), (), ())
    back = derive_mc(given, [answer, other])
    lines = back.splitlines()
    for line in text.splitlines():
        assert line in lines
    assert lines.index("layout denominator") < lines.index("jacobian z wrt x") < lines.index("layout mixed")
    assert "check jac(z, x, layout=denominator) == S" in lines
    assert "check jac(z, r) == S" in lines
    assert program(back).definitions == given.definitions


def test_an_array_of_one_one_is_written_as_the_gradient_of_an_entry() -> None:
    given = program("x : R[n]; s = x[2]")
    answer = Answer("s", "x", "gradient", "numerator", ("n",), unit_entry(("n",), (2,)), (), (), ())
    written = derive_mc(given, [answer])
    assert "\ncheck grad(s, x) == grad(x[2], x)\n" in written
    assert program(written).checks
    assert "∇_x s = e_2" in derive_text(given, [answer])


def test_a_unit_array_of_any_size_has_a_form() -> None:
    given = program("x : R[n]; s = x[2]")
    answer = Answer("s", "x", "gradient", "numerator", ("k",), unit_entry(("k",), (2,)), (), (), ())
    written = derive_mc(given, [answer])
    assert "\ncheck grad(s, x) == unit(k, 2)\n" in written
    program(written)


def test_mixed_second_derivatives() -> None:
    given = program("x, z : R[n]; s = x.T @ z")
    eye_ = eye("n")
    answers = [
        Answer("s", wrt, "hessian", "numerator", ("n", "n"), value, (), (), ())
        for wrt, value in (("x", zeros(("n", "n"))), ("x, z", eye_), ("z", zeros(("n", "n"))))
    ]
    written = derive_mc(given, answers)
    assert "\nhessian s wrt x, z\n" in written and "\ncheck hess(s, x, z) == eye(n)\n" in written
    assert "∂²s/∂x∂z = I" in derive_text(given, answers)
    assert r"\frac{\partial^{2} s}{\partial x \, \partial z} &= I" in derive_latex(given, answers)


def test_json_has_the_promised_fields() -> None:
    given, answers = layers()
    found = json.loads(derive_json(given, answers, [warning("W601", "So it is.", hint="Mend it.")]))
    assert list(found) == ["version", "file", "layout", "shapes", "results", "diagnostics"]
    assert found["version"] == 1 and found["file"] == "layers.mc" and found["layout"] == "numerator"
    assert found["shapes"]["W"] == {"shape": ["m", "n"], "attributes": [], "inferred": False}
    assert found["shapes"]["u"] == {"shape": ["m"], "attributes": [], "inferred": True}
    assert found["diagnostics"][0]["code"] == "W601" and found["diagnostics"][0]["line"] is None
    keys = ["of", "wrt", "kind", "layout", "shape", "mc", "latex", "text", "where", "rules", "notes"]
    assert [list(result) for result in found["results"]] == [keys] * 4
    by_weight, by_hidden, by_input, jacobian = found["results"]
    assert by_weight["mc"] == "grad_u @ x.T" and by_weight["shape"] == ["m", "n"]
    assert by_weight["where"] == [
        {"name": "grad_v", "mc": "grad(f, y) * (1 - y**2)"},
        {"name": "grad_u", "mc": "(V.T @ grad_v) * (1 - tanh(u) ** 2)"},
    ]
    assert [step["name"] for step in by_hidden["where"]] == ["grad_v"]
    assert by_input["text"] == "Wᵀ ∇_u f" and by_input["latex"] == r"W^{\top} \nabla_{u} f"
    assert jacobian["mc"].startswith("jac_y_v @ V")
    assert jacobian["where"] == [{"name": "jac_y_v", "mc": "diag(1 - y**2)"}]


def test_names_of_steps_avoid_the_names_of_the_program() -> None:
    given, answers = layers()
    nodes = {**given.nodes, "grad_u": given.nodes["u"], "grad_v": given.nodes["v"], "grad_v_2": given.nodes["v"]}
    taken = Program(*(nodes if field == "nodes" else getattr(given, field) for field in Program.__slots__))
    result = derive_dict(taken, answers)["results"][0]
    assert [step["name"] for step in result["where"]] == ["grad_v_3", "grad_u_2"]
    assert result["mc"] == "grad_u_2 @ x.T"


def test_every_result_stands_on_its_own_until_that_is_too_much() -> None:
    few = derive_dict(*chain(20))["results"]
    assert [len(result["where"]) for result in few] == list(range(20))
    assert not any(result["notes"] for result in few)
    many = derive_dict(*chain(400))["results"]
    assert [len(result["where"]) for result in many] == [0] + [1] * 399
    assert all("first result" in result["notes"][-1] for result in many)


def test_reports_of_long_chains_are_linear() -> None:
    short, long = (sum(len(write(*chain(n))) for write in (derive_text, derive_mc, derive_latex)) for n in (50, 500))
    assert long < 12 * short


def test_latex_is_balanced_and_titled() -> None:
    written = derive_latex(*layers())
    assert written.count("{") == written.count("}")
    assert written.count(r"\begin{align*}") == written.count(r"\end{align*}") == 4
    assert r"\nabla_{V} f &= (\nabla_{v} f) \tanh(u)^{\top} && \in \mathbb{R}^{k \times m}" in written
    assert "Gradient, for any scalar function $f$ of $y$:" in written


# ------------------------------------------------ expressions too large to write


def _doubling(start: Node, times: int) -> Node:
    node = start
    for _ in range(times):
        node = add(mul(node, elementwise("sin", 0, node)), elementwise("cos", 0, node))
    return node


def _nested(start: Node, times: int) -> Node:
    node = start
    for _ in range(times):
        node = elementwise("sin", 0, node)
    return node


@pytest.mark.parametrize("grow", [_doubling, _nested])
def test_shared_or_deep_parts_get_names_and_read_back(grow: Callable[[Node, int], Node]) -> None:
    given = program("x : R[n]\ny = x + 1\nt1 : R; z = t1*y\n")
    value = grow(given.nodes["x"], 300)
    answers = [Answer("z", wrt, "jacobian", "numerator", ("n",), value, (), (), ()) for wrt in ("x", "t1")]
    written = derive_mc(given, answers)
    assert len(written) < 60_000
    back = program(written)
    names = [name for name in back.definitions if name not in given.definitions]
    assert "t1" not in names and names
    for write in (derive_text, derive_latex, derive_json):
        assert len(write(given, answers)) < 200_000
    table: dict[Node, Node] = {}  # put back together it is the same expression
    for name in names:
        table[back.nodes[name]] = replace([back.definitions[name]], table)[0]
    side = back.checks[0].sides[1]
    assert side is not None and replace([side], table)[0] is value


def test_a_step_that_holds_its_own_name_is_no_endless_loop() -> None:
    given, _ = neuron()
    y = given.nodes["y"]
    name = cotangent("f", y)
    answer = Answer("f", "x", "gradient", "numerator", ("m",), name, (Step(name, add(name, y), ()),), (), ())
    assert "∇_y f = ∇_y f + y" in derive_text(given, [answer])
