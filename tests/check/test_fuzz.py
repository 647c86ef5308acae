"""Programs changed at random are answered: no fault, no exception, in bounded time."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from benchmarks.fuzz import corpus, mutants, outcome
from gradcli.diagnostics import limits
from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source

COUNT = 60


@pytest.mark.parametrize("seed", [11, 12])
def test_changed_programs_are_answered(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(limits, "_seconds", 1.0)
    texts = [text for text in corpus() if len(text) < 1500]
    for text in islice(mutants(texts, Random(seed)), COUNT // 2):
        what, took = outcome(text)
        assert what == "ok", text
        assert took < 15 * (text.count("check") + text.count("refute") + 2), text  # on a busy machine


def test_a_definition_whose_size_is_unknown_is_no_size_where_a_check_indexes_it() -> None:
    first = "out[i, j] = sum[p, q](X[i + p - 1, j + q - 1] * K[p, q])\nloss L(out)\ndout = grad(L, out)\n"
    assert outcome(first + "check grad(L, K)[p, q] == sum[i, j](dout[i, j] * X[i + p - 1, j + q - 1])")[0] == "ok"


@pytest.mark.parametrize(
    "text",
    [
        "a, b : R[3*H]\ny = sigmoid(a.T[1:H] + b[1:H])",
        "a : R[1, 5]\nb : R[3]\ny = a[1:3] @ b\ncheck grad(y, a) == concat(b.T, zeros(1, 2), axis=1)",
        "A : R[B, T, C]\nm = mean(A, axis=2, keepdims=True) r",
        "X : R[n, n]\nimplicit P, L, U : P @ X == L",
        "x : R[n]\nnorm = 1/2 * (x.T @ x)\ncheck grad(f, x) == 2*x",
        "c : R\nS = c * Q @ K.T\nlse = logsumexp(S, axis=1)\nP = exp(S - lse[: None])\nO = P @ V\nloss L(O)\n"
        "check grad(L, K) == dS.T @ Q",
        "X : R[N, V]\nt : {1..V}[N]\ncheck X[b, v] == X[:, v] - (t[b] == v)",
        "x : R[1]\ncheck x[s] == sum[u](x[u] * ((u == s) - x[s]) * e[u])",
    ],
)
def test_what_changed_programs_found_is_answered(text: str) -> None:
    assert outcome(text)[0] == "ok"


def test_a_slice_of_a_row_is_a_row() -> None:
    text = "r : R[1, 5]; x : R[3]; check r[1:3] == r[:, 1:3]; check (r[1:3] @ x)**2 == (x.T @ r[1:3].T)**2"
    assert [v.kind for v in check_source(Source("t.mc", text)).verdicts] == ["proved", "proved"]


def test_a_function_of_a_definition_at_fault_has_no_derivative_that_is_zero() -> None:
    text = (
        "A : R[n, n]\nx : R[n]\ny[i] = det(x[i]*A)\nz = y + x\nloss L(z)\ng = grad(L, x)\n"
        "check grad(L, x) == 0\ncheck grad(L, z) == 0\ncheck g == 0\ncheck jac(g, x) == 0"
    )
    checked = check_source(Source("t.mc", text))
    assert [v.kind for v in checked.verdicts] == ["error"] * 4
    assert [diagnostic.code for diagnostic in checked.diagnostics] == ["E402"]
