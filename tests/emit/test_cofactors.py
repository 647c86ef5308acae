"""Second derivatives of determinants have their values at every matrix: they are polynomials of its entries."""

from __future__ import annotations

from itertools import permutations
from math import prod

import numpy as np
import pytest

import gradcli

TARGETS = ["numpy", "jax", "torch"]


def minors(a: np.ndarray) -> np.ndarray:
    """The second derivatives of Leibniz' sum over all permutations, term by term."""
    n = len(a)
    out = np.zeros((n,) * 4)
    for order in permutations(range(n)):
        sign = prod(-1 for i in range(n) for j in range(i) if order[j] > order[i])
        for i in range(n):
            for k in range(n):
                if i != k:
                    rest = prod(a[m, order[m]] for m in range(n) if m not in (i, k))
                    out[i, order[i], k, order[k]] += sign * rest
    return out


def of_rank(n: int, rank: int) -> np.ndarray:
    source = np.random.default_rng(10 * n + rank)
    return source.normal(size=(n, rank)) @ source.normal(size=(rank, n))


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(("text", "factor"), [("f = det(X)", 1), ("f = c - 3*det(X)", -3), ("d = det(X); f = 2*d", 2)])
def test_second_derivatives_of_determinants(target: str, text: str, factor: int) -> None:
    pytest.importorskip(target)
    if target == "jax":
        import jax

        jax.config.update("jax_enable_x64", True)
    program = gradcli.parse(f"X : R[n, n]; c : R\n{text}")
    hessian, along = (getattr(ask("f", "X"), f"to_{target}")() for ask in (program.hess, program.hvp))
    for n, rank in [(1, 1), (1, 0), (2, 2), (2, 1), (2, 0), (3, 3), (3, 2), (3, 1), (4, 2)]:
        a, direction = of_rank(n, rank), of_rank(n, n)
        rest = {"c": 0.5}
        expected = factor * minors(a)
        np.testing.assert_allclose(np.asarray(hessian(X=a, **rest)), expected, atol=1e-10)
        got = np.asarray(along(X=a, V=direction, **rest))
        np.testing.assert_allclose(got, np.einsum("ijkl,kl->ij", expected, direction), atol=1e-10)


def test_other_differences_stay() -> None:
    """A near miss: the same products with other factors are no change of cofactors."""
    program = gradcli.parse("X : R[n, n]\nf = det(X)**2 + tr(inv(X))*det(X)")
    a, step = of_rank(3, 3), 1e-5
    gradient = program.grad("f", "X").to_numpy()
    got = program.hess("f", "X").to_numpy()(X=a)
    for i in range(3):
        for j in range(3):
            moved = np.zeros((3, 3))
            moved[i, j] = step
            slope = (gradient(X=a + moved) - gradient(X=a - moved)) / (2 * step)
            np.testing.assert_allclose(got[:, :, i, j], slope, rtol=1e-5, atol=1e-5)
