"""The derivatives by hand in NumPy alone: one factorisation, low-rank products, few temporaries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

Array = Any
Form = Callable[..., Array]


def _sigmoid(z: Array) -> Array:
    """Without overflow: exp is taken of what is not positive."""
    return 0.5 * (1 + np.tanh(0.5 * z))


def _softmax_rows(Z: Array) -> Array:
    """Of each row, in place."""
    Z -= Z.max(axis=1, keepdims=True)
    np.exp(Z, out=Z)
    Z /= Z.sum(axis=1, keepdims=True)
    return Z


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max())
    e /= e.sum()
    return e


def _g_ridge(X: Array, w: Array, y: Array, a: Array) -> Array:
    r = X @ w
    r -= y
    g = r @ X
    g += a * w
    g *= 2
    return g


def _g_logistic(X: Array, w: Array, t: Array) -> Array:
    return (_sigmoid(X @ w) - t) @ X


def _g_softmax_ce(X: Array, W: Array, Y: Array) -> Array:
    D = _softmax_rows(X @ W)
    D *= Y.sum(axis=1, keepdims=True)
    D -= Y
    D /= len(X)
    return X.T @ D


def _g_gaussian(S: Array, x: Array, mu: Array) -> Array:
    G = np.linalg.inv(S)
    u = G @ (x - mu)
    G *= -0.5
    G += u[:, None] * (0.5 * u)
    return G


def _g_gaussian_batch(S: Array, X: Array) -> Array:
    G = np.linalg.inv(S)
    U = X @ G
    G *= -len(X)
    G += U.T @ U
    G *= 0.5
    return G


def _g_attention(Q: Array, K: Array, V: Array, G: Array) -> Array:
    scale = Q.shape[1] ** -0.5
    P = _softmax_rows((Q * scale) @ K.T)
    D = G @ V.T
    D -= np.einsum("ij,ij->i", P, D)[:, None]
    D *= P
    return D @ (K * scale)


def _g_mlp(X: Array, W1: Array, b1: Array, W2: Array, b2: Array, W3: Array, b3: Array, T: Array) -> Array:
    H1 = X @ W1
    H1 += b1
    np.tanh(H1, out=H1)
    H2 = H1 @ W2
    H2 += b2
    active = H2 > 0
    np.maximum(H2, 0, out=H2)
    D = H2 @ W3
    D += b3
    D -= T
    D *= 2 / len(X)
    back = D @ W3.T
    back *= active
    back = back @ W2.T
    H1 *= H1
    np.subtract(1, H1, out=H1)
    back *= H1
    return X.T @ back


def _g_ten_layers(x: Array, *rest: Array) -> Array:
    weights, outputs = rest[:-1], [x]
    for W in weights:
        outputs.append(np.tanh(W @ outputs[-1]))
    back = 2 * (outputs[-1] - rest[-1]) * (1 - outputs[-1] * outputs[-1])
    for W, y in zip(weights[:0:-1], outputs[-2:0:-1], strict=True):
        back = (back @ W) * (1 - y * y)
    return back[:, None] * x


def _g_rayleigh(x: Array, A: Array) -> Array:
    y, s = A @ x, x @ x
    return (2 / s) * (y - (x @ y / s) * x)


def _g_logdet_gram(X: Array) -> Array:
    G = np.linalg.solve(X.T @ X, X.T).T
    G *= 2
    return G


def _g_solve(S: Array, b: Array, c: Array) -> Array:
    u, v = np.linalg.solve(S, np.array([c, b]).T).T
    return u[:, None] * -v


GRADIENT: Mapping[str, Form] = {
    "quadratic": lambda x, A: A @ x + x @ A,
    "ridge": _g_ridge,
    "logistic": _g_logistic,
    "softmax_ce": _g_softmax_ce,
    "softmax_ce_sample": lambda x, W, y: (y.sum() * _softmax(W @ x) - y) @ W,
    "softmax_ce_scores": lambda z, y: y.sum() * _softmax(z) - y,
    "factorisation": lambda X, U, V: 2 * (U @ (V.T @ V) - X @ V),
    "gaussian": _g_gaussian,
    "gaussian_batch": _g_gaussian_batch,
    "attention": _g_attention,
    "mlp": _g_mlp,
    "ten_layers": _g_ten_layers,
    "rayleigh": _g_rayleigh,
    "logdet": np.linalg.inv,
    "logdet_gram": _g_logdet_gram,
    "solve": _g_solve,
    "cholesky_solve": _g_solve,
}


def _h_logistic(X: Array, w: Array, t: Array) -> Array:
    p = _sigmoid(X @ w)
    return X.T @ ((p * (1 - p))[:, None] * X)


def _h_softmax_ce(X: Array, W: Array, Y: Array) -> Array:
    (m, n), c = X.shape, W.shape[1]
    P = _softmax_rows(X @ W)
    weight = Y.sum(axis=1) / m
    H = np.empty((c, c, n, n))
    for a in range(c):
        for b in range(a + 1):
            scale = P[:, a] * ((a == b) - P[:, b]) * weight
            np.matmul(X.T, scale[:, None] * X, out=H[a, b])
            if a != b:
                H[b, a] = H[a, b]
    return H.transpose(2, 0, 3, 1)


def _h_sample(x: Array, W: Array, y: Array) -> Array:
    p = _softmax(W @ x)
    q = p @ W
    p *= y.sum()
    H = W.T @ (p[:, None] * W)
    H -= q[:, None] * (y.sum() * q)
    return H


def _h_scores(z: Array, y: Array) -> Array:
    p, weight = _softmax(z), y.sum()
    H = p[:, None] * (-weight * p)
    H.ravel()[:: len(z) + 1] += weight * p
    return H


def _h_factorisation(X: Array, U: Array, V: Array) -> Array:
    m, k = U.shape
    H = np.zeros((m, k, m, k))
    each = np.arange(m)
    H[each, :, each, :] = 2 * V.T @ V
    return H


def _h_rayleigh(x: Array, A: Array) -> Array:
    y, s = A @ x, x @ x
    r = x @ y / s
    g = (2 / s) * (y - r * x)
    H = A * (2 / s)
    H -= np.array([x, g]).T @ (np.array([g, x]) * (2 / s))
    H.ravel()[:: len(x) + 1] -= 2 * r / s
    return H


def _h_logdet(S: Array) -> Array:
    inverse = np.linalg.inv(S)
    return np.multiply.outer(-inverse, inverse).transpose(2, 0, 1, 3)


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
