"""Steps in every format: they say the same, and leave what stood there before as it was."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from gradcli.derive.derive import derive
from tests.cli.run import run
from tests.worked.cases import read
from tests.worked.recorded import NOTES, WAYS

NEURON = "W : R[m, n]; x : R[n]\nu = W @ x; y = g(u)\ngrad f wrt x, W\n"
KEYS = {"of", "wrt", "kind", "layout", "shape", "mc", "latex", "text", "where", "rules", "notes"}


@pytest.mark.parametrize("way", WAYS)
def test_json_has_a_list_of_steps_and_is_else_the_same(way: str) -> None:
    plain = json.loads(run("derive", "-", "--format", "json", stdin=NEURON).out)
    worked = json.loads(run("derive", "-", "--format", "json", "--steps", way, stdin=NEURON).out)
    for before, after in zip(plain["results"], worked["results"], strict=True):
        steps = after.pop("steps")
        assert before == after
        assert set(after) == KEYS
        assert steps
        for step in steps:
            assert set(step) == {"of", "before", "rule", "after", "reason", "text", "latex"}
            assert step["text"] == f"{step['of']} = {step['after']}" or step["rule"] == "let"
        assert steps[-1]["after"] == after["text"]


@pytest.mark.parametrize("way", WAYS)
def test_each_step_goes_on_from_the_one_before(way: str) -> None:
    results = json.loads(run("derive", "-", "--format", "json", "--steps", way, stdin=NEURON).out)["results"]
    for result in results:
        for before, after in zip(result["steps"], result["steps"][1:], strict=False):
            assert after["before"] in (after["of"], before["after"])


def test_the_jacobian_in_the_general_rule_is_named() -> None:
    out = run("derive", "-", "--steps", "rules", stdin=NEURON).out
    assert "(∂u/∂x)ᵀ ∇_u f" in out
    assert "so ∂u/∂x = W" in out
    assert "so ∂y/∂u = diag(g'(u))" in out
    assert "so ∂u_i/∂W_jk = δ_ij x_k" in out


def test_the_seven_scalar_rules_are_named() -> None:
    program = "x : R\np = 9*(x + x**2)\nq = log(x**2)\nr = x**2*x\nd = x**2 - 3*x\n"
    questions = "".join(f"derivative {name} wrt x\n" for name in "pqrd")
    out = run("derive", "-", "--steps", "rules", stdin=program + questions).out
    for rule in ("constant multiple", "power", "sum", "difference", "product", "chain"):
        assert f"{rule} rule" in out
    for line in ("= 9 (1 + 2 x)", "18 x", "= 2 / x", "= x² ∂x/∂x + ∂(x²)/∂x x", "= 3 x²"):
        assert line in out
    constant = run("derive", "-e", "c = 99; x : R; f = c + x; derivative f wrt x", "--steps", "rules").out
    assert "constant rule" in constant


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_a_program_with_steps_parses_again_and_asks_the_same(path: Path, way: str) -> None:
    plain = run("derive", str(path), "--format", "mc")
    worked = run("derive", str(path), "--format", "mc", "--steps", way)
    code = [line for line in worked.out.splitlines() if not line.startswith("#")]
    assert code == [line for line in plain.out.splitlines() if not line.startswith("#")]
    again = derive(read(worked.out))
    assert not [said for said in again.diagnostics if said.is_error]
    assert len(again.answers) == len(derive(read(plain.out)).answers)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_latex_is_balanced(path: Path, way: str) -> None:
    out = run("derive", str(path), "--format", "latex", "--steps", way).out
    without = re.sub(r"\\[{}]", "", out)
    assert without.count("{") == without.count("}")
    assert out.count(r"\begin{align*}") == out.count(r"\end{align*}")
    assert out.count(r"\left") == out.count(r"\right")
    assert not re.search(r"[⊙∇Σδ∂ᵀ²⁻]", out)


def test_colours_add_nothing_but_colours() -> None:
    plain = run("derive", "-", "--steps", "components", stdin=NEURON).out
    coloured = run("derive", "-", "--steps", "components", "--color", "always", stdin=NEURON).out
    assert "\x1b[" in coloured
    assert re.sub(r"\x1b\[\d*m", "", coloured) == plain


def chain(length: int) -> str:
    """A network of so many layers, and the gradients by its input and all weights."""
    lines = ["x : R[n]"]
    for k in range(length):
        lines += [f"W{k} : R[n, n]", f"y{k} = tanh(W{k} @ {f'y{k - 1}' if k else 'x'})"]
    weights = ", ".join(f"W{k}" for k in range(length))
    return "\n".join([*lines, f"grad f wrt x, {weights}"]) + "\n"


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("way", WAYS)
def test_steps_grow_with_the_program_and_not_with_its_paths(way: str, form: str) -> None:
    sizes = []
    for length in (40, 80):
        result = run("derive", "-", "--steps", way, "--format", form, stdin=chain(length))
        assert result.status == 0
        counted = json.loads(result.out)["results"] if form == "json" else []
        sizes.append(sum(len(each["steps"]) for each in counted) or result.out.count("\n"))
    assert sizes[1] < 2.2 * sizes[0]
