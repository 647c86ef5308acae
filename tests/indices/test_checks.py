"""A check with index names that nothing binds is meant for all of them."""

from __future__ import annotations

import pytest

from tests.cli.run import run

HEAD = "W : R[m, n]\nx : R[n]\ny = W @ x\nz = g(y)\n"

TRUE = [
    "y[i] == sum[k](W[i, k] * x[k])",
    "grad(f, W)[i, j] == sum[k](grad(f, y)[k] * jac(y, W)[k, i, j]) == grad(f, y)[i] * x[j]",
    "grad(f, W)[i, j] == grad(f, z)[i] * g'(y[i]) * x[j]",
    "jac(y, W)[i, j, k] == eye(m)[i, j] * x[k]",
    "jac(y, W)[1, 1, k] == x[k]",
    "grad(f, x)[j] == sum[i](grad(f, y)[i] * W[i, j])",
    "sum[i](y[i]**2) == y.T @ y",
    "jac(y, W[1, 2]) == x[2] * unit(m, 1)",
    "jac(vec(y), vec(W)) == kron(x.T, eye(m))",
    'einsum("ij,j->i", W, x) == y',
    "grad(f, W[2, 1]) == grad(f, y)[2] * x[1]",
]
FALSE = [
    "grad(f, W)[i, j] == grad(f, y)[j] * x[i]",
    "y[i] == sum[k](W[i, k] * x[k]**2)",
    "jac(y, W)[i, j, k] == x[k]",
]


@pytest.mark.parametrize("statement", TRUE)
def test_a_true_statement_about_entries_is_proved(statement: str) -> None:
    result = run("check", "-", stdin=f"{HEAD}check {statement}\n")
    assert result.status == 0 and "proved" in result.out, result.out + result.err


@pytest.mark.parametrize("statement", FALSE)
def test_a_false_one_is_refuted(statement: str) -> None:
    assert run("check", "-", stdin=f"{HEAD}refute {statement}\n").status == 0
    assert run("check", "-", stdin=f"{HEAD}check {statement}\n").status == 1
