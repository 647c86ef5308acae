"""`--ascii` prints nothing but ASCII, and answers may still be typed."""

from __future__ import annotations

import json
import re

import pytest

from tests.cli.run import run
from tests.golden.cases import cases

PROGRAMS = {
    "a loss": "W : R[m, n]\nz = W@x + b\nL = -sum(y*log(softmax(z))) + λ/2*norm(W)^2\ngrad L wrt W, x, b",
    "by entries": "x, y : R\nu = [x^2*y, 3*x + y, exp(x)]\nderivative u wrt [x, y]",
    "Greek": "μ, τ : R\nΣ : R[n, n] spd\nf = logdet(Σ) + τ*μ.T@μ*(x.T@inv(Σ)@x)\ngrad f wrt Σ, x, μ",
    "Chinese": "权重 : R[m, n]\n输入 : R[n]\n输出 = 权重@输入\njacobian 输出 wrt 输入",
    "rank 3": "W : R[m, n]\ny = W@x\nlayout denominator\njacobian y wrt W\nz = kron(W, W)",
    "products": "f = x.T@A@x\nhessian f wrt x\nhvp f wrt x\ndifferential f",
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("options", [(), ("--steps", "rules"), ("--steps", "components"), ("--format", "json")])
def test_answers_are_ascii(name: str, options: tuple[str, ...]) -> None:
    result = run("derive", "-", "--ascii", *options, stdin=PROGRAMS[name])
    assert result.status == 0
    assert result.out.isascii() and result.err.isascii()
    if "json" in options:
        assert json.loads(result.out) == json.loads(run("derive", "-", *options, stdin=PROGRAMS[name]).out)


@pytest.mark.parametrize("form", ["mc", "latex", "typst", "html"])
def test_every_format_is(form: str) -> None:
    assert run("derive", "-", "--ascii", "--format", form, stdin=PROGRAMS["Greek"]).out.isascii()


def _statements(text: str) -> str:
    """What a person would type of an answer in text: shapes and titles left out, answers as checks."""
    kept: list[str] = []
    for line in text.partition("\nNotes")[0].splitlines():
        bare = re.sub(r" {3,}(?:inferred.*|scalar.*|\w+(?: x \w+)+(?: \w+)*)$", "", line)
        if re.match(r"  (?:grad|hess|jac)\(", bare):
            kept.append(f"check {bare.strip().replace(' = ', ' == ', 1)}")
        elif bare.startswith("   ") and kept:
            kept[-1] += f"\n{bare}"
        elif re.match(r"\w+(?:\(\w+\))? [=:]|layout|  \w+ = ", bare):
            kept.append(bare.strip())
    return "\n".join(kept)


@pytest.mark.parametrize("name", ["a loss", "by entries", "Greek", "Chinese", *list(cases())[:60:3]])
def test_answers_may_be_typed(name: str) -> None:
    program = PROGRAMS.get(name) or cases()[name][0]
    if "layout" in program or "implicit" in program or ", L, U =" in program:
        return
    typed = _statements(run("derive", "-", "--ascii", stdin=program).out)
    if not re.search("^check", typed, re.MULTILINE):
        return
    result = run("check", "-", "--ascii", stdin=typed)
    assert result.status == 0, (typed, result.out, result.err)
    assert result.out.isascii()


def test_the_other_commands() -> None:
    wrong = "λ : R\nx : R[n]\ncheck grad(λ*norm(x)^2, x) == λ x"
    for call in (["check", "-"], ["shapes", "-"], ["convert", "-", "--to", "denominator"]):
        result = run(*call, "--ascii", stdin=wrong)
        assert result.out and result.out.isascii() and result.err.isascii(), call
    for call in (["rules"], ["explain", "E301"], ["explain"]):
        result = run(*call, "--ascii")
        assert result.out and result.out.isascii() and result.status == 0
