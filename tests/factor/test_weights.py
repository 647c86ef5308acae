"""Several questions across one equation: each weight that solves an adjoint equation has a name of its own."""

from __future__ import annotations

import pytest

from gradcli.derive.derive import derive
from gradcli.program.elaborate import elaborate
from gradcli.render.derive_mc import derive_mc
from gradcli.render.derive_text import derive_text
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.check import check_source

SCALAR = """
a : R
y : R
implicit y : y**3 + y == a
L = y**2
M = exp(y)
grad L wrt a
grad M wrt a
derivative y wrt a
hessian L wrt a
hvp M wrt a
"""
CHAINED = """
A, B : R[n, n]
b : R[n]
x, y : R[n]
implicit x : x + x**3 == A @ b
implicit y : B @ y + y**3 == x
L = sum(y)
M = norm(y)**2
grad L wrt b
grad M wrt b, A, B
hvp M wrt b
differential L
"""


@pytest.mark.parametrize("text", [SCALAR, CHAINED])
def test_answers_of_several_scalars_hold_together(text: str) -> None:
    program = elaborate([parse_module(Source("weights", text))[0]])
    stated = derive_mc(program, derive(program).answers)
    checked = check_source(Source("stated", stated))
    assert not checked.errors
    assert {verdict.kind for verdict in checked.verdicts} <= {"proved", "equal"}, stated


def test_steps_speak_of_the_weight_of_their_answer() -> None:
    program = elaborate([parse_module(Source("weights", SCALAR))[0]])
    found = derive(program, steps="rules")
    text = derive_text(program, found.answers, worked=found.worked)
    assert "∇_a M = (∇_y M) ∂y/∂a   chain rule" in text
    assert "= lambda_y_2      implicit" in text
