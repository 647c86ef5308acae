"""The problems in JAX: the loss as one writes it to differentiate it, and the derivatives by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.linalg import cho_factor, cho_solve

Array = Any
Form = Callable[..., Array]


def _logdet(S: Array) -> Array:
    return jnp.linalg.slogdet(S)[1]


def _mlp(X: Array, W1: Array, b1: Array, W2: Array, b2: Array, W3: Array, b3: Array, T: Array) -> Array:
    H = jax.nn.relu(jnp.tanh(X @ W1 + b1) @ W2 + b2)
    return jnp.sum((H @ W3 + b3 - T) ** 2) / X.shape[0]


def _ten_layers(x: Array, *rest: Array) -> Array:
    for W in rest[:-1]:
        x = jnp.tanh(W @ x)
    return jnp.sum((x - rest[-1]) ** 2)


def _gaussian(S: Array, x: Array, mu: Array) -> Array:
    d = x - mu
    return -_logdet(S) / 2 - d @ jnp.linalg.solve(S, d) / 2


def _gaussian_batch(S: Array, X: Array) -> Array:
    return -X.shape[0] * _logdet(S) / 2 - jnp.sum(X.T * jnp.linalg.solve(S, X.T)) / 2


def _attention(Q: Array, K: Array, V: Array, G: Array) -> Array:
    return jnp.sum(G * (jax.nn.softmax(Q @ K.T / Q.shape[1] ** 0.5, axis=1) @ V))


LOSS: Mapping[str, Form] = {
    "quadratic": lambda x, A: x @ A @ x,
    "ridge": lambda X, w, y, a: jnp.sum((X @ w - y) ** 2) + a * jnp.sum(w**2),
    "logistic": lambda X, w, t: jnp.sum(jax.nn.softplus(X @ w) - t * (X @ w)),
    "softmax_ce": lambda X, W, Y: -jnp.sum(Y * jax.nn.log_softmax(X @ W, axis=1)) / X.shape[0],
    "softmax_ce_sample": lambda x, W, y: -y @ jax.nn.log_softmax(W @ x),
    "softmax_ce_scores": lambda z, y: -y @ jax.nn.log_softmax(z),
    "factorisation": lambda X, U, V: jnp.sum((X - U @ V.T) ** 2),
    "gaussian": _gaussian,
    "gaussian_batch": _gaussian_batch,
    "attention": _attention,
    "mlp": _mlp,
    "ten_layers": _ten_layers,
    "rayleigh": lambda x, A: x @ A @ x / (x @ x),
    "logdet": _logdet,
    "logdet_gram": lambda X: _logdet(X.T @ X),
    "solve": lambda S, b, c: c @ jnp.linalg.solve(S, b),
    "cholesky_solve": lambda S, b, c: c @ cho_solve(cho_factor(S), b),
}


# ------------------------------------------------------------------------------- by hand


def _g_logistic(X: Array, w: Array, t: Array) -> Array:
    return (jax.nn.sigmoid(X @ w) - t) @ X


def _g_softmax_ce(X: Array, W: Array, Y: Array) -> Array:
    D = jax.nn.softmax(X @ W, axis=1) * jnp.sum(Y, axis=1, keepdims=True) - Y
    return X.T @ (D / X.shape[0])


def _g_gaussian(S: Array, x: Array, mu: Array) -> Array:
    inverse = cho_solve(cho_factor(S), jnp.eye(len(S)))
    u = inverse @ (x - mu)
    return 0.5 * (u[:, None] * u - inverse)


def _g_gaussian_batch(S: Array, X: Array) -> Array:
    factor = cho_factor(S)
    U = cho_solve(factor, X.T)
    return 0.5 * (U @ U.T - X.shape[0] * cho_solve(factor, jnp.eye(len(S))))


def _g_attention(Q: Array, K: Array, V: Array, G: Array) -> Array:
    scale = Q.shape[1] ** -0.5
    P = jax.nn.softmax(Q @ K.T * scale, axis=1)
    D = G @ V.T
    return (P * (D - jnp.sum(P * D, axis=1, keepdims=True))) @ K * scale


def _g_mlp(X: Array, W1: Array, b1: Array, W2: Array, b2: Array, W3: Array, b3: Array, T: Array) -> Array:
    H1 = jnp.tanh(X @ W1 + b1)
    Z2 = H1 @ W2 + b2
    D = (2 / X.shape[0]) * (jnp.maximum(Z2, 0) @ W3 + b3 - T)
    D = jnp.where(Z2 > 0, D @ W3.T, 0) @ W2.T
    return X.T @ (D * (1 - H1 * H1))


def _g_ten_layers(x: Array, *rest: Array) -> Array:
    weights, outputs = rest[:-1], [x]
    for W in weights:
        outputs.append(jnp.tanh(W @ outputs[-1]))
    back = 2 * (outputs[-1] - rest[-1]) * (1 - outputs[-1] ** 2)
    for W, y in zip(weights[:0:-1], outputs[-2:0:-1], strict=True):
        back = (back @ W) * (1 - y * y)
    return back[:, None] * x


def _g_rayleigh(x: Array, A: Array) -> Array:
    y, s = A @ x, x @ x
    return (2 / s) * (y - (x @ y / s) * x)


def _g_logdet_gram(X: Array) -> Array:
    return 2 * cho_solve(cho_factor(X.T @ X), X.T).T


def _g_solve(S: Array, b: Array, c: Array) -> Array:
    both = cho_solve(cho_factor(S), jnp.stack([c, b], axis=1))
    return -both[:, :1] * both[:, 1]


GRADIENT: Mapping[str, Form] = {
    "quadratic": lambda x, A: A @ x + x @ A,
    "ridge": lambda X, w, y, a: 2 * ((X @ w - y) @ X + a * w),
    "logistic": _g_logistic,
    "softmax_ce": _g_softmax_ce,
    "softmax_ce_sample": lambda x, W, y: (jnp.sum(y) * jax.nn.softmax(W @ x) - y) @ W,
    "softmax_ce_scores": lambda z, y: jnp.sum(y) * jax.nn.softmax(z) - y,
    "factorisation": lambda X, U, V: 2 * (U @ (V.T @ V) - X @ V),
    "gaussian": _g_gaussian,
    "gaussian_batch": _g_gaussian_batch,
    "attention": _g_attention,
    "mlp": _g_mlp,
    "ten_layers": _g_ten_layers,
    "rayleigh": _g_rayleigh,
    "logdet": lambda S: cho_solve(cho_factor(S), jnp.eye(len(S))),
    "logdet_gram": _g_logdet_gram,
    "solve": _g_solve,
    "cholesky_solve": _g_solve,
}


def _h_logistic(X: Array, w: Array, t: Array) -> Array:
    p = jax.nn.sigmoid(X @ w)
    return X.T @ ((p * (1 - p))[:, None] * X)


def _h_softmax_ce(X: Array, W: Array, Y: Array) -> Array:
    (m, n), c = X.shape, W.shape[1]
    P = jax.nn.softmax(X @ W, axis=1)
    a, b = np.tril_indices(c)
    D = P[:, a] * ((a == b) - P[:, b]) * (jnp.sum(Y, axis=1) / m)[:, None]
    blocks = (X.T @ (D[:, :, None] * X[:, None, :]).reshape(m, -1)).reshape(n, len(a), n)
    place = np.zeros((c, c), dtype=int)
    place[a, b] = place[b, a] = np.arange(len(a))
    return blocks[:, place].transpose(0, 1, 3, 2)


def _h_sample(x: Array, W: Array, y: Array) -> Array:
    p = jax.nn.softmax(W @ x)
    q = p @ W
    return jnp.sum(y) * (W.T @ (p[:, None] * W) - q[:, None] * q)


def _h_scores(z: Array, y: Array) -> Array:
    p = jax.nn.softmax(z)
    return jnp.sum(y) * (jnp.diag(p) - p[:, None] * p)


def _h_factorisation(X: Array, U: Array, V: Array) -> Array:
    return jnp.eye(len(U))[:, None, :, None] * (2 * V.T @ V)[:, None, :]


def _h_rayleigh(x: Array, A: Array) -> Array:
    y, s = A @ x, x @ x
    r = x @ y / s
    g = (2 / s) * (y - r * x)
    return (2 / s) * (A - r * jnp.eye(len(x)) - x[:, None] * g - g[:, None] * x)


def _h_logdet(S: Array) -> Array:
    inverse = cho_solve(cho_factor(S), jnp.eye(len(S)))
    return -inverse[:, :, None] * inverse[:, None, None, :]


HESSIAN: Mapping[str, Form] = {
    "quadratic": lambda x, A: A + A.T,
    "logistic": _h_logistic,
    "softmax_ce": _h_softmax_ce,
    "softmax_ce_sample": _h_sample,
    "softmax_ce_scores": _h_scores,
    "factorisation": _h_factorisation,
    "rayleigh": _h_rayleigh,
    "logdet": _h_logdet,
}
