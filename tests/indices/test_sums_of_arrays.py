"""Sums of vectors and matrices over an index: `sum[i](X[i, :].T @ X[i, :])`."""

from __future__ import annotations

import pytest

import gradcli
from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source

LOGISTIC = "X : R[N, d]; w : R[d]; y : R[N]; p = sigmoid(X w); L = -sum(y * log(p) + (1 - y) * log(1 - p)); "


@pytest.mark.parametrize(
    ("claim", "holds"),
    [
        ("X : R[N, d]; check sum[i](X[i, :]' X[i, :]) == X' X", True),
        ("X : R[N, d]; check sum[i](X[i, :]' X[i, :]) == X X'", False),
        ("A : R[m, n]; x : R[n]; check sum[j](x[j] * A[:, j]) == A x", True),
        ("A : R[m, n]; r : R[m]; check sum[i](r[i] * A[i, :]) == r' A", True),
        ("A : R[m, n]; check sum[j](A[:, j]) == A 1_n", True),
        ("V : R[n, n]; l : R[n]; check sum[i](l[i] * V[:, i] V[:, i]') == V diag(l) V'", True),
        ("X : R[N, d]; check mean[i](X[i, :]) == mean(X, axis=0, keepdims=True)", True),
        ("X : R[N, d]; m : R[d]; check sum[i]((X[i, :]' - m) (X[i, :]' - m)') == (X - m')' (X - m')", True),
        ("X : R[N, d]; y : {1..K}[N]; check sum[i](X[i, :]' onehot(y)[i, :]) == X' onehot(y)", True),
        (LOGISTIC + "check grad(L, w) == sum[i]((p[i] - y[i]) * X[i, :]')", True),
        (LOGISTIC + "check hess(L, w) == sum[i](p[i] * (1 - p[i]) * (X[i, :]' X[i, :]))", True),
        (LOGISTIC + "check grad(L, w) == sum[i]((y[i] - p[i]) * X[i, :]')", False),
    ],
)
def test_claims_of_sums_of_arrays(claim: str, holds: bool) -> None:
    (*_, found) = check_source(Source("sums.mc", claim)).verdicts
    assert found.kind == ("proved" if holds else "refuted")


def test_the_definition_is_printed_as_the_product_that_it_is() -> None:
    assert "S = X.T @ X" in str(gradcli.parse("X : R[N, d]; S = sum[i](X[i, :]' X[i, :])"))


@pytest.mark.parametrize("text", ["x : R[n]; f = sum[i](x)", "X : R[N, d]; Y[k] = norm(sum[i](X[i, :] + X[k, :]))"])
def test_what_is_no_sum_of_parts_is_an_error(text: str) -> None:
    with pytest.raises(gradcli.ProgramError):
        gradcli.parse(text)
