"""Hessians in which three or four indices are the same, in JAX, whose arrays are not written to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradcli.cli.main import main

PROGRAMS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "squares of a diagonal": ("L = sum(diag(A)**2)", lambda a: jnp.sum(jnp.diagonal(a) ** 2)),
    "cubes of a diagonal": ("L = sum(diag(A)**3) + sum(A**2)", lambda a: jnp.sum(jnp.diagonal(a) ** 3) + jnp.sum(a**2)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_hessian_on_a_diagonal_is_that_of_jax(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    program, function = PROGRAMS[name]
    text = f"A : R[n, n]; {program}"
    assert main(["emit", "-e", text, "--target", "jax", "--kind", "hessian", "--wrt", "A"]) == 0
    module: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(capsys.readouterr().out, "<emitted>", "exec"), module)
    a = np.random.default_rng(3).uniform(-1, 1, (3, 3))
    want = jax.hessian(function)(jnp.asarray(a))
    np.testing.assert_allclose(jax.jit(module["hessian_A"])(a), want, rtol=1e-5, atol=1e-6)
