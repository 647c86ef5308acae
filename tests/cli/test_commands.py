"""`shapes`, `rules`, `explain` and `emit`."""

from __future__ import annotations

import ast
import json

import pytest

from gradcli.diagnostics.registry import all_codes
from gradcli.rules.load import all_rules
from tests.cli.run import run

PROGRAM = """
S : R[n, n] spd
k : Z
h : R[n] -> R[m]
g(t) = t**2
u = S @ x
y = h(p(u))
r = g(α * u)
loss f(y, r)
"""


def test_shapes_tells_what_was_declared_and_what_was_inferred() -> None:
    result = run("shapes", "-e", PROGRAM)
    rows = {line.split()[0]: " ".join(line.split()) for line in result.out.splitlines()}
    assert result.status == 0
    assert rows["S"] == "S n x n free declared spd symmetric"
    assert rows["x"] == "x n x 1 free inferred"
    assert rows["α"] == "α scalar free inferred"
    assert rows["k"].startswith("k scalar free, integer declared")
    assert rows["u"] == "u n x 1 definition computed"
    assert rows["h"] == "h n x 1 -> m x 1 function declared"
    assert rows["p"] == "p scalar -> scalar function inferred"
    assert rows["g"] == "g scalar -> scalar definition computed"
    assert rows["f"] == "f scalar any function of y, r declared"


def test_shapes_as_json() -> None:
    said = json.loads(run("shapes", "-e", PROGRAM, "--format", "json").out)
    assert said["shapes"]["x"] == {"shape": ["n"], "attributes": [], "inferred": True, "free": True, "discrete": False}
    assert said["shapes"]["y"]["shape"] == ["m"]
    assert said["functions"]["p"] == {"domain": [], "codomain": [], "inferred": True}


def test_shapes_of_a_wrong_program_shows_what_is_known() -> None:
    result = run("shapes", "-e", "x : R[n]\ny = x @ x\nz = 2 * x\n")
    assert result.status == 2 and "E301" in result.err
    assert "z" in result.out


def test_every_rule_is_printed_and_each_by_its_name() -> None:
    everything = run("rules").out
    for name, rule in all_rules().items():
        assert rule.text in everything
        assert run("rules", name).out == rule.text + "\n"


def test_a_rule_is_found_by_what_it_is_about() -> None:
    assert "rule trace: y = tr(A)" in run("rules", "tr").out


def test_the_product_rule_reads_as_in_a_book() -> None:
    assert run("rules", "product").out == "rule product: Y = A @ B\n  grad A = grad Y @ B.T\n  grad B = A.T @ grad Y\n"


@pytest.mark.parametrize(("command", "word", "meant"), [("rules", "prodct", "product"), ("explain", "E3011", "E301")])
def test_a_misspelled_name_is_answered_with_the_nearest(command: str, word: str, meant: str) -> None:
    result = run(command, word)
    assert result.status == 2 and f"did you mean {meant}" in result.err


@pytest.mark.parametrize("code", all_codes())
def test_every_code_is_explained(code: str) -> None:
    result = run("explain", code.lower())
    assert result.status == 0 and result.out.startswith(f"{code}: ")


def test_explain_lists_the_codes() -> None:
    lines = run("explain").out.splitlines()
    assert [line.split()[0] for line in lines] == list(all_codes())


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_emit_prints_a_module(target: str) -> None:
    program = "W : R[m, n]\nx : R[n]\ny = W @ x\n"
    result = run("emit", "-e", program, "--target", target, "--kind", "gradient")
    assert (result.status, result.err) == (0, "")
    defined = {node.name for node in ast.parse(result.out).body if isinstance(node, ast.FunctionDef)}
    assert {"value", "gradient_W", "gradient_x"} <= defined


def test_emit_prints_what_the_file_asks() -> None:
    program = "x : R[n]\nL = sum(exp(x))\nM = sum(x)\ngrad L wrt x\ngrad M wrt x\n"
    out = run("emit", "-e", program, "--target", "numpy").out
    assert '"""L and its derivatives."""' in out and "def gradient_x" in out


def test_emit_of_a_wrong_program_prints_no_code() -> None:
    result = run("emit", "-e", "y = W @ x\nz = y @ y\n", "--target", "numpy")
    assert result.status == 2 and result.out == "" and "E301" in result.err
