"""What does not change when all is moved does not change in code either: nothing overflows, no digits are lost."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from tests.emit.helpers import functions, module_text

ROWS = "X, U : R[N, d]; "
STACKS = "X, U : R[B, T, d]; "
IMAGES = "X, U : R[B, c, p, q]; "
SIZES = {"N": 6, "d": 4, "B": 2, "T": 3, "c": 3, "p": 4, "q": 5, "k": 2, "m": 3}

SOFT = {
    "softmax by entries": ROWS + "P[i, j] = exp(X[i, j]) / sum[k](exp(X[i, k])); L = sum(U * P)",
    "softmax of named exponentials": ROWS + "E = exp(X); P = E / sum(E, axis=1); L = sum(U * P)",
    "softmax by a diagonal matrix": ROWS + "E = exp(X); s = E @ ones(d); P = diag(s)^-1 @ E; L = sum(U * P)",
    "softmax of a list": "X, U : R[N]; p = exp(X) / sum(exp(X)); L = sum(U * p)",
    "softmax of stacks": STACKS + "P[b, t, j] = exp(X[b, t, j]) / sum[k](exp(X[b, t, k])); L = sum(U * P)",
    "softmax over two axes": STACKS + "E = exp(X); L = sum(U * E / sum(E, axis=(1, 2), keepdims=True))",
    "cross entropy": ROWS + "E = exp(X); P = E / sum(E, axis=1); L = -sum(U * U * log(P))",
    "log of a quotient of means": ROWS + "E = exp(X); L = sum(log(mean(E, axis=1)) - log(sum(U**2 * E, axis=1)))",
    "scaling": "X : R[N, N]; K = exp(-X); "
    "u = 1 / (K @ ones(N)); v = 1 / (K.T @ u); L = sum(diag(u) @ K @ diag(v) * X**0)",
}
POINTS = {
    "distances": "X : R[N, k]; D[i, j] = sum[a]((X[i, a] - X[j, a])**2); L = sum(exp(-D))",
    "distances of columns": "X : R[k, N]; D[i, j] = sum[a]((X[a, i] - X[a, j])**2); L = sum(sqrt(1 + D))",
    "clusters": "X : R[N, k]; C : R[m, k]; D[i, j] = sum[a]((X[i, a] - C[j, a])**2); L = -sum(logsumexp(-D, axis=1))",
    "distances by products": "X : R[N, k]; G = X @ X.T; q = diag(G); D = q @ ones(N).T + ones(N) @ q.T - 2*G; "
    "L = sum(exp(-D / 2))",
    "norm of rows": ROWS + "L = sum(U * (X - mean(X, axis=1)) / sqrt(var(X, axis=1) + 1e-5))",
    "norm of stacks": STACKS + "m[b, t] = sum[j](X[b, t, j]) / d; v[b, t] = sum[j]((X[b, t, j] - m[b, t])**2) / d; "
    "L = sum[b, t, j](U[b, t, j] * (X[b, t, j] - m[b, t]) / sqrt(v[b, t] + 1e-5))",
    "norm of images": IMAGES
    + "mu = mean(X, axis=(0, 2, 3), keepdims=True); v = var(X, axis=(0, 2, 3), keepdims=True); "
    "L = sum(U * (X - mu) / sqrt(v + 1e-5))",
    "covariance": "X : R[N, k]; A = X - mean(X, axis=0, keepdims=True); L = logdet(A.T @ A / N + I)",
}


def _at(text: str, moved: float) -> tuple[np.ndarray, ...]:
    from gradcli.program.elaborate import elaborate
    from gradcli.syntax.ast import Source
    from gradcli.syntax.parse import parse_module

    module, diagnostics = parse_module(Source("program", text))
    random = np.random.default_rng(3)
    inputs = {}
    for name, variable in elaborate([module], diagnostics).variables.items():
        array = np.round(random.normal(size=[SIZES[str(dim)] for dim in variable.declared]), 3)
        inputs[name] = array + moved if name in ("X", "C") else array
    asked = [name for name in inputs if name != "U"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = functions(f"{text}\ngrad L wrt {', '.join(asked)}\n", "L")["value_and_derivatives"](**inputs)
    return tuple(map(np.asarray, found))


@pytest.mark.parametrize("name", SOFT)
def test_exponentials_do_not_overflow(name: str) -> None:
    for far, near in zip(_at(SOFT[name], 1024.0), _at(SOFT[name], 0.0), strict=True):
        np.testing.assert_allclose(far, near, rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("name", POINTS)
def test_squares_of_large_numbers_do_not_cancel(name: str) -> None:
    for far, near in zip(_at(POINTS[name], 2.0**24), _at(POINTS[name], 0.0), strict=True):
        np.testing.assert_allclose(far, near, rtol=1e-5, atol=1e-6)


def test_what_does_depend_on_where_its_points_are_is_not_moved() -> None:
    text = "X : R[N, k]; D[i, j] = sum[a]((X[i, a] - X[j, a])**2); L = sum(exp(-D)) + sum(X[1, :]**2)\ngrad L wrt X\n"
    assert "mean" not in module_text(text, "L") and ".sum(axis=0) / N" not in module_text(text, "L")
    X = np.random.default_rng(0).normal(size=(4, 2)) + 3
    found = functions(text, "L")
    value, slope = found["value_and_derivatives"](X=X)
    D = ((X[:, None] - X) ** 2).sum(axis=2)
    np.testing.assert_allclose(value, np.exp(-D).sum() + (X[0] ** 2).sum())
    step = np.random.default_rng(1).normal(size=X.shape)
    rise = (found["value"](X=X + 1e-6 * step) - found["value"](X=X - 1e-6 * step)) / 2e-6
    np.testing.assert_allclose((slope * step).sum(), rise, rtol=1e-7)


def test_exponentials_that_are_asked_for_themselves_are_what_they_are() -> None:
    text = "X : R[N, d]; E = exp(X); L = sum(E) + sum(E[:, 1] / sum(E, axis=1))\ngrad L wrt X\n"
    X = np.random.default_rng(0).normal(size=(3, 4))
    E = np.exp(X)
    value, _ = functions(text, "L")["value_and_derivatives"](X=X)
    np.testing.assert_allclose(value, E.sum() + (E[:, 0] / E.sum(axis=1)).sum())


@pytest.mark.parametrize("form", ["sigmoid(X @ w)", "1 / (1 + exp(-(X @ w)))"])
def test_cross_entropy_of_probabilities_that_round_to_one(form: str) -> None:
    text = f"X : R[N, d]; w : R[d]; y : R[N]; p = {form}; L = -sum(y * log(p) + (1 - y) * log(1 - p))\ngrad L wrt w\n"
    X, w, y = np.array([[100.0, 1.0], [-90.0, 2.0], [0.5, 1.0]]), np.array([1.0, 0.5]), np.array([0.0, 1.0, 1.0])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, slope = functions(text, "L")["value_and_derivatives"](X=X, w=w, y=y)
    z = X @ w
    np.testing.assert_allclose(value, (np.logaddexp(0, z) - y * z).sum(), rtol=1e-12)
    np.testing.assert_allclose(slope, X.T @ (1 / (1 + np.exp(-z)) - y), rtol=1e-12)


@pytest.mark.parametrize("form", ["softmax(X, axis=1)", "exp(X) / sum(exp(X), axis=1)"])
def test_an_entry_of_softmax_that_rounds_to_zero(form: str) -> None:
    text = f"X : R[N, C]; y : {{1..C}}[N]; P = {form}; l[i] = -log(P[i, y[i]]); L = sum(l)\ngrad L wrt X\n"
    X, y = np.array([[0.0, -2000.0, 1.0], [3.0, 1.0, 2.0]]), np.array([2, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value, slope = functions(text, "L")["value_and_derivatives"](X=X, y=y)
    P = np.exp(X - X.max(axis=1, keepdims=True))
    total = P.sum(axis=1, keepdims=True)
    logs = X - X.max(axis=1, keepdims=True) - np.log(total)
    np.testing.assert_allclose(value, -logs[[0, 1], y - 1].sum())
    np.testing.assert_allclose(slope, P / total - np.eye(3)[y - 1], atol=1e-12)
