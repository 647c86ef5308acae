"""Norms of singular values of matrices of unknown shape: tall, square and wide."""

from __future__ import annotations

import numpy as np
import pytest

from tests.emit.helpers import functions

F = {
    'norm(A, "nuc")': lambda a: np.linalg.norm(a, "nuc"),
    "norm(A, 2)": lambda a: np.linalg.norm(a, 2),
    "sum(svdvals(A))": lambda a: np.linalg.svd(a, compute_uv=False).sum(),
}


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("text", F)
def test_gradients_against_differences(text: str, target: str) -> None:
    pytest.importorskip(target)
    made = functions(f"A : R[m, n]\nf = {text}\ngrad f wrt A", "f", target)
    for shape in ((4, 2), (3, 3), (3, 4), (2, 5)):
        a = np.random.default_rng(7).normal(size=shape)
        want = np.zeros(shape)
        for place in np.ndindex(shape):
            step = np.zeros(shape)
            step[place] = 1e-5
            want[place] = (F[text](a + step) - F[text](a - step)) / 2e-5
        value, gradient = made["value_and_derivatives"](a)
        assert np.allclose(float(value), F[text](a), rtol=1e-5)
        assert np.allclose(np.asarray(gradient), want, rtol=1e-4, atol=1e-5)


def test_what_zeros_would_change_is_refused() -> None:
    made = functions("A : R[m, n]\nf = mean(svdvals(A))\ngrad f wrt A", "f")
    assert made["value"](np.eye(3, 2)) == 1
    for name in ("value", "gradient_A", "value_and_derivatives"):
        with pytest.raises(ValueError, match="at least as many rows"):
            made[name](np.eye(2, 3))
    log = functions("A : R[m, n]\nf = sum(log(svdvals(A)))\ngrad f wrt A", "f")
    with pytest.raises(ValueError, match="at least as many rows"):
        log["value"](np.eye(2, 3))
    alone = functions("A : R[m, n]\nB : R[n, n]\nU, s, V = svd(A)\nf = tr(V.T @ B @ V)\n", "f")
    with pytest.raises(ValueError, match="at least as many rows"):
        alone["value"](np.eye(2, 3), np.eye(3))
