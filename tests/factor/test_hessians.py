"""Second derivatives through factorisations, matrix functions and relations, emitted, against jax.hessian."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.linalg as jsl
import numpy as np
import pytest

from tests.factor.emitted import drawn, emitted, spd

jax.config.update("jax_enable_x64", True)

GIVEN = "A : R[n, n]\nx : R[n]\nM = A + diag(x) + x @ x.T\n"
ASKED = "\nhessian f wrt x"
MATRIX, POINT = spd(1, 4), drawn(2, 4)


def _lu(m: Any) -> Any:
    p, lower, upper = jsl.lu(m)
    return p.T, lower, upper


CASES: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "lu": (
        "P, L, U = lu(M)\nf = sum(L**2) + sum(sin(U))",
        lambda m: jnp.sum(_lu(m)[1] ** 2) + jnp.sum(jnp.sin(_lu(m)[2])),
    ),
    "chol": ("L = chol(M)\nf = sum(L**3)", lambda m: jnp.sum(jnp.linalg.cholesky(m) ** 3)),
    "qr": ("Q, R = qr(M)\nf = sum(Q**4) * sum(R**2)", lambda m: jnp.sum(jnp.linalg.qr(m)[0] ** 4) * jnp.sum(m**2)),
    "eigh values": ("w, V = eigh(M)\nf = sum(exp(w / 5))", lambda m: jnp.sum(jnp.exp(jnp.linalg.eigh(m)[0] / 5))),
    "eigh vectors": ("w, V = eigh(M)\nf = sum(V**4)", lambda m: jnp.sum(jnp.linalg.eigh(m)[1] ** 4)),
    "svd values": ("U, s, V = svd(M)\nf = sum(log(s)**2)", lambda m: jnp.sum(jnp.log(jnp.linalg.eigh(m)[0]) ** 2)),
    "pinv": ("f = sum(pinv(M)**2)", lambda m: jnp.sum(jnp.linalg.inv(m) ** 2)),
    "expm": ("f = sum(expm(M / 5)**2)", lambda m: jnp.sum(jsl.expm(m / 5) ** 2)),
    "norm2": ("f = norm2(M)**2", lambda m: jnp.linalg.eigh(m)[0][-1] ** 2),
    "norm_nuc": ("f = norm_nuc(M)**2", lambda m: jnp.trace(m) ** 2),
    "relation": (
        "implicit y : M @ y + y**3 / 50 == x\nf = y.T @ y",
        lambda m: None,  # the relation uses x itself: see below
    ),
}


def _relation(x: Any) -> Any:
    m = MATRIX + jnp.diag(x) + jnp.outer(x, x)
    y = jnp.zeros(4)
    for _ in range(25):
        y = y - jnp.linalg.solve(m + jnp.diag(3 * y**2 / 50), m @ y + y**3 / 50 - x)
    return y @ y


@pytest.mark.parametrize("name", sorted(CASES))
def test_emitted_hessian_is_that_of_jax(name: str) -> None:
    program, function = CASES[name]

    def of_point(x: Any) -> Any:
        return _relation(x) if name == "relation" else function(MATRIX + jnp.diag(x) + jnp.outer(x, x))

    module = emitted(GIVEN + program + ASKED)
    np.testing.assert_allclose(module["value"](A=MATRIX, x=POINT), of_point(jnp.asarray(POINT)), rtol=1e-10)
    want = np.asarray(jax.hessian(of_point)(jnp.asarray(POINT)))
    got = module["hessian_x"](A=MATRIX, x=POINT)
    np.testing.assert_allclose(got, want, rtol=1e-7, atol=1e-8 * np.abs(want).max())
