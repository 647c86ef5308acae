"""The problems in PyTorch: the loss as one writes it to differentiate it, and the derivatives by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch.nn import functional as F

Tensor = Any
Form = Callable[..., Tensor]


def _logdet(S: Tensor) -> Tensor:
    return torch.linalg.slogdet(S)[1]


def _mlp(X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor, W3: Tensor, b3: Tensor, T: Tensor) -> Tensor:
    H = torch.relu(torch.addmm(b2, torch.tanh(torch.addmm(b1, X, W1)), W2))
    return torch.sum((torch.addmm(b3, H, W3) - T) ** 2) / X.shape[0]


def _ten_layers(x: Tensor, *rest: Tensor) -> Tensor:
    for W in rest[:-1]:
        x = torch.tanh(W @ x)
    return torch.sum((x - rest[-1]) ** 2)


def _gaussian(S: Tensor, x: Tensor, mu: Tensor) -> Tensor:
    d = x - mu
    return -_logdet(S) / 2 - d @ torch.linalg.solve(S, d) / 2


def _gaussian_batch(S: Tensor, X: Tensor) -> Tensor:
    return -X.shape[0] * _logdet(S) / 2 - torch.sum(X.T * torch.linalg.solve(S, X.T)) / 2


def _attention(Q: Tensor, K: Tensor, V: Tensor, G: Tensor) -> Tensor:
    return torch.sum(G * (torch.softmax(Q @ K.T / Q.shape[1] ** 0.5, dim=1) @ V))


def _cholesky_solve(S: Tensor, b: Tensor, c: Tensor) -> Tensor:
    return c @ torch.cholesky_solve(b[:, None], torch.linalg.cholesky(S))[:, 0]


LOSS: Mapping[str, Form] = {
    "quadratic": lambda x, A: x @ A @ x,
    "ridge": lambda X, w, y, a: torch.sum((X @ w - y) ** 2) + a * torch.sum(w**2),
    "logistic": lambda X, w, t: F.binary_cross_entropy_with_logits(X @ w, t, reduction="sum"),
    "softmax_ce": lambda X, W, Y: F.cross_entropy(X @ W, Y),
    "softmax_ce_sample": lambda x, W, y: F.cross_entropy(W @ x, y),
    "softmax_ce_scores": F.cross_entropy,
    "factorisation": lambda X, U, V: torch.sum((X - U @ V.T) ** 2),
    "gaussian": _gaussian,
    "gaussian_batch": _gaussian_batch,
    "attention": _attention,
    "mlp": _mlp,
    "ten_layers": _ten_layers,
    "rayleigh": lambda x, A: x @ A @ x / (x @ x),
    "logdet": _logdet,
    "logdet_gram": lambda X: _logdet(X.T @ X),
    "solve": lambda S, b, c: c @ torch.linalg.solve(S, b),
    "cholesky_solve": _cholesky_solve,
}


# ------------------------------------------------------------------------------- by hand


def _g_ridge(X: Tensor, w: Tensor, y: Tensor, a: Tensor) -> Tensor:
    return ((X @ w - y) @ X).add_(a * w).mul_(2)


def _g_softmax_ce(X: Tensor, W: Tensor, Y: Tensor) -> Tensor:
    D = torch.softmax(X @ W, dim=1).mul_(Y.sum(dim=1, keepdim=True)).sub_(Y).div_(len(X))
    return X.T @ D


def _g_gaussian(S: Tensor, x: Tensor, mu: Tensor) -> Tensor:
    G = torch.cholesky_inverse(torch.linalg.cholesky(S))
    u = G @ (x - mu)
    return G.mul_(-0.5).addr_(u, u, alpha=0.5)


def _g_gaussian_batch(S: Tensor, X: Tensor) -> Tensor:
    G = torch.cholesky_inverse(torch.linalg.cholesky(S))
    U = X @ G
    return torch.addmm(G, U.T, U, beta=-0.5 * len(X), alpha=0.5)


def _g_attention(Q: Tensor, K: Tensor, V: Tensor, G: Tensor) -> Tensor:
    scale = Q.shape[1] ** -0.5
    P = torch.softmax((Q * scale) @ K.T, dim=1)
    D = G @ V.T
    D.sub_((P * D).sum(dim=1, keepdim=True)).mul_(P)
    return D @ (K * scale)


def _g_mlp(X: Tensor, W1: Tensor, b1: Tensor, W2: Tensor, b2: Tensor, W3: Tensor, b3: Tensor, T: Tensor) -> Tensor:
    H1 = torch.addmm(b1, X, W1).tanh_()
    H2 = torch.addmm(b2, H1, W2)
    D = torch.addmm(b3, H2.clamp(min=0), W3).sub_(T).mul_(2 / len(X))
    back = (D @ W3.T).mul_(H2 > 0) @ W2.T
    return X.T @ back.mul_(1 - H1 * H1)


def _g_ten_layers(x: Tensor, *rest: Tensor) -> Tensor:
    weights, outputs = rest[:-1], [x]
    for W in weights:
        outputs.append(torch.tanh(W @ outputs[-1]))
    back = 2 * (outputs[-1] - rest[-1]) * (1 - outputs[-1] * outputs[-1])
    for W, y in zip(weights[:0:-1], outputs[-2:0:-1], strict=True):
        back = (back @ W) * (1 - y * y)
    return torch.outer(back, x)


def _g_rayleigh(x: Tensor, A: Tensor) -> Tensor:
    y, s = A @ x, x @ x
    return (2 / s) * (y - (x @ y / s) * x)


def _g_logdet_gram(X: Tensor) -> Tensor:
    return torch.cholesky_solve(X.T, torch.linalg.cholesky(X.T @ X)).T.mul_(2)


def _g_solve(S: Tensor, b: Tensor, c: Tensor) -> Tensor:
    u, v = torch.cholesky_solve(torch.stack([c, b], dim=1), torch.linalg.cholesky(S)).unbind(1)
    return torch.outer(u, -v)


GRADIENT: Mapping[str, Form] = {
    "quadratic": lambda x, A: A @ x + x @ A,
    "ridge": _g_ridge,
    "logistic": lambda X, w, t: (torch.sigmoid(X @ w) - t) @ X,
    "softmax_ce": _g_softmax_ce,
    "softmax_ce_sample": lambda x, W, y: (y.sum() * torch.softmax(W @ x, dim=0) - y) @ W,
    "softmax_ce_scores": lambda z, y: y.sum() * torch.softmax(z, dim=0) - y,
    "factorisation": lambda X, U, V: (U @ (V.T @ V) - X @ V).mul_(2),
    "gaussian": _g_gaussian,
    "gaussian_batch": _g_gaussian_batch,
    "attention": _g_attention,
    "mlp": _g_mlp,
    "ten_layers": _g_ten_layers,
    "rayleigh": _g_rayleigh,
    "logdet": lambda S: torch.cholesky_inverse(torch.linalg.cholesky(S)),
    "logdet_gram": _g_logdet_gram,
    "solve": _g_solve,
    "cholesky_solve": _g_solve,
}


def _h_logistic(X: Tensor, w: Tensor, t: Tensor) -> Tensor:
    p = torch.sigmoid(X @ w)
    return X.T @ ((p * (1 - p))[:, None] * X)


def _h_softmax_ce(X: Tensor, W: Tensor, Y: Tensor) -> Tensor:
    (m, n), c = X.shape, W.shape[1]
    P = torch.softmax(X @ W, dim=1)
    weight = Y.sum(dim=1) / m
    H = torch.empty((c, c, n, n), dtype=X.dtype)
    for a in range(c):
        for b in range(a + 1):
            scale = P[:, a] * (float(a == b) - P[:, b]) * weight
            torch.matmul(X.T, scale[:, None] * X, out=H[a, b])
            if a != b:
                H[b, a] = H[a, b]
    return H.permute(2, 0, 3, 1)


def _h_sample(x: Tensor, W: Tensor, y: Tensor) -> Tensor:
    p = torch.softmax(W @ x, dim=0)
    q = p @ W
    return (W.T @ (p[:, None] * W)).addr_(q, q, alpha=-1).mul_(y.sum())


def _h_scores(z: Tensor, y: Tensor) -> Tensor:
    p, weight = torch.softmax(z, dim=0), y.sum()
    H = torch.outer(p, -weight * p)
    H.diagonal().add_(weight * p)
    return H


def _h_factorisation(X: Tensor, U: Tensor, V: Tensor) -> Tensor:
    m, k = U.shape
    H = torch.zeros((m, k, m, k), dtype=X.dtype)
    H.diagonal(dim1=0, dim2=2)[:] = (2 * V.T @ V)[:, :, None]
    return H


def _h_rayleigh(x: Tensor, A: Tensor) -> Tensor:
    y, s = A @ x, x @ x
    r = x @ y / s
    g = (2 / s) * (y - r * x)
    H = A * (2 / s)
    H.addmm_(torch.stack([x, g], dim=1), torch.stack([g, x]) * (-2 / s))
    H.diagonal().sub_(2 * r / s)
    return H


def _h_logdet(S: Tensor) -> Tensor:
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(S))
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
