"""The steps say where a definition is read as a known function."""

from __future__ import annotations

import json

import pytest

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
