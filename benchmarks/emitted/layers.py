"""Layers and problems of machine learning as programs, each with its value as a function of arrays.

`value(xp, ...)` is written once for NumPy and JAX; `by_hand` of `layer_forms` has the value and all gradients as one
writes them in NumPy.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any


@dataclass(frozen=True, slots=True)
class Layer:
    """`text` declares the inputs and defines L; `wrt` are the names that gradients are asked by.

    `sizes` are those of the benchmark; `problem` says that it is more than one layer.
    """

    name: str
    text: str
    wrt: tuple[str, ...]
    value: Callable[..., Array]
    sizes: Mapping[str, int]
    problem: bool = False

    @property
    def program(self) -> str:
        """The text with its question."""
        return f"{self.text}\ngrad L wrt {', '.join(self.wrt)}\n"

    def inputs(self, sizes: Mapping[str, int], seed: int = 0, mean: float = 0.0) -> dict[str, np.ndarray]:
        """An array for each declared name; those of `X` have the mean that is asked for."""
        from gradcli.program.elaborate import elaborate
        from gradcli.syntax.ast import Source
        from gradcli.syntax.parse import parse_module

        random = np.random.default_rng(seed)
        module, diagnostics = parse_module(Source(self.name, self.program))
        program = elaborate([module], diagnostics)
        assert not [said for said in program.diagnostics if said.is_error], program.diagnostics
        found = {}
        for name, variable in program.variables.items():
            shape = [_length(dim, sizes) for dim in variable.declared]
            if variable.labels is not None:
                found[name] = random.integers(1, _length(variable.labels, sizes) + 1, size=shape)
                continue
            array = random.normal(size=shape)
            if "spd" in variable.attributes:
                array = array @ array.T / len(array) + np.eye(len(array))
            if "symmetric" in variable.attributes:
                array = array + array.T
            if "positive" in variable.attributes:
                array = np.abs(array) + 0.5
            found[name] = array + mean if name == "X" else array
        return found


def _length(dim: int | str, sizes: Mapping[str, int]) -> int:
    out = 1
    for part in str(dim).split("*"):
        out *= int(part) if part.isdigit() else sizes[part]
    return out


def _normal(xp: Any, x: Array) -> Array:
    centred = x - x.mean(axis=-1, keepdims=True)
    return centred / xp.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-5)


def _softmax(xp: Any, z: Array) -> Array:
    e = xp.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def _lse(xp: Any, z: Array) -> Array:
    top = z.max(axis=1, keepdims=True)
    return xp.log(xp.exp(z - top).sum(axis=1)) + top[:, 0]


def _sigmoid(xp: Any, t: Array) -> Array:
    return 1 / (1 + xp.exp(-t))


def _gelu(xp: Any, t: Array) -> Array:
    return t / 2 * (1 + xp.tanh(np.sqrt(2 / np.pi) * (t + 0.044715 * t**3)))


def _logdet(xp: Any, a: Array) -> Array:
    return xp.linalg.slogdet(a)[1]


def _sinkhorn(xp: Any, C: Array, a: Array, b: Array) -> Array:
    K = xp.exp(-C)
    v = xp.ones(len(b))
    for _ in range(2):
        u = a / (K @ v)
        v = b / (K.T @ u)
    return (u[:, None] * K * v * C).sum()


def _moe(xp: Any, X: Array, G: Array, W: Array, V: Array, U: Array) -> Array:
    H = xp.maximum(xp.einsum("ti,qij->tqj", X, W), 0)
    return (U * xp.einsum("tq,tqj,qji->ti", _softmax(xp, X @ G), H, V)).sum()


def _batch_norm(xp: Any, X: Array, g: Array, b: Array, U: Array) -> Array:
    return (U * (_normal(xp, X.T).T * g + b)).sum()


def _distances(xp: Any, X: Array) -> Array:
    return ((X[:, None, :] - X[None, :, :]) ** 2).sum(axis=2)


def _gaussian(xp: Any, S: Array, R: Array) -> Array:
    return len(R) * _logdet(xp, S) + (R * xp.linalg.solve(S, R.T).T).sum()


def _kron(xp: Any, A: Array, B: Array, Y: Array) -> Array:
    K, y = xp.kron(A, B), Y.T.reshape(-1)
    return _logdet(xp, K) + y @ xp.linalg.solve(K, y)


def _rank_update(xp: Any, D: Array, U: Array, y: Array) -> Array:
    S = D + U @ U.T
    return _logdet(xp, S) + y @ xp.linalg.solve(S, y)


def _ridge(xp: Any, A: Array, b: Array) -> Array:
    S = A.T @ A + xp.eye(A.shape[1])
    w = xp.linalg.solve(S, A.T @ b)
    return w @ w + _logdet(xp, S)


def _soft_kmeans(xp: Any, X: Array, C: Array) -> Array:
    D = (X**2).sum(axis=1)[:, None] - 2 * X @ C.T + (C**2).sum(axis=1)
    return -_lse(xp, -D).sum()


def _recurrent(xp: Any, W: Array, R: Array, X: Array, h: Array) -> Array:
    for step in X[:3]:
        h = xp.tanh(W @ h + R @ step)
    return (h**2).sum()


def _norm_of_images(xp: Any, X: Array, U: Array, g: Array, b: Array) -> Array:
    centred = X - X.mean(axis=(0, 2, 3), keepdims=True)
    scaled = centred / xp.sqrt((centred**2).mean(axis=(0, 2, 3), keepdims=True) + 1e-5)
    return (U * (g[None, :, None, None] * scaled + b[None, :, None, None])).sum()


def _heads(xp: Any, Q: Array, K: Array, V: Array, U: Array) -> Array:
    Z = Q @ K.swapaxes(1, 2) / np.sqrt(Q.shape[2])
    E = xp.exp(Z - Z.max(axis=2, keepdims=True))
    return (U * (E / E.sum(axis=2, keepdims=True) @ V)).sum()


_ROWS = {"N": 512, "d": 256, "h": 256, "C": 64}
_BATCH = {"B": 8, "T": 64, "d": 128}
_X = "X : R[N, d]; U : R[N, d]"
_NORM3 = (
    "m[b, t] = sum[j](X[b, t, j]) / d; v[b, t] = sum[j]((X[b, t, j] - m[b, t])**2) / d; "
    "Y[b, t, j] = (X[b, t, j] - m[b, t]) / sqrt(v[b, t] + 1e-5)"
)


def _layer(name: str, text: str, wrt: str, value: Callable[..., Array], sizes: Mapping[str, int] = _ROWS) -> Layer:
    return Layer(name, text, tuple(wrt.split()), value, sizes)


def _problem(name: str, text: str, wrt: str, value: Callable[..., Array], sizes: Mapping[str, int]) -> Layer:
    return Layer(name, text, tuple(wrt.split()), value, sizes, problem=True)


LAYERS: tuple[Layer, ...] = (
    _layer(
        "rms_norm",
        f"{_X}; g : R[d]; r[i] = sqrt(sum[j](X[i, j]**2) / d + 1e-6); Y[i, j] = X[i, j] / r[i] * g[j]; L = sum(U * Y)",
        "X g",
        lambda xp, X, U, g: (U * (X / xp.sqrt((X**2).mean(axis=1, keepdims=True) + 1e-6) * g)).sum(),
    ),
    _layer(
        "layer_norm",
        f"{_X}; g, b : R[d]; m[i] = sum[j](X[i, j]) / d; v[i] = sum[j]((X[i, j] - m[i])**2) / d; "
        "Y[i, j] = (X[i, j] - m[i]) / sqrt(v[i] + 1e-5) * g[j] + b[j]; L = sum(U * Y)",
        "X g b",
        lambda xp, X, U, g, b: (U * (_normal(xp, X) * g + b)).sum(),
    ),
    _layer(
        "layer_norm_3",
        f"X : R[B, T, d]; U : R[B, T, d]; {_NORM3}; L = sum[b, t, j](U[b, t, j] * Y[b, t, j])",
        "X",
        lambda xp, X, U: (U * _normal(xp, X)).sum(),
        _BATCH,
    ),
    _layer(
        "group_norm",
        "X : R[B, G, c]; U : R[B, G, c]; m[b, q] = sum[j](X[b, q, j]) / c; "
        "v[b, q] = sum[j]((X[b, q, j] - m[b, q])**2) / c; "
        "Y[b, q, j] = (X[b, q, j] - m[b, q]) / sqrt(v[b, q] + 1e-5); L = sum[b, q, j](U[b, q, j] * Y[b, q, j])",
        "X U",
        lambda xp, X, U: (U * _normal(xp, X)).sum(),
        {"B": 16, "G": 8, "c": 512},
    ),
    _layer(
        "batch_norm",
        f"{_X}; g, b : R[d]; m[j] = sum[i](X[i, j]) / N; v[j] = sum[i]((X[i, j] - m[j])**2) / N; "
        "Y[i, j] = (X[i, j] - m[j]) / sqrt(v[j] + 1e-5) * g[j] + b[j]; L = sum(U * Y)",
        "X g b",
        lambda xp, X, U, g, b: _batch_norm(xp, X, g, b, U),
    ),
    _layer(
        "unit_rows",
        f"{_X}; Y[i, j] = X[i, j] / sqrt(sum[k](X[i, k]**2)); L = sum(U * Y)",
        "X",
        lambda xp, X, U: (U * (X / xp.sqrt((X**2).sum(axis=1, keepdims=True)))).sum(),
    ),
    _layer(
        "softmax_by_entries",
        f"{_X}; P[i, j] = exp(X[i, j]) / sum[k](exp(X[i, k])); L = sum(U * P)",
        "X",
        lambda xp, X, U: (U * _softmax(xp, X)).sum(),
    ),
    _layer(
        "softmax_rows",
        f"{_X}; P = softmax(X, axis=1); L = sum(U * P)",
        "X U",
        lambda xp, X, U: (U * _softmax(xp, X)).sum(),
    ),
    _layer(
        "linear",
        "X : R[N, d]; W : R[d, h]; b : R[h]; U : R[N, h]; Y = X @ W + ones(N) @ b.T; L = sum(U * Y)",
        "X W b",
        lambda xp, X, W, b, U: (U * (X @ W + b)).sum(),
    ),
    _layer(
        "relu_layer",
        "X : R[N, d]; W : R[d, h]; b : R[h]; U : R[N, h]; Y = relu(X @ W + ones(N) @ b.T); L = sum(U * Y)",
        "X W b",
        lambda xp, X, W, b, U: (U * xp.maximum(X @ W + b, 0)).sum(),
    ),
    _layer(
        "tanh_mlp",
        "X : R[N, d]; W : R[d, h]; V : R[h, C]; U : R[N, C]; H = tanh(X @ W); Y = H @ V; L = sum(U * Y)",
        "X W V",
        lambda xp, X, W, V, U: (U * (xp.tanh(X @ W) @ V)).sum(),
    ),
    _layer(
        "gelu_layer",
        "gel(t) = t/2 * (1 + tanh(sqrt(2/pi) * (t + 0.044715 * t**3))); X : R[N, d]; W : R[d, h]; U : R[N, h]; "
        "Y = gel(X @ W); L = sum(U * Y)",
        "X W",
        lambda xp, X, W, U: (U * _gelu(xp, X @ W)).sum(),
    ),
    _layer(
        "gated_linear",
        "X : R[N, d]; W, V : R[d, h]; U : R[N, h]; A = X @ W; S = sigmoid(X @ V); Y = A * S; L = sum(U * Y)",
        "X W V",
        lambda xp, X, W, V, U: (U * ((X @ W) * _sigmoid(xp, X @ V))).sum(),
    ),
    _layer(
        "swish_gate",
        "X : R[N, d]; W, V : R[d, h]; U : R[N, h]; A = X @ W; B = X @ V; Y = A * sigmoid(A) * B; L = sum(U * Y)",
        "X W V",
        lambda xp, X, W, V, U: (U * ((X @ W) * _sigmoid(xp, X @ W) * (X @ V))).sum(),
    ),
    _layer(
        "highway",
        f"{_X}; W, V : R[d, d]; S = sigmoid(X @ W); H = tanh(X @ V); Y = S * H + (1 - S) * X; L = sum(U * Y)",
        "X W V",
        lambda xp, X, U, W, V: (U * (_sigmoid(xp, X @ W) * xp.tanh(X @ V) + (1 - _sigmoid(xp, X @ W)) * X)).sum(),
    ),
    _layer(
        "residual",
        f"{_X}; W : R[d, h]; V : R[h, d]; Y = X + relu(X @ W) @ V; L = sum(U * Y)",
        "X W V",
        lambda xp, X, U, W, V: (U * (X + xp.maximum(X @ W, 0) @ V)).sum(),
    ),
    _layer(
        "attention",
        "Q, K, V, U : R[T, d]; A = softmax(Q @ K.T / sqrt(d), axis=1); O = A @ V; L = sum(U * O)",
        "Q K V",
        lambda xp, Q, K, V, U: (U * (_softmax(xp, Q @ K.T / np.sqrt(Q.shape[1])) @ V)).sum(),
        {"T": 256, "d": 64},
    ),
    _layer(
        "biased_attention",
        "Q, K, V, U : R[T, d]; M : R[T, T]; A = softmax(Q @ K.T / sqrt(d) + M, axis=1); O = A @ V; L = sum(U * O)",
        "Q K V M",
        lambda xp, Q, K, V, U, M: (U * (_softmax(xp, Q @ K.T / np.sqrt(Q.shape[1]) + M) @ V)).sum(),
        {"T": 256, "d": 64},
    ),
    _layer(
        "linear_attention",
        "Q, K, V, U : R[T, d]; O = Q @ (K.T @ V); L = sum(U * O)",
        "Q K V",
        lambda xp, Q, K, V, U: (U * (Q @ (K.T @ V))).sum(),
        {"T": 512, "d": 64},
    ),
    _layer(
        "mixture_of_experts",
        "X : R[T, d]; G : R[d, e]; W : R[e, d, h]; V : R[e, h, d]; U : R[T, d]; P = softmax(X @ G, axis=1); "
        "H[t, q, j] = relu(sum[i](X[t, i] * W[q, i, j])); "
        "Y[t, i] = sum[q, j](P[t, q] * H[t, q, j] * V[q, j, i]); L = sum(U * Y)",
        "X G W V",
        _moe,
        {"T": 128, "d": 64, "e": 4, "h": 128},
    ),
    _layer(
        "cross_entropy",
        "X : R[N, d]; W : R[d, C]; Y : R[N, C]; Z = X @ W; L = sum(logsumexp(Z, axis=1)) - sum(Y * Z)",
        "W X",
        lambda xp, X, W, Y: _lse(xp, X @ W).sum() - (Y * (X @ W)).sum(),
    ),
    _layer(
        "entropy_regularised",
        "Z, Y : R[N, C]; P = softmax(Z, axis=1); L = sum(logsumexp(Z, axis=1)) + sum(P * Y)",
        "Z",
        lambda xp, Z, Y: _lse(xp, Z).sum() + (_softmax(xp, Z) * Y).sum(),
        {"N": 512, "C": 256},
    ),
    _layer(
        "contrastive",
        "A, B : R[N, d]; Z = A @ B.T; L = sum(logsumexp(Z, axis=1)) - tr(Z)",
        "A B",
        lambda xp, A, B: _lse(xp, A @ B.T).sum() - xp.trace(A @ B.T),
        {"N": 256, "d": 64},
    ),
    _layer(
        "logistic",
        "X : R[N, d]; w : R[d]; y : R[N]; L = sum(softplus(-y * (X @ w)))",
        "w X",
        lambda xp, X, w, y: xp.logaddexp(0.0, -y * (X @ w)).sum(),
    ),
    _layer(
        "pseudo_huber",
        "X : R[N, d]; w : R[d]; y : R[N]; r = X @ w - y; L = sum(sqrt(1 + r**2))",
        "w X",
        lambda xp, X, w, y: xp.sqrt(1 + (X @ w - y) ** 2).sum(),
    ),
    _layer(
        "factorisation_machine",
        "X : R[N, d]; V : R[d, k]; w : R[d]; q = (X @ V)**2 @ ones(k) - X**2 @ (V**2 @ ones(k)); "
        "L = sum((X @ w + q / 2)**2)",
        "V w",
        lambda xp, X, V, w: ((X @ w + (((X @ V) ** 2).sum(axis=1) - (X**2 @ V**2).sum(axis=1)) / 2) ** 2).sum(),
        {"N": 512, "d": 128, "k": 16},
    ),
    _layer(
        "bilinear",
        "X : R[N, d]; Y : R[N, h]; W : R[d, h]; s = diag(X @ W @ Y.T); L = sum(tanh(s))",
        "X Y W",
        lambda xp, X, Y, W: xp.tanh((X @ W * Y).sum(axis=1)).sum(),
    ),
    _layer(
        "quadratic_forms",
        "X : R[N, d]; A : R[d, d]; q = diag(X @ A @ X.T); L = sum(log(1 + q**2))",
        "X A",
        lambda xp, X, A: xp.log(1 + (X @ A * X).sum(axis=1) ** 2).sum(),
    ),
    _layer(
        "graph_convolution",
        "G : R[n, n]; X : R[n, d]; W : R[d, h]; U : R[n, h]; Y = relu(G @ X @ W); L = sum(U * Y)",
        "X W",
        lambda xp, G, X, W, U: (U * xp.maximum(G @ X @ W, 0)).sum(),
        {"n": 256, "d": 64, "h": 64},
    ),
    _layer(
        "recurrent",
        "W : R[h, h]; R : R[h, d]; x1, x2, x3 : R[d]; h0 : R[h]; h1 = tanh(W @ h0 + R @ x1); "
        "h2 = tanh(W @ h1 + R @ x2); h3 = tanh(W @ h2 + R @ x3); L = sum(h3**2)",
        "W R h0",
        lambda xp, W, R, x1, x2, x3, h0: _recurrent(xp, W, R, (x1, x2, x3), h0),
    ),
    _layer(
        "batch_norm_of_images",
        "X, U : R[B, c, p, q]; g, b : R[c]; mu = mean(X, axis=(0, 2, 3), keepdims=True); "
        "v = var(X, axis=(0, 2, 3), keepdims=True); "
        "Y = g[None, :, None, None] * (X - mu) / sqrt(v + 1e-5) + b[None, :, None, None]; L = sum(U * Y)",
        "X g b",
        _norm_of_images,
        {"B": 8, "c": 16, "p": 16, "q": 16},
    ),
    _layer(
        "heads_of_attention",
        "Q, K, V, U : R[H, T, e]; A = softmax(Q @ K.mT / sqrt(e), axis=2); L = sum(U * (A @ V))",
        "Q K V",
        _heads,
        {"H": 4, "T": 96, "e": 32},
    ),
    _layer(
        "labels",
        "X : R[N, d]; W : R[d, C]; y : {1..C}[N]; Z = X @ W; l[i] = logsumexp(Z[i, :]) - Z[i, y[i]]; L = mean(l)",
        "W X",
        lambda xp, X, W, y: (_lse(xp, X @ W) - (X @ W)[xp.arange(len(y)), y - 1]).mean(),
    ),
    _problem(
        "sinkhorn",
        "C : R[n, m]; a : R[n] positive; b : R[m] positive; K = exp(-C); u1 = a / (K @ ones(m)); "
        "v1 = b / (K.T @ u1); u2 = a / (K @ v1); v2 = b / (K.T @ u2); P = diag(u2) @ K @ diag(v2); L = sum(P * C)",
        "C",
        _sinkhorn,
        {"n": 256, "m": 200},
    ),
    _problem(
        "low_rank_gaussian",
        "U : R[n, k]; s : R positive; y : R[n]; S = s * I + U @ U.T; L = logdet(S) + y.T @ inv(S) @ y",
        "U s y",
        lambda xp, U, s, y: _rank_update(xp, s * xp.eye(len(y)), U, y),
        {"n": 600, "k": 10},
    ),
    _problem(
        "factor_analysis",
        "U : R[n, k]; v : R[n] positive; y : R[n]; S = diag(v) + U @ U.T; L = logdet(S) + y.T @ inv(S) @ y",
        "U v y",
        lambda xp, U, v, y: _rank_update(xp, xp.diag(v), U, y),
        {"n": 600, "k": 10},
    ),
    _problem(
        "identity_plus_gram",
        "A : R[n, k]; y : R[n]; S = A @ A.T + I; L = y.T @ inv(S) @ y + logdet(S)",
        "A y",
        lambda xp, A, y: _rank_update(xp, xp.eye(len(y)), A, y),
        {"n": 400, "k": 20},
    ),
    _problem(
        "kronecker_gaussian",
        "A : R[n, n] spd; B : R[m, m] spd; Y : R[m, n]; y = vec(Y); K = kron(A, B); L = logdet(K) + y.T @ inv(K) @ y",
        "A B Y",
        _kron,
        {"n": 24, "m": 20},
    ),
    _problem(
        "low_rank_dynamics",
        "X, Y : R[n, m]; U : R[n, r]; V : R[r, n]; L = norm(Y - U @ V @ X)**2",
        "U V",
        lambda xp, X, Y, U, V: ((Y - U @ V @ X) ** 2).sum(),
        {"n": 300, "m": 280, "r": 8},
    ),
    _problem(
        "symmetric_factorisation",
        "W : R[n, k]; X : R[n, n]; L = norm(X - W @ W.T)**2",
        "W",
        lambda xp, W, X: ((X - W @ W.T) ** 2).sum(),
        {"n": 400, "k": 10},
    ),
    _problem(
        "matrix_factorisation",
        "X : R[n, m]; W : R[n, k]; H : R[k, m]; L = norm(X - W @ H)**2",
        "W H",
        lambda xp, X, W, H: ((X - W @ H) ** 2).sum(),
        {"n": 400, "m": 300, "k": 10},
    ),
    _problem(
        "graph_laplacian",
        "W : R[n, n] symmetric; F : R[n, k]; D = diag(W @ ones(n)); L = tr(F.T @ (D - W) @ F)",
        "W F",
        lambda xp, W, F: (F * ((W.sum(axis=1)[:, None] * F) - W @ F)).sum(),
        {"n": 300, "k": 20},
    ),
    _problem(
        "pair_distances",
        "X : R[N, d]; D[i, j] = sum[k]((X[i, k] - X[j, k])**2); L = sum[i, j](exp(-D[i, j]))",
        "X",
        lambda xp, X: xp.exp(-_distances(xp, X)).sum(),
        {"N": 300, "d": 10},
    ),
    _problem(
        "gaussian",
        "S : R[d, d] spd; m : R[d]; X : R[N, d]; R = X - ones(N) @ m.T; L = N * logdet(S) + tr(R @ inv(S) @ R.T)",
        "S m",
        lambda xp, S, m, X: _gaussian(xp, S, X - m),
        {"N": 200, "d": 150},
    ),
    _problem(
        "ridge_evidence",
        "A : R[m, n]; b : R[m]; S = A.T @ A + I; w = inv(S) @ (A.T @ b); L = w.T @ w + logdet(S)",
        "A b",
        _ridge,
        {"m": 200, "n": 120},
    ),
    _problem(
        "soft_clusters",
        "X : R[N, d]; C : R[K, d]; D[i, k] = sum[j]((X[i, j] - C[k, j])**2); L = -sum(logsumexp(-D, axis=1))",
        "C",
        _soft_kmeans,
        {"N": 500, "d": 16, "K": 20},
    ),
)
