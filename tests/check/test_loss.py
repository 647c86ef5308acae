"""What f is a function of: the last definition, or what a `loss` line says; never a quiet zero."""

from __future__ import annotations

import pytest

from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source
from tests.cli.run import run

HELPERS = [
    (
        "x : R[n]\ny = tanh(x)\nt = tanh(x)\n",
        "grad(f, x) == grad(f, y) * (1 - t**2)",
        "loss f(y)",
        "f is a function of t",
    ),
    (
        "X : R[N, C]\nb : R[C]\nY = X + ones(N) @ b.T\ns = sigmoid(X)\n",
        "grad(f, b) == 7 * sum(grad(f, Y), axis=0)",
        "loss f(Y)",
        "f is a function of s",
    ),
    ("W : R[m, n]\nx : R[n]\nu = W @ x\ny = g(u)\nh = sum(x)\n", "grad(f, W) == grad(f, u) @ x.T", "loss f(y)", "of h"),
    ("x, z : R[n]\ny = tanh(x)\ns = sin(z)\n", "grad(f, x) == grad(f, y) * (1 - y**2)", "loss f(y)", "of s"),
    ("x : R[n]\ny = tanh(x)\nr = reshape(ones(4), 2, 2)\n", "hess(f, x) == x @ x.T", "loss f(y)", "of r"),
    ("x : R[2]\ny = tanh(x)\nr = sum(ones(4))\n", "jac(f, x[2]) == x[1]", "loss f(y)", "of r"),
    ("A : R[n, n]\nk(t) = t**2\ny = k(A)\nr = norm(ones(4))\n", "grad(f, A) == A", "loss f(y)", "of r"),
]


@pytest.mark.parametrize(("program", "claim", "line", "said"), HELPERS)
def test_a_derivative_by_what_f_does_not_depend_on_is_an_error_with_the_line_to_write(
    program: str, claim: str, line: str, said: str
) -> None:
    found = check_source(Source("t.mc", f"{program}check {claim}\n"))
    assert [verdict.kind for verdict in found.verdicts] == ["error"]
    (first, *_) = found.errors
    assert first.code == "E407" and said in first.message and f"`{line}`" in str(first.hint)
    mended = check_source(Source("t.mc", f"{program}{line}\ncheck {claim}\n"))
    assert not mended.errors and mended.verdicts[0].kind != "error"


def test_it_is_an_error_of_that_statement_alone() -> None:
    text = "x : R[n]\ny = tanh(x)\nz : R[n]\ncheck grad(f, z) == z\ncheck grad(f, x) == grad(f, y) * (1 - y**2)\n"
    assert [v.kind for v in check_source(Source("t.mc", text)).verdicts] == ["error", "proved"]


@pytest.mark.parametrize("side", ["grad(f, z) == 0", "0 == grad(f, z)"])
def test_a_literal_zero_may_be_claimed(side: str) -> None:
    found = check_source(Source("t.mc", f"x, z : R[n]\ny = tanh(x)\ncheck {side}\n"))
    assert [v.kind for v in found.verdicts] == ["proved"] and not found.errors


def test_dependence_is_decided_by_the_definitions_as_written() -> None:
    found = check_source(Source("t.mc", "x : R[n]\ny = x - x\ncheck grad(f, x) == zeros(n)\n"))
    assert [v.kind for v in found.verdicts] == ["proved"] and not found.errors


def test_a_question_by_what_f_does_not_depend_on_is_an_error() -> None:
    found = run("derive", "-e", "x, z : R[n]; y = tanh(x); grad f wrt z")
    assert found.status == 2 and "E407" in found.err


@pytest.mark.parametrize("last", ["s = sum(x)", "s = exp(x)", "s = 2 * y"])
def test_the_default_question_is_of_the_loss_that_is_stated(last: str) -> None:
    program = f"x : R[n]; y = tanh(x); loss f(y); {last}"
    said = run("derive", "--format", "mc", "-e", program).out
    assert "grad(f, y) * (1 - y**2)" in said and "grad(s" not in said and "jac(s" not in said
    code = run("emit", "--target", "numpy", "-e", program).out
    assert "def gradient_x(x, *, grad_y" in code and "Gradient of f by x" in code
