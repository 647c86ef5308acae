"""What `value` computes may be differentiated by a matrix that is declared definite: every entry counts as free."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.emit.helpers import functions

pytestmark = pytest.mark.usefixtures("double_precision")

VALUES = {
    "solution": "solve(S, b)",
    "solution-and-form": "solve(S, b) * (b.T @ solve(S, b))",
    "form": "b.T @ inv(S) @ b",
    "bilinear": "c.T @ inv(S) @ b",
    "determinant": "logdet(S)",
    "gaussian": "logdet(S) / 2 + b.T @ inv(S) @ b / 2",
    "entry-of-inverse": "inv(S)[1, 2]",
    "inverse": "inv(S)",
    "solutions": "solve(S, B)",
    "trace-of-form": "tr(B.T @ solve(S, B))",
    "half-form": "sum(B[1, 1] * (B.T @ solve(S, B)))",
}


@pytest.mark.parametrize("name", VALUES)
def test_the_derivative_of_the_emitted_value_is_the_plain_one(name: str) -> None:
    program = f"S : R[n, n] spd; b, c : R[n]; B : R[n, k]\ny = {VALUES[name]}\ngrad f wrt S\n"
    rng = np.random.default_rng(5)
    half = rng.standard_normal((4, 4))
    S, b, c, B = half @ half.T + np.eye(4), *rng.standard_normal((2, 4)), rng.standard_normal((4, 3))
    emitted = functions(program, "y", "jax")
    value = emitted["value"](S, b, c, B)
    weights = jnp.asarray(rng.standard_normal(value.shape))
    want = jax.grad(lambda S: jnp.sum(weights * emitted["value"](S, b, c, B)))(S)
    np.testing.assert_allclose(emitted["gradient_S"](S, b, c, B, grad_y=weights), want, rtol=1e-9, atol=1e-10)
