"""A matrix that is written out stays one in the derivative by a scalar: no product is multiplied out by entry."""

from __future__ import annotations

import json

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.cli.run import run
from tests.factor.emitted import emitted

ROTATION = "t : R\nA = [[cos(t), -sin(t)], [sin(t), cos(t)]]\n"
CASES = {
    f"{ROTATION}p : R[2]\ny = A @ p\njacobian y wrt t\n": ("[[-sin(t), -cos(t)], [cos(t), -sin(t)]] @ p", []),
    f"{ROTATION}D : R[2, 2]\nS = A @ D @ A.T\njacobian S wrt t\n": (
        "A @ D @ s1.T + s1 @ D @ A.T",
        ["[[-sin(t), -cos(t)], [cos(t), -sin(t)]]"],
    ),
    "a, b : R\nB : R[2, 2]\nD = [[a, 0], [0, b]]\nS = B @ D @ B.T\njacobian S wrt b\n": (
        "B @ [[0, 0], [0, 1]] @ B.T",
        [],
    ),
}


@pytest.mark.parametrize("program", CASES)
def test_the_literal_stands_in_the_product(program: str) -> None:
    (result,) = json.loads(run("derive", "-", "--format", "json", stdin=program).out)["results"]
    assert (result["mc"], [step["mc"] for step in result["where"]]) == CASES[program]


def test_its_value_is_that_of_jax() -> None:
    jax.config.update("jax_enable_x64", True)
    module = emitted(f"{ROTATION}D : R[2, 2]\nS = A @ D @ A.T\njacobian S wrt t\n")
    inner, angle = np.array([[1.0, 2.0], [-3.0, 0.5]]), 0.7

    def turned(t: jax.Array) -> jax.Array:
        rotation = jnp.array([[jnp.cos(t), -jnp.sin(t)], [jnp.sin(t), jnp.cos(t)]])
        return rotation @ inner @ rotation.T

    np.testing.assert_allclose(module["jacobian_t"](t=angle, D=inner), jax.jacfwd(turned)(angle), rtol=1e-12)
