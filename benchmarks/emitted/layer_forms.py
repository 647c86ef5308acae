"""The value and all gradients of the programs of `layers`, as one writes them by hand in NumPy.

Each takes the arrays by name and gives (value, gradients in the order of `wrt`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any


def _softmax(z: Array) -> Array:
    e = np.exp(z - z.max(axis=1, keepdims=True))
    e /= e.sum(axis=1, keepdims=True)
    return e


def _softmax_lse(z: Array) -> tuple[Array, Array]:
    top = z.max(axis=1, keepdims=True)
    e = np.exp(z - top)
    total = e.sum(axis=1, keepdims=True)
    return e / total, np.log(total[:, 0]) + top[:, 0]


def _through_softmax(p: Array, g: Array) -> Array:
    return p * (g - (p * g).sum(axis=1, keepdims=True))


def _sigmoid(t: Array) -> Array:
    return 1 / (1 + np.exp(-t))


def rms_norm(X: Array, U: Array, g: Array) -> tuple[Array, ...]:
    r = 1 / np.sqrt(np.einsum("ij,ij->i", X, X) / X.shape[1] + 1e-6)[:, None]
    n, dn = X * r, U * g
    dX = r * (dn - n * (np.einsum("ij,ij->i", dn, n) / X.shape[1])[:, None])
    return (dn * n).sum(), dX, np.einsum("ij,ij->j", U, n)


def _normed(X: Array) -> tuple[Array, Array]:
    c = X - X.mean(axis=-1, keepdims=True)
    r = 1 / np.sqrt((c**2).mean(axis=-1, keepdims=True) + 1e-5)
    return c * r, r


def _through_norm(n: Array, r: Array, dn: Array) -> Array:
    return r * (dn - dn.mean(axis=-1, keepdims=True) - n * (dn * n).mean(axis=-1, keepdims=True))


def layer_norm(X: Array, U: Array, g: Array, b: Array) -> tuple[Array, ...]:
    n, r = _normed(X)
    Y = n * g + b
    return np.vdot(U, Y), _through_norm(n, r, U * g), np.einsum("ij,ij->j", U, n), U.sum(axis=0)


def layer_norm_3(X: Array, U: Array) -> tuple[Array, ...]:
    n, r = _normed(X)
    return np.vdot(U, n), _through_norm(n, r, U)


def group_norm(X: Array, U: Array) -> tuple[Array, ...]:
    n, r = _normed(X)
    return np.vdot(U, n), _through_norm(n, r, U), n


def batch_norm(X: Array, U: Array, g: Array, b: Array) -> tuple[Array, ...]:
    c = X - X.mean(axis=0)
    r = 1 / np.sqrt((c**2).mean(axis=0) + 1e-5)
    n = c * r
    Y = n * g + b
    dn = U * g
    dX = r * (dn - dn.mean(axis=0) - n * (dn * n).mean(axis=0))
    return np.vdot(U, Y), dX, (U * n).sum(axis=0), U.sum(axis=0)


def unit_rows(X: Array, U: Array) -> tuple[Array, ...]:
    r = 1 / np.sqrt((X**2).sum(axis=1, keepdims=True))
    Y = X * r
    return np.vdot(U, Y), r * (U - Y * (U * Y).sum(axis=1, keepdims=True))


def softmax_by_entries(X: Array, U: Array) -> tuple[Array, ...]:
    P = _softmax(X)
    return np.vdot(U, P), _through_softmax(P, U)


def softmax_rows(X: Array, U: Array) -> tuple[Array, ...]:
    P = _softmax(X)
    return np.vdot(U, P), _through_softmax(P, U), P


def linear(X: Array, W: Array, b: Array, U: Array) -> tuple[Array, ...]:
    return np.vdot(U, X @ W + b), U @ W.T, X.T @ U, U.sum(axis=0)


def relu_layer(X: Array, W: Array, b: Array, U: Array) -> tuple[Array, ...]:
    Z = X @ W + b
    dZ = U * (Z > 0)
    return np.vdot(U, np.maximum(Z, 0)), dZ @ W.T, X.T @ dZ, dZ.sum(axis=0)


def tanh_mlp(X: Array, W: Array, V: Array, U: Array) -> tuple[Array, ...]:
    H = np.tanh(X @ W)
    dA = (U @ V.T) * (1 - H**2)
    return np.vdot(U, H @ V), dA @ W.T, X.T @ dA, H.T @ U


def gelu_layer(X: Array, W: Array, U: Array) -> tuple[Array, ...]:
    A, c = X @ W, np.sqrt(2 / np.pi)
    square = A * A
    t = np.tanh(c * A * (1 + 0.044715 * square))
    half = 0.5 * (1 + t)
    dA = U * (half + 0.5 * c * A * (1 - t * t) * (1 + 0.134145 * square))
    return np.vdot(U, A * half), dA @ W.T, X.T @ dA


def gated_linear(X: Array, W: Array, V: Array, U: Array) -> tuple[Array, ...]:
    A, S = X @ W, _sigmoid(X @ V)
    dA = U * S
    dB = dA * A * (1 - S)
    return np.vdot(dA, A), dA @ W.T + dB @ V.T, X.T @ dA, X.T @ dB


def swish_gate(X: Array, W: Array, V: Array, U: Array) -> tuple[Array, ...]:
    A, B = X @ W, X @ V
    S = _sigmoid(A)
    T = A * S
    dB, dA = U * T, U * B * (S + T * (1 - S))
    return np.vdot(dB, B), dA @ W.T + dB @ V.T, X.T @ dA, X.T @ dB


def highway(X: Array, U: Array, W: Array, V: Array) -> tuple[Array, ...]:
    S, H = _sigmoid(X @ W), np.tanh(X @ V)
    Y = S * H + (1 - S) * X
    dA = U * (H - X) * S * (1 - S)
    dB = U * S * (1 - H**2)
    return np.vdot(U, Y), U * (1 - S) + dA @ W.T + dB @ V.T, X.T @ dA, X.T @ dB


def residual(X: Array, U: Array, W: Array, V: Array) -> tuple[Array, ...]:
    H = np.maximum(X @ W, 0)
    dA = (U @ V.T) * (H > 0)
    return np.vdot(U, X + H @ V), U + dA @ W.T, X.T @ dA, H.T @ U


def attention(Q: Array, K: Array, V: Array, U: Array) -> tuple[Array, ...]:
    scale = 1 / np.sqrt(Q.shape[1])
    A = _softmax(Q @ K.T * scale)
    dZ = _through_softmax(A, U @ V.T) * scale
    return np.vdot(U, A @ V), dZ @ K, dZ.T @ Q, A.T @ U


def biased_attention(Q: Array, K: Array, V: Array, U: Array, M: Array) -> tuple[Array, ...]:
    scale = 1 / np.sqrt(Q.shape[1])
    A = _softmax(Q @ K.T * scale + M)
    dM = _through_softmax(A, U @ V.T)
    return np.vdot(U, A @ V), dM @ K * scale, dM.T @ Q * scale, A.T @ U, dM


def linear_attention(Q: Array, K: Array, V: Array, U: Array) -> tuple[Array, ...]:
    S = K.T @ V
    dS = Q.T @ U
    return np.vdot(U, Q @ S), U @ S.T, V @ dS.T, K @ dS


def mixture_of_experts(X: Array, G: Array, W: Array, V: Array, U: Array) -> tuple[Array, ...]:
    P = _softmax(X @ G)
    H = np.maximum(np.tensordot(X, W, axes=([1], [1])), 0)
    weighted = P[:, :, None] * H
    Y = np.tensordot(weighted, V, axes=([1, 2], [0, 1]))
    back = np.tensordot(U, V, axes=([1], [2]))
    dZ = _through_softmax(P, np.einsum("tqj,tqj->tq", H, back))
    dH = back * P[:, :, None] * (H > 0)
    dX = dZ @ G.T + np.tensordot(dH, W, axes=([1, 2], [0, 2]))
    dW = np.tensordot(X, dH, axes=([0], [0])).transpose(1, 0, 2)
    return np.vdot(U, Y), dX, X.T @ dZ, dW, np.tensordot(weighted, U, axes=([0], [0]))


def cross_entropy(X: Array, W: Array, Y: Array) -> tuple[Array, ...]:
    Z = X @ W
    P, lse = _softmax_lse(Z)
    dZ = P - Y
    return lse.sum() - np.vdot(Y, Z), X.T @ dZ, dZ @ W.T


def entropy_regularised(Z: Array, Y: Array) -> tuple[Array, ...]:
    P, lse = _softmax_lse(Z)
    weighted = P * Y
    return lse.sum() + weighted.sum(), P + weighted - P * weighted.sum(axis=1, keepdims=True)


def contrastive(A: Array, B: Array) -> tuple[Array, ...]:
    Z = A @ B.T
    P, lse = _softmax_lse(Z)
    return lse.sum() - np.trace(Z), P @ B - B, P.T @ A - A


def logistic(X: Array, w: Array, y: Array) -> tuple[Array, ...]:
    t = -y * (X @ w)
    d = -y * _sigmoid(t)
    return np.logaddexp(0.0, t).sum(), X.T @ d, d[:, None] * w


def pseudo_huber(X: Array, w: Array, y: Array) -> tuple[Array, ...]:
    r = X @ w - y
    s = np.sqrt(1 + r * r)
    d = r / s
    return s.sum(), X.T @ d, d[:, None] * w


def factorisation_machine(X: Array, V: Array, w: Array) -> tuple[Array, ...]:
    F, S = X @ V, X * X
    y = X @ w + ((F * F).sum(axis=1) - S @ (V * V).sum(axis=1)) / 2
    d = 2 * y
    return y @ y, X.T @ (d[:, None] * F) - (S.T @ d)[:, None] * V, X.T @ d


def bilinear(X: Array, Y: Array, W: Array) -> tuple[Array, ...]:
    F = X @ W
    t = np.tanh(np.einsum("ij,ij->i", F, Y))
    d = (1 - t * t)[:, None]
    scaled = d * Y
    return t.sum(), scaled @ W.T, d * F, X.T @ scaled


def quadratic_forms(X: Array, A: Array) -> tuple[Array, ...]:
    q = np.einsum("ij,ij->i", X @ A, X)
    d = 2 * q / (1 + q * q)
    scaled = d[:, None] * X
    return np.log(1 + q * q).sum(), scaled @ (A + A.T), X.T @ scaled


def graph_convolution(G: Array, X: Array, W: Array, U: Array) -> tuple[Array, ...]:
    F = G @ X
    Z = F @ W
    dZ = U * (Z > 0)
    return np.vdot(U, np.maximum(Z, 0)), G.T @ (dZ @ W.T), F.T @ dZ


def recurrent(W: Array, R: Array, x1: Array, x2: Array, x3: Array, h0: Array) -> tuple[Array, ...]:
    h1 = np.tanh(W @ h0 + R @ x1)
    h2 = np.tanh(W @ h1 + R @ x2)
    h3 = np.tanh(W @ h2 + R @ x3)
    a3 = 2 * h3 * (1 - h3 * h3)
    a2 = (a3 @ W) * (1 - h2 * h2)
    a1 = (a2 @ W) * (1 - h1 * h1)
    back = np.stack([a1, a2, a3]).T
    return h3 @ h3, back @ np.stack([h0, h1, h2]), back @ np.stack([x1, x2, x3]), a1 @ W


def batch_norm_of_images(X: Array, U: Array, g: Array, b: Array) -> tuple[Array, ...]:
    axes, count = (0, 2, 3), X.size / X.shape[1]
    c = X - X.mean(axis=axes, keepdims=True)
    r = 1 / np.sqrt((c**2).mean(axis=axes, keepdims=True) + 1e-5)
    n, scale = c * r, g[None, :, None, None]
    for_g, for_b = (U * n).sum(axis=axes), U.sum(axis=axes)
    inner = U - (for_b / count)[None, :, None, None] - n * (for_g / count)[None, :, None, None]
    return np.vdot(U, n * scale + b[None, :, None, None]), scale * r * inner, for_g, for_b


def heads_of_attention(Q: Array, K: Array, V: Array, U: Array) -> tuple[Array, ...]:
    scale = 1 / np.sqrt(Q.shape[2])
    Z = Q @ K.swapaxes(1, 2) * scale
    A = np.exp(Z - Z.max(axis=2, keepdims=True))
    A /= A.sum(axis=2, keepdims=True)
    G = U @ V.swapaxes(1, 2)
    S = A * (G - (A * G).sum(axis=2, keepdims=True)) * scale
    return np.vdot(U, A @ V), S @ K, S.swapaxes(1, 2) @ Q, A.swapaxes(1, 2) @ U


def labels(X: Array, W: Array, y: Array) -> tuple[Array, ...]:
    Z = X @ W
    P, lse = _softmax_lse(Z)
    picked = (np.arange(len(y)), y - 1)
    value = (lse - Z[picked]).mean()
    P[picked] -= 1
    P /= len(y)
    return value, X.T @ P, P @ W.T


def sinkhorn(C: Array, a: Array, b: Array) -> tuple[Array, ...]:
    K = np.exp(-C)
    s1 = K.sum(axis=1)
    u1 = a / s1
    r1 = u1 @ K
    v1 = b / r1
    s2 = K @ v1
    u2 = a / s2
    r2 = u2 @ K
    v2 = b / r2
    M = K * C
    P = u2[:, None] * K * v2
    dr2 = -(u2 @ M) * b / r2**2
    ds2 = -(M @ v2 + K @ dr2) * a / s2**2
    dr1 = -(ds2 @ K) * b / r1**2
    ds1 = -(K @ dr1) * a / s1**2
    dK = u2[:, None] * (C * v2 + dr2) + ds2[:, None] * v1 + u1[:, None] * dr1 + ds1[:, None]
    return np.vdot(P, C), P - dK * K


def low_rank_gaussian(U: Array, s: Array, y: Array) -> tuple[Array, ...]:
    n, k = U.shape
    small = U.T @ U
    small.flat[:: k + 1] += s
    inverse = np.linalg.inv(small)
    z = (y - U @ (inverse @ (U.T @ y))) / s
    dU = 2 * (U @ inverse - z[:, None] * (U.T @ z))
    ds = (n - k) / s + np.trace(inverse) - z @ z
    return (n - k) * np.log(s) + np.linalg.slogdet(small)[1] + y @ z, dU, ds, 2 * z


def factor_analysis(U: Array, v: Array, y: Array) -> tuple[Array, ...]:
    scaled = U / v[:, None]
    small = U.T @ scaled
    small.flat[:: U.shape[1] + 1] += 1
    left = scaled @ np.linalg.inv(small)
    z = y / v - left @ (scaled.T @ y)
    dU = 2 * (left - z[:, None] * (U.T @ z))
    dv = 1 / v - np.einsum("ij,ij->i", left, scaled) - z * z
    return np.log(v).sum() + np.linalg.slogdet(small)[1] + y @ z, dU, dv, 2 * z


def identity_plus_gram(A: Array, y: Array) -> tuple[Array, ...]:
    small = A.T @ A
    small.flat[:: A.shape[1] + 1] += 1
    left = A @ np.linalg.inv(small)
    z = y - left @ (A.T @ y)
    return y @ z + np.linalg.slogdet(small)[1], 2 * (left - z[:, None] * (A.T @ z)), 2 * z


def kronecker_gaussian(A: Array, B: Array, Y: Array) -> tuple[Array, ...]:
    n, m = len(A), len(B)
    Ai, Bi = np.linalg.inv(A), np.linalg.inv(B)
    Z = Bi @ Y @ Ai
    value = m * np.linalg.slogdet(A)[1] + n * np.linalg.slogdet(B)[1] + np.vdot(Y, Z)
    return value, m * Ai - Z.T @ B @ Z, n * Bi - Z @ A @ Z.T, 2 * Z


def low_rank_dynamics(X: Array, Y: Array, U: Array, V: Array) -> tuple[Array, ...]:
    F = V @ X
    E = U @ F - Y
    return np.vdot(E, E), 2 * E @ F.T, 2 * (U.T @ E) @ X.T


def symmetric_factorisation(W: Array, X: Array) -> tuple[Array, ...]:
    E = X - W @ W.T
    return np.vdot(E, E), -2 * (E @ W + E.T @ W)


def matrix_factorisation(X: Array, W: Array, H: Array) -> tuple[Array, ...]:
    E = W @ H - X
    return np.vdot(E, E), 2 * E @ H.T, 2 * W.T @ E


def graph_laplacian(W: Array, F: Array) -> tuple[Array, ...]:
    D = W.sum(axis=1)
    M = D[:, None] * F - W @ F
    squares = np.einsum("ij,ij->i", F, F)
    return np.vdot(F, M), squares[:, None] - F @ F.T, M + D[:, None] * F - W.T @ F


def pair_distances(X: Array) -> tuple[Array, ...]:
    s = np.einsum("ij,ij->i", X, X)
    E = np.exp(2 * (X @ X.T) - s[:, None] - s)
    return E.sum(), 4 * (E @ X - E.sum(axis=1)[:, None] * X)


def gaussian(S: Array, m: Array, X: Array) -> tuple[Array, ...]:
    R = X - m
    inverse = np.linalg.inv(S)
    Z = R @ inverse
    return len(X) * np.linalg.slogdet(S)[1] + np.vdot(R, Z), len(X) * inverse - Z.T @ Z, -2 * Z.sum(axis=0)


def ridge_evidence(A: Array, b: Array) -> tuple[Array, ...]:
    S = A.T @ A
    S.flat[:: len(S) + 1] += 1
    inverse = np.linalg.inv(S)
    w = inverse @ (b @ A)
    t = 2 * (inverse @ w)
    dS = inverse - t[:, None] * w
    return w @ w + np.linalg.slogdet(S)[1], A @ (dS + dS.T) + b[:, None] * t, A @ t


def soft_clusters(X: Array, C: Array) -> tuple[Array, ...]:
    D = np.einsum("ij,ij->i", X, X)[:, None] - 2 * (X @ C.T) + np.einsum("ij,ij->i", C, C)
    P, lse = _softmax_lse(-D)
    return -lse.sum(), 2 * (P.sum(axis=0)[:, None] * C - P.T @ X)


BY_HAND: dict[str, Callable[..., tuple[Array, ...]]] = {
    function.__name__: function
    for function in (
        *(rms_norm, layer_norm, layer_norm_3, group_norm, batch_norm, unit_rows, softmax_by_entries, softmax_rows),
        *(linear, relu_layer, tanh_mlp, gelu_layer, gated_linear, swish_gate, highway, residual, attention),
        *(biased_attention, linear_attention, mixture_of_experts, cross_entropy, entropy_regularised, contrastive),
        *(logistic, pseudo_huber, factorisation_machine, bilinear, quadratic_forms, graph_convolution, recurrent),
        *(sinkhorn, low_rank_gaussian, factor_analysis, identity_plus_gram, kronecker_gaussian, low_rank_dynamics),
        *(symmetric_factorisation, matrix_factorisation, graph_laplacian, pair_distances, gaussian, ridge_evidence),
        *(soft_clusters, batch_norm_of_images, heads_of_attention, labels),
    )
}
