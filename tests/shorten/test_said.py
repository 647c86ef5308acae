"""The steps say where a definition is read as a known function."""

from __future__ import annotations

import json

import pytest

from gradcli.expr.node import own_program
from tests.cli.run import run

CASES = {
    "x : R[n]\ny = 1/(1 + exp(-x))\nL = sum(y**2)\ngrad L wrt x": ["y = 1 ⊘ (1 + exp(−x))", "y = sigmoid(x)"],
    "z : R[n]\np = exp(z)/sum(exp(z))\nL = sum(p**2)\nM = norm(p)\ngrad L wrt z\ngrad M wrt z": [
        "p = exp(z) / sum(exp(z))",
        "p = softmax(z)",
    ],
}


@pytest.mark.parametrize("program", CASES)
@pytest.mark.parametrize("steps", ["rules", "components"])
def test_a_known_function_is_said_before_the_steps(program: str, steps: str) -> None:
    written, known = CASES[program]
    results = json.loads(run("derive", "-", "--steps", steps, "--format", "json", stdin=program).out)["results"]
    for result in results:
        said = [step["text"] for step in result["steps"]]
        assert said.index(written) == said.index(known) - 1
    text = run("derive", "-", "--steps", steps, "--ascii", stdin=program).out
    assert text.count("known function") == 1  # the answers share it


def test_it_is_not_said_of_what_the_answer_does_not_rest_on() -> None:
    program = "x : R[n]\ny = 1/(1 + exp(-x))\nL = sum(x**2)\nM = sum(y)\ngrad L wrt x"
    assert "known function" not in run("derive", "-", "--steps", "rules", stdin=program).out


STEPS = {
    "K : R[n, n] spd\ny : R[n]\na, s : R positive\nC = a*K + s*I\nalpha = inv(C) @ y\n"
    "L = -y.T @ alpha / 2 - logdet(C) / 2\ngrad L wrt a, s": [
        ("C⁻ᵀ y yᵀ C⁻ᵀ / 2 − C⁻ᵀ / 2", "the steps put together"),
        ("(alpha alphaᵀ − C⁻¹) / 2", "alpha = C⁻¹ y"),
    ],
    "x, g : R[n]\nm = mean(x)\ns = sqrt(mean((x - m)**2))\ny = (x - m) / s\nL = g.T @ y\ngrad L wrt x": [
        ("−L / s", "L = gᵀ y"),
        ("−sum(g) / s", "the steps put together"),
        ("(g − mean(g) − L y / n) / s", "L = gᵀ y, y = (x − m) / s"),
    ],
    "X : R[N, d]; W : R[d, c]; Y : R[N, c] onehot\nS = X @ W\nP = softmax(S, axis=1)\nL = -sum(Y * log(P)) / N\n"
    "grad L wrt W": [("(P − Y) / N", "simplified"), ("Xᵀ (P − Y) / N", "the steps put together")],
    "x : R[n]\ny = softmax(x)\njacobian y wrt x": [("diag(y) − y yᵀ", "y = softmax(x)")],
}


@pytest.mark.parametrize("program", STEPS)
def test_the_lines_of_a_name_end_with_what_the_answer_rests_on(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")
    with own_program():  # the order in which products are written is that of one program
        results = json.loads(run("derive", "-", "--steps", "rules", "--format", "json", stdin=program).out)["results"]
    lines = [line["text"] for result in results for line in result["steps"]]
    with own_program():
        text = run("derive", "-", "--steps", "rules", stdin=program).out
    for right, reason in STEPS[program]:
        assert any(line.endswith(f"= {right}") for line in lines)
        assert any(
            line.split("= ")[1:] and f"= {right}  " in line and line.endswith(f"  {reason}")
            for line in text.splitlines()
        )
