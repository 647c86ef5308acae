"""Gradients of factorisations and matrix functions, emitted, against JAX."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
import jax.scipy.linalg as jsl
import numpy as np
import pytest

from tests.factor.emitted import drawn, emitted, spd

jax.config.update("jax_enable_x64", True)


@dataclass(frozen=True)
class Case:
    """A program that defines the scalar f, the same function for JAX, and where both are taken."""

    program: str
    function: Callable[..., Any]
    at: dict[str, np.ndarray]


def _lu(a: Any) -> Any:
    p, lower, upper = jsl.lu(a)
    return p.T, lower, upper


def _qr(a: Any) -> Any:
    q, r = jnp.linalg.qr(a)
    signs = jnp.sign(jnp.diagonal(r))
    return q * signs, signs[:, None] * r


def _svd(a: Any) -> Any:
    u, s, vt = jnp.linalg.svd(a, full_matrices=False)
    return u, s, vt.T


def _lu_case(X: Any, A: Any, B: Any) -> Any:
    p, lower, upper = _lu(X)
    return jnp.sum(A * jnp.sin(lower) + B * jnp.cos(upper)) + jnp.sum(p @ lower @ p)


def _qr_case(X: Any, A: Any, B: Any) -> Any:
    q, r = _qr(X)
    return jnp.sum(A * q**2 * jnp.exp(q)) + jnp.sum(B * r**3)


def _eigh_case(S: Any, A: Any) -> Any:
    w, v = jnp.linalg.eigh(S)
    return jnp.sum(jnp.sin(w)) * jnp.sum(A * v**2) + w[0] * jnp.sum((v @ jnp.diag(w)) ** 2)


def _spectral_case(S: Any, X: Any, A: Any, x: Any, y: Any) -> Any:
    w, u = jnp.linalg.eigvalsh(S), jnp.linalg.eigvalsh((X + X.T) / 2)
    of_values = jnp.sum(jnp.log(w) + jnp.sqrt(w) + w**3 * jnp.exp(-w)) - jnp.sum(1 / (1 + w)) + jnp.sum(1 / u)
    of_matrix = jnp.sum(w**2 * jnp.log(w)) + jnp.sum(w * jnp.log(w)) + jnp.trace(A @ jsl.expm(A))
    return of_values + of_matrix + jnp.trace(A @ jnp.outer(x, y) @ jnp.linalg.inv(S))


def _svd_case(X: Any, A: Any, B: Any) -> Any:
    u, s, v = _svd(X)
    return jnp.sum(A * u**2) + jnp.sum(jnp.log(s)) * jnp.sum(B * v**2) + jnp.sum((u @ jnp.diag(s**3) @ v.T) ** 2 * A)


CASES: dict[str, Case] = {
    "lu": Case(
        "X, A, B : R[n, n]\nP, L, U = lu(X)\nf = sum(A * sin(L) + B * cos(U)) + sum(P @ L @ P)\ngrad f wrt X",
        _lu_case,
        {"X": drawn(1, 4, 4), "A": drawn(2, 4, 4), "B": drawn(3, 4, 4)},
    ),
    "lu of a product": Case(
        "X : R[n, m]\nB : R[m, n]\nc : R[n]\nP, L, U = lu(X @ B)\nf = sum((U @ L @ c)**2)\ngrad f wrt X, B",
        lambda X, B, c: jnp.sum((_lu(X @ B)[2] @ _lu(X @ B)[1] @ c) ** 2),
        {"X": drawn(4, 3, 5), "B": drawn(5, 5, 3), "c": drawn(6, 3)},
    ),
    "chol": Case(
        "S : R[n, n] spd\nA : R[n, n]\nL = chol(S)\nf = sum(A * L**3) + logdet(L)\ngrad f wrt S",
        lambda S, A: jnp.sum(A * jnp.linalg.cholesky(S) ** 3) + jnp.sum(jnp.log(jnp.diagonal(jnp.linalg.cholesky(S)))),
        {"S": spd(7, 4), "A": drawn(8, 4, 4)},
    ),
    "chol in an expression": Case(
        "X : R[m, n]\ny : R[n]\nf = norm(solve(chol(X.T @ X), y))**2\ngrad f wrt X, y",
        lambda X, y: jnp.sum(jnp.linalg.solve(jnp.linalg.cholesky(X.T @ X), y) ** 2),
        {"X": drawn(9, 5, 3), "y": drawn(10, 3)},
    ),
    "qr": Case(
        "X, A : R[m, n]\nB : R[n, n]\nQ, R = qr(X)\nf = sum(A * Q**2 * exp(Q)) + sum(B * R**3)\ngrad f wrt X",
        _qr_case,
        {"X": drawn(11, 5, 3), "A": drawn(12, 5, 3), "B": drawn(13, 3, 3)},
    ),
    "eigh": Case(
        "S : R[n, n] symmetric\nA : R[n, n]\nw, V = eigh(S)\n"
        "f = sum(sin(w)) * sum(A * V**2) + w[1] * sum((V @ diag(w))**2)\ngrad f wrt S",
        _eigh_case,
        {"S": spd(14, 4), "A": drawn(15, 4, 4)},
    ),
    "functions of eigenvalues": Case(
        "S : R[n, n] spd\nX, A : R[n, n]\nx, y : R[n]\nw = eigvalsh(S)\nu = eigvalsh(X)\n"
        "f = sum(log(w) + sqrt(w) + w**3 * exp(-w)) - sum(1 / (1 + w)) + sum(1 / u) + tr(S @ S @ logm(S))"
        " + tr(S @ logm(S)) + tr(A @ expm(A)) + tr(A @ x @ y.T @ inv(S))\ngrad f wrt S, X, A, x, y",
        _spectral_case,
        {
            "S": spd(22, 4),
            "X": spd(23, 4) + drawn(24, 4, 4),
            "A": drawn(25, 4, 4),
            "x": drawn(26, 4),
            "y": drawn(27, 4),
        },
    ),
    "svd": Case(
        "X, A : R[m, n]\nB : R[n, n]\nU, s, V = svd(X)\n"
        "f = sum(A * U**2) + sum(log(s)) * sum(B * V**2) + sum((U @ diag(s**3) @ V.T)**2 * A)\ngrad f wrt X",
        _svd_case,
        {"X": drawn(16, 5, 3), "A": drawn(17, 5, 3), "B": drawn(18, 3, 3)},
    ),
    "svd of a wide matrix": Case(
        "X, A : R[3, 5]\nB : R[5, 3]\nU, s, V = svd(X)\nf = sum(U**4) + sum(s**3) * sum(B * V**2)\ngrad f wrt X",
        lambda X, A, B: jnp.sum(_svd(X)[0] ** 4) + jnp.sum(_svd(X)[1] ** 3) * jnp.sum(B * _svd(X)[2] ** 2),
        {"X": drawn(19, 3, 5), "A": drawn(20, 3, 5), "B": drawn(21, 5, 3)},
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_emitted_gradient_is_that_of_jax(name: str) -> None:
    case = CASES[name]
    module = emitted(case.program)
    np.testing.assert_allclose(module["value"](**case.at), case.function(**case.at), rtol=1e-11)
    asked = case.program.rsplit("wrt ", 1)[1].split(", ")
    expected = jax.grad(lambda given: case.function(**given))({k: jnp.asarray(v) for k, v in case.at.items()})
    for variable in asked:
        got = module[f"gradient_{variable}"](**case.at)
        want = expected[variable]
        np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-9 * float(np.abs(want).max()))
