"""Layers with labels and with several axes at once: entries are picked, exponentials taken once, sums in one go."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.cli.run import run

CROSS_ENTROPY = (
    "X : R[N, d]; W : R[d, C]; y : {1..C}[N]; Z = X@W; L = -sum[i](logsoftmax(Z, axis=1)[i, y[i]])/N; grad L wrt W"
)
GROUP_NORM = (
    "X : R[B, G, c, s]; T : R[B, G, c, s] constant; mu = mean(X, axis=(2,3), keepdims=True)\n"
    "Y = (X - mu)/sqrt(var(X, axis=(2,3), keepdims=True) + 0.00001); L = sum((Y - T)**2); grad L wrt X"
)


def _module(program: str) -> tuple[str, dict[str, Any]]:
    text = run("emit", "-", "--target", "numpy", stdin=program).out
    space: dict[str, Any] = {}
    exec(text, space)
    return text[text.index("def value_and_derivatives") :], space


def test_labels_are_picked_and_exponentials_taken_once() -> None:
    body, space = _module(CROSS_ENTROPY)
    assert "onehot" not in body and body.count("softmax(") == 1
    random = np.random.default_rng(0)
    X, W, y = random.normal(size=(6, 3)), random.normal(size=(3, 4)), random.integers(1, 5, 6)
    value, gradient = space["value_and_derivatives"](X=X, W=W, y=y)
    Z = X @ W
    P = np.exp(Z) / np.exp(Z).sum(axis=1, keepdims=True)
    picked = np.eye(4)[y - 1]
    assert np.allclose(value, -np.log((P * picked).sum(axis=1)).mean())
    assert np.allclose(gradient, X.T @ (P - picked) / 6)


def test_several_axes_are_summed_at_once_and_centred_arrays_not_at_all() -> None:
    body, space = _module(GROUP_NORM)
    assert body.count(".sum(") == 2 and "axis=(2, 3)" in body and "zeros" not in body
    random = np.random.default_rng(0)
    X, T = random.normal(size=(2, 3, 4, 5)), random.normal(size=(2, 3, 4, 5))
    value, gradient = space["value_and_derivatives"](X=X, T=T)
    step = random.normal(size=X.shape)
    ahead, behind = (space["value"](X=X + sign * 1e-6 * step, T=T) for sign in (1, -1))
    assert np.allclose(value, space["value"](X=X, T=T))
    assert np.allclose((ahead - behind) / 2e-6, (gradient * step).sum(), rtol=1e-6)
