"""Factorisations in JAX, with the conventions of the language reference."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp

Value = Any


def _lu(x: Value) -> tuple[Value, ...]:
    p, lower, upper = jax.scipy.linalg.lu(x)
    return p.T, lower, upper  # JAX factors x == p @ lower @ upper, the language p @ x == lower @ upper


def _qr(x: Value) -> tuple[Value, ...]:
    q, r = jnp.linalg.qr(x)
    signs = jax.lax.stop_gradient(jnp.where(jnp.diagonal(r) < 0, -1.0, 1.0))
    return q * signs[None, :], signs[:, None] * r


def _eigh(x: Value) -> tuple[Value, ...]:
    values, vectors = jnp.linalg.eigh(x, symmetrize_input=True)
    return values[:, None], vectors


def _svd(x: Value) -> tuple[Value, ...]:
    u, s, vt = jnp.linalg.svd(x, full_matrices=False)
    return u, s[:, None], vt.T


def _doolittle(x: Value) -> tuple[Value, ...]:
    lower, upper = jnp.eye(len(x)), x
    for k in range(len(x) - 1):
        lower = lower.at[k + 1 :, k].set(upper[k + 1 :, k] / upper[k, k])
        upper = upper - jnp.outer(lower[:, k].at[: k + 1].set(0.0), upper[k])
    return lower, upper


FACTORS: dict[str, Callable[[Value], tuple[Value, ...]]] = {
    "lu": _lu,
    "doolittle": _doolittle,
    "chol": lambda x: (jnp.linalg.cholesky(x),),
    "qr": _qr,
    "eigh": _eigh,
    "svd": _svd,
}
