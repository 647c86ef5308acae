"""Random arguments for a program: sizes, arrays with their attributes, smooth opaque functions."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from tests.oracle.jax_functions import nth_derivative

SIZES = (3, 4, 2, 5, 6, 7)


def sizes_of(dims: Sequence[str]) -> dict[str, int]:
    """Distinct small sizes, in order of first mention."""
    named = [dim for dim in dict.fromkeys(dims) if not dim.isdigit()]
    return {dim: SIZES[i] if i < len(SIZES) else 8 + i for i, dim in enumerate(named)}


def array(shape: tuple[int, ...], attributes: Sequence[str], source: np.random.Generator) -> np.ndarray:
    """An array of which the attributes are true, its entries away from 0."""
    a = source.uniform(0.2, 1.2, shape) * source.choice([-1.0, 1.0], shape)
    if "positive" in attributes:
        a = np.abs(a)
    if "spd" in attributes:
        return a @ a.T + np.eye(shape[0])
    if "orthogonal" in attributes:
        return np.linalg.qr(a)[0]
    if "permutation" in attributes:
        return np.eye(shape[0])[source.permutation(shape[0])]
    if "diagonal" in attributes:
        a = np.diag(np.diag(a))
    elif "symmetric" in attributes:
        a = (a + a.T) / 2
    if "lower" in attributes:
        a = np.tril(a)
    if "upper" in attributes:
        a = np.triu(a)
    if "unit" in attributes:
        a = a - np.diag(np.diag(a)) + np.eye(shape[0])
    return a


def scalar_function(name: str) -> Callable[[int], Callable[[Any], Any]]:
    """An opaque function settled by its name: `order -> derivative`."""
    phase = zlib.crc32(name.encode()) % 97 / 31

    def g(t: Any) -> Any:
        return 0.8 * jnp.sin(1.3 * t + phase) + 0.3 * t**2 + 2.5

    return lambda order: nth_derivative(g, order)


def vector_function(
    name: str, domain: tuple[int, ...], codomain: tuple[int, ...]
) -> Callable[[int], Callable[[Any], Any]]:
    """An opaque map of arrays: `order -> derivative`, whose axes are the codomain's, then the domain's."""
    source = np.random.default_rng(zlib.crc32(name.encode()))
    weights = jnp.asarray(source.uniform(-1, 1, (*codomain, *domain)))
    phases = jnp.asarray(source.uniform(-1, 1, codomain))
    axes = len(domain)

    def h(x: Any) -> Any:
        u = jnp.tensordot(weights, x, axes) + phases
        return jnp.sin(u) + 0.25 * u**2 + 0.1 * jnp.sum(x**3)

    def derivative(order: int) -> Callable[[Any], Any]:
        function: Callable[[Any], Any] = h
        for _ in range(order):
            function = jax.jacobian(function)
        return function

    return derivative


def arbitrary_scalar(shape: tuple[int, ...]) -> Callable[[Any], Any]:
    """An arbitrary smooth scalar function of an array: linear and nonlinear parts, nowhere symmetric."""
    source = np.random.default_rng(5)
    a, b, c = (jnp.asarray(source.uniform(0.3, 1.5, shape)) for _ in range(3))
    return lambda y: jnp.sum(a * y) + jnp.sum(jnp.sin(b * y + c)) + 0.1 * jnp.sum(c * y) ** 2
