"""Code for programs with broadcasting, parts, labels and stacks of matrices computes what JAX computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.cli.run import run

jax.config.update("jax_enable_x64", True)

Shapes = dict[str, tuple[int, ...]]
Case = tuple[str, str, Callable[..., Any], Shapes]
_LABELS = 5


def _lstm(W: Any, x: Any) -> Any:
    z = W @ x
    gate = jax.nn.sigmoid
    c = gate(z[:3]) * jnp.tanh(z[6:9]) + gate(z[3:6])
    return (gate(z[9:]) * jnp.tanh(c)).sum()


def _fused(X: Any) -> Any:
    q, k, v = X[..., :2], X[..., 2:4], X[..., 4:]
    return ((jax.nn.softmax(q @ k.swapaxes(1, 2), axis=-1) @ v) ** 2).sum()


def _normed(X: Any, g: Any, axes: Any) -> Any:
    mean, var = X.mean(axes, keepdims=True), X.var(axes, keepdims=True)
    return (((X - mean) / jnp.sqrt(var + 1e-5) * g) ** 3).sum()


CASES: dict[str, Case] = {
    "finite differences": (
        "x : R[n]; d = x[2:n] - x[1:n-1]; f = sum(d**2)", "x",
        lambda x: ((x[1:] - x[:-1]) ** 2).sum(), {"x": (6,)},
    ),
    "zeros and ones about": (
        "x : R[n]; y = concat(0, x[2:n]**2, 1); f = sum(y**3)", "x",
        lambda x: (jnp.concatenate([jnp.zeros(1), x[1:] ** 2, jnp.ones(1)]) ** 3).sum(), {"x": (6,)},
    ),
    "a KKT matrix": (
        "Q : R[n, n]; A : R[m, n]; K = [[Q, A.T], [A, 0]]; f = sum(tanh(K) @ K)", "A",
        lambda Q, A: (lambda K: (jnp.tanh(K) @ K).sum())(jnp.block([[Q, A.T], [A, jnp.zeros((2, 2))]])),
        {"Q": (3, 3), "A": (2, 3)},
    ),
    "LSTM gates of one matrix": (
        "W : R[4*h, n]; x : R[n]; Z = W @ x; i = sigmoid(Z[1:h]); o = sigmoid(Z[h+1:2*h]); "
        "g = tanh(Z[2*h+1:3*h]); q = sigmoid(Z[3*h+1:4*h]); c = i * g + o; f = sum(q * tanh(c))", "W",
        _lstm, {"W": (12, 5), "x": (5,)},
    ),
    "an embedding": (
        "E : R[C, d]; y : {1..C}[N]; X = E[y, :]; f = sum(X**2)", "E",
        lambda E, y: (E[y - 1] ** 2).sum(), {"E": (_LABELS, 3), "y": (7,)},
    ),
    "an embedding of sequences": (
        "E : R[C, d]; y : {1..C}[B, T]; X = E[y, :]; f = sum(X**2)", "E",
        lambda E, y: (E[y - 1] ** 2).sum(), {"E": (_LABELS, 3), "y": (2, 4)},
    ),
    "picked from a vector": (
        "w : R[C]; y : {1..C}[N]; k : {1..C}; f = sum(w[y]**2) * w[k]", "w",
        lambda w, y, k: (w[y - 1] ** 2).sum() * w[k - 1], {"w": (_LABELS,), "y": (7,), "k": ()},
    ),
    "cross entropy": (
        "P : R[N, C]; y : {1..C}[N]; f = -sum(onehot(y) * logsoftmax(P, axis=1)) / N", "P",
        lambda P, y: -jax.nn.log_softmax(P, axis=1)[jnp.arange(7), y - 1].mean(), {"P": (7, _LABELS), "y": (7,)},
    ),
    "attention of one array": (
        "X : R[B, T, 3*d]; Q = X[:, :, 1:d]; K = X[:, :, d+1:2*d]; V = X[:, :, 2*d+1:3*d]; "
        "S = softmax(Q @ K.mT, axis=-1); O = S @ V; f = sum(O**2)", "X", _fused, {"X": (2, 4, 6)},
    ),
    "columns and rows": (
        "X : R[N, d]; z = X[:, 2] * X[:, d]; w = X[3, :]; f = sum(z**2) + sum(w**3)", "X",
        lambda X: ((X[:, 1] * X[:, -1]) ** 2).sum() + (X[2] ** 3).sum(), {"X": (4, 5)},
    ),
    "a stack": (
        "x, y : R[n]; S = stack(x, y, x*y); f = sum(S @ S.T)", "x",
        lambda x, y: (lambda S: (S @ S.T).sum())(jnp.stack([x, y, x * y])), {"x": (4,), "y": (4,)},
    ),
    "blocks on the diagonal": (
        "X : R[m, n]; Y = block_diag(X, 2*X); f = sum(tanh(Y) * Y**2)", "X",
        lambda X: (lambda Y: (jnp.tanh(Y) * Y**2).sum())(jax.scipy.linalg.block_diag(X, 2 * X)), {"X": (2, 3)},
    ),
    "layer norm of rows": (
        "X : R[N, d]; g : R[d]; mu = mean(X, axis=1); v = var(X, axis=1); "
        "f = sum(((X - mu) / sqrt(v + 1e-5) * g.T)**3)", "X",
        lambda X, g: _normed(X, g, 1), {"X": (4, 5), "g": (5,)},
    ),
    "layer norm of rank 3": (
        "X : R[B, T, d]; g : R[d]; mu = mean(X, axis=-1, keepdims=True); Z = X - mu; "
        "v = mean(Z**2, axis=-1, keepdims=True); f = sum((Z / sqrt(v + 1e-5) * g[None, None, :])**3)", "g",
        lambda X, g: _normed(X, g, -1), {"X": (2, 4, 5), "g": (5,)},
    ),
    "batch norm of images": (
        "X : R[B, C, H, W]; g : R[C]; mu = mean(X, axis=(0, 2, 3), keepdims=True); "
        "v = mean((X - mu)**2, axis=(0, 2, 3), keepdims=True); "
        "Y = (X - mu) / sqrt(v + 1e-5) * g[None, :, None, None]; f = sum(Y**3)", "X",
        lambda X, g: _normed(X, g[None, :, None, None], (0, 2, 3)), {"X": (2, 3, 2, 4), "g": (3,)},
    ),
    "a product with a shared matrix": (
        "X : R[B, T, d]; W : R[d, k]; b : R[k]; f = sum(tanh(X @ W + b[None, None, :])**2)", "W",
        lambda X, W, b: (jnp.tanh(X @ W + b) ** 2).sum(), {"X": (2, 4, 5), "W": (5, 3), "b": (3,)},
    ),
    "a convolution": (
        "w : R[K]; x : R[n]; y[i] = sum[k](w[k] * x[i + k - 1]); f = sum(y**3)", "x",
        lambda w, x: (jnp.convolve(x, w[::-1], mode="valid") ** 3).sum(), {"w": (3,), "x": (7,)},
    ),
    "a convolution, by its kernel": (
        "w : R[K]; x : R[n]; y[i] = sum[k](w[k] * x[i + k - 1]); f = sum(y**3)", "w",
        lambda w, x: (jnp.convolve(x, w[::-1], mode="valid") ** 3).sum(), {"w": (3,), "x": (7,)},
    ),
    "a convolution of images": (
        "X : R[m, n]; K : R[p, q]; Y[i, j] = sum[k, l](K[k, l] * X[i + k - 1, j + l - 1]); f = sum(Y**3)", "X",
        lambda X, K: (jax.scipy.signal.correlate2d(X, K, mode="valid") ** 3).sum(), {"X": (5, 6), "K": (2, 3)},
    ),
    "a convolution of images, by its kernel": (
        "X : R[m, n]; K : R[p, q]; Y[i, j] = sum[k, l](K[k, l] * X[i + k - 1, j + l - 1]); f = sum(Y**3)", "K",
        lambda X, K: (jax.scipy.signal.correlate2d(X, K, mode="valid") ** 3).sum(), {"X": (5, 6), "K": (2, 3)},
    ),
    "a convolution in steps, turned round": (
        "w : R[K]; x : R[n]; y : R[3]; y[i] = sum[k](w[k] * x[2*i + k - 2]) * x[n - i + 1]; f = sum(y**3)", "x",
        lambda w, x: (jnp.stack([w @ x[s : s + 3] for s in (0, 2, 4)]) ** 3 * x[::-1][:3] ** 3).sum(),
        {"w": (3,), "x": (8,)},
    ),
    "running sums and products of rank 3": (
        "T : R[B, t, d]; Y = cumsum(T, axis=1) * flip(T, axis=2) + cumprod(T, axis=-1) + roll(T, 2, axis=0); "
        "f = sum(Y**2)", "T",
        lambda T: ((jnp.cumsum(T, 1) * T[:, :, ::-1] + jnp.cumprod(T, 2) + jnp.roll(T, 2, 0)) ** 2).sum(),
        {"T": (3, 2, 4)},
    ),
    "indices compared": (
        "S : R[n, n]; f = sum[i, j]((j <= i) * S[i, j]**2) + sum[i, j](where(i == j + 1, S[i, j]**3, S[i, j]))", "S",
        lambda S: (jnp.tril(S) ** 2).sum() + (jnp.diag(S, -1) ** 3 - jnp.diag(S, -1)).sum() + S.sum(), {"S": (4, 4)},
    ),
    "reductions over indices": (
        "X : R[m, n]; z[i] = mean[j](X[i, j]**2) * prod[j](X[i, j]) + max[j](X[i, j]); f = sum(z**2)", "X",
        lambda X: (((X**2).mean(1) * X.prod(1) + X.max(1)) ** 2).sum(), {"X": (3, 4)},
    ),
    "a variance along two axes": (
        "X : R[B, C, H, W]; f = sum(var(X, axis=(2, 3))**2) + sum(std(X, axis=(0, 1), ddof=1))", "X",
        lambda X: (X.var((2, 3)) ** 2).sum() + X.std((0, 1), ddof=1).sum(), {"X": (2, 3, 2, 4)},
    ),
    "stacks of matrices": (
        "A : R[B, n, n]; b : R[B, n, p]; S = A @ A.mT + 3 * eye(n)[None, :, :]; L = chol(S); "
        "f = sum(logdet(S)) + sum(solve(S, b)**2) + sum(tr(A @ S)) + sum(det(inv(S))) + sum(tril(L, -1) * A)", "A",
        lambda A, b: (lambda S: jnp.linalg.slogdet(S)[1].sum() + (jnp.linalg.solve(S, b) ** 2).sum()
        + jnp.trace(A @ S, axis1=-2, axis2=-1).sum() + jnp.linalg.det(jnp.linalg.inv(S)).sum()
        + (jnp.tril(jnp.linalg.cholesky(S), -1) * A).sum())(A @ A.mT + 3 * jnp.eye(3)),
        {"A": (2, 3, 3), "b": (2, 3, 2)},
    ),
    "norms along an axis of rank 3": (
        "T : R[a, b, c]; f = sum(norm(T, axis=2)**3) + sum(norm(T, 1, axis=1)**2)", "T",
        lambda T: (jnp.linalg.norm(T, axis=2) ** 3).sum() + (jnp.abs(T).sum(1) ** 2).sum(), {"T": (2, 3, 4)},
    ),
    "labels at indices": (
        "Z : R[N, C]; y : {1..C}[N]; f = sum[i](Z[i, y[i]]**2)", "Z",
        lambda Z, y: (Z[jnp.arange(7), y - 1] ** 2).sum(), {"Z": (7, _LABELS), "y": (7,)},
    ),
    "reductions": (
        "X : R[m, n]; a = max(X, axis=1); S = logsumexp(X, axis=0); f = sum(a**2) + sum(S * S) + logsumexp(X)", "X",
        lambda X: (X.max(1) ** 2).sum()
        + (jax.scipy.special.logsumexp(X, axis=0) ** 2).sum()
        + jax.scipy.special.logsumexp(X), {"X": (3, 4)},
    ),
}  # fmt: skip


def _values(shapes: Shapes) -> dict[str, Any]:
    rng = np.random.default_rng(0)
    labels = ("y", "k")
    return {
        name: rng.integers(1, _LABELS + 1, size=shape)
        if name in labels and name != "x" and len(shape) < 3 and not (name == "y" and "x" in shapes)
        else rng.normal(size=shape)
        for name, shape in shapes.items()
    }


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("name", CASES)
def test_code_computes_what_jax_computes(name: str, target: str) -> None:
    text, wrt, reference, shapes = CASES[name]
    values = _values(shapes)
    at = {key: jnp.asarray(value) for key, value in values.items()}
    value = reference(**at)
    gradient = jax.grad(lambda one: reference(**{**at, wrt: one}))(at[wrt])
    result = run("emit", "-e", text, "--target", target, "--of", "f", "--wrt", wrt, "--kind", "gradient")
    assert result.status == 0, result.err
    if target == "torch":
        pytest.importorskip("torch")
    module: dict[str, Any] = {}
    exec(compile(result.out, "<emitted>", "exec"), module)
    as_array = {"numpy": np.asarray, "jax": jnp.asarray}.get(target) or pytest.importorskip("torch").as_tensor
    args = {key: as_array(value) for key, value in values.items()}
    assert np.allclose(np.asarray(module["value"](**args)), value, rtol=1e-9, atol=1e-9)
    assert np.allclose(np.asarray(module[f"gradient_{wrt}"](**args)), gradient, rtol=1e-9, atol=1e-9)
