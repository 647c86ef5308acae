"""Functions of arrays: what is emitted for every target has the value, gradient and Hessian that JAX finds."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.emit.helpers import functions

pytestmark = pytest.mark.usefixtures("double_precision")

TARGETS = ("numpy", "jax", *(["torch"] if find_spec("torch") else []))
Value = Any


def _p(x: Value, p: float) -> Value:
    return jnp.sum(jnp.abs(x) ** p) ** (1 / p)


def _sqrtm(a: Value) -> Value:
    """Of a symmetric matrix, so that JAX can differentiate it."""
    values, vectors = jnp.linalg.eigh((a + a.T) / 2)
    return (vectors * jnp.sqrt(values)) @ vectors.T


def _logm(a: Value) -> Value:
    values, vectors = jnp.linalg.eigh((a + a.T) / 2)
    return (vectors * jnp.log(values)) @ vectors.T


def _root_by_newton(a: Value) -> Value:
    """The principal root of any matrix near the identity, by Newton's method, which JAX differentiates."""
    root, unit = a, jnp.eye(len(a))
    rest = a
    for _ in range(7):
        back = jnp.linalg.inv(rest)
        root, rest = root @ (unit + back) / 2, (2 * unit + rest + back) / 4
    return root


def _sylvester(a: Value, b: Value, c: Value) -> Value:
    system = jnp.kron(a, jnp.eye(len(b))) + jnp.kron(jnp.eye(len(a)), b.T)
    return jnp.linalg.solve(system, c.reshape(-1)).reshape(c.shape)


def _power(a: Value, k: int) -> Value:
    return jnp.linalg.matrix_power(a, k)


N, MN, NN = (5,), (4, 5), (3, 3)
# name: (expression, the same in JAX, shapes of A (differentiated), b, c); "+" before a shape: positive, "d": definite
# fmt: off
CASES: dict[str, tuple[str, Callable[..., Value], tuple[Any, ...]]] = {
    "largest": ("max(A) * sum(A)", lambda a: jnp.max(a) * jnp.sum(a), (N,)),
    "smallest of a matrix": ("min(A)**2", lambda a: jnp.min(a) ** 2, (MN,)),
    "largest by axis": ("sum(b * max(A, axis=1)**2)", lambda a, b: jnp.sum(b * a.max(1) ** 2), (MN, (4,))),
    "smallest by axis": ("sum(b * min(3 - A, axis=0)**3)", lambda a, b: jnp.sum(b * (3 - a).min(0) ** 3), (MN, N)),
    "prod": ("prod(A)", jnp.prod, (N,)),
    "prod by axis": ("sum(b * prod(A, axis=0))", lambda a, b: jnp.sum(b * a.prod(0)), (MN, N)),
    "geometric mean": ("prod(A)**(1/n)", lambda a: jnp.prod(a) ** (1 / 5), (("+", N),)),
    "var": ("var(A)", jnp.var, (N,)),
    "var of a matrix, unbiased": ("var(A, ddof=1)**2", lambda a: jnp.var(a, ddof=1) ** 2, (MN,)),
    "var by axis": ("sum(b * var(A, axis=1, ddof=1))", lambda a, b: jnp.sum(b * a.var(1, ddof=1)), (MN, (4,))),
    "std": ("std(A)", jnp.std, (N,)),
    "std by axis": ("sum(b * std(A, axis=0))", lambda a, b: jnp.sum(b * a.std(0)), (MN, N)),
    "standardised": (
        "sum(b * (A - mean(A))**3 / std(A)**3)", lambda a, b: jnp.dot(b, ((a - a.mean()) / a.std()) ** 3), (N, N),
    ),
    "norm 1": ("norm(A, 1)**2", lambda a: jnp.sum(jnp.abs(a)) ** 2, (N,)),
    "norm 3": ("norm(A, 3)", lambda a: _p(a, 3), (N,)),
    "norm 4": ("norm(A, 4)", lambda a: _p(a, 4), (N,)),
    "norm 1.5": ("norm(A, 1.5)", lambda a: _p(a, 1.5), (N,)),
    "norm inf": ("norm(A, inf)**2", lambda a: jnp.max(jnp.abs(a)) ** 2, (N,)),
    "matrix norm 1": ("norm(A, 1)**2", lambda a: jnp.linalg.norm(a, 1) ** 2, (MN,)),
    "matrix norm inf": ("norm(A, inf)**2", lambda a: jnp.linalg.norm(a, jnp.inf) ** 2, (MN,)),
    "norm fro": ('norm(A, "fro")', jnp.linalg.norm, (MN,)),
    "norm by axis": ("sum(b * norm(A, axis=1))", lambda a, b: jnp.sum(b * jnp.linalg.norm(a, axis=1)), (MN, (4,))),
    "cumsum": ("dot(b, cumsum(A)**2)", lambda a, b: jnp.dot(b, jnp.cumsum(a) ** 2), (N, N)),
    "cumsum by axis": ("sum(B * cumsum(A, axis=1)**2)", lambda a, b: jnp.sum(b * jnp.cumsum(a, 1) ** 2), (MN, MN)),
    "log-returns": ("sum(exp(cumsum(log(A))))", lambda a: jnp.sum(jnp.exp(jnp.cumsum(jnp.log(a)))), (("+", N),)),
    "cumprod": ("dot(b, cumprod(A))", lambda a, b: jnp.dot(b, jnp.cumprod(a)), (N, N)),
    "cumprod by axis": ("sum(B * cumprod(A, axis=0))", lambda a, b: jnp.sum(b * jnp.cumprod(a, 0)), (MN, MN)),
    "flip": ("dot(A**2, flip(A))", lambda a: jnp.dot(a**2, jnp.flip(a)), (N,)),
    "flip of a matrix": ("sum(A**2 * flip(A))", lambda a: jnp.sum(a**2 * jnp.flip(a)), (MN,)),
    "roll": ("dot(A**2, roll(A, 2))", lambda a: jnp.dot(a**2, jnp.roll(a, 2)), (N,)),
    "roll by axis": ("sum(A**2 * roll(A, -1, axis=1))", lambda a: jnp.sum(a**2 * jnp.roll(a, -1, 1)), (MN,)),
    "cross": ("dot(b, cross(A, b + A**2))", lambda a, b: jnp.dot(b, jnp.cross(a, b + a**2)), ((3,), (3,))),
    "skew": ("sum(B * (skew(A) @ skew(A)))", lambda a, b: jnp.sum(b * (_skew(a) @ _skew(a))), ((3,), NN)),
    "sqrtm": ("sum(B * sqrtm(A))", lambda a, b: jnp.sum(b * _root_by_newton(a)), (("i", NN), NN)),
    "definite sqrtm": ("tr(B @ sqrtm(A + A.T))", lambda a, b: jnp.trace(b @ _sqrtm(a + a.T)), (("d", NN), NN)),
    "definite logm": ("tr(B @ logm(A + A.T))", lambda a, b: jnp.trace(b @ _logm(a + a.T)), (("d", NN), NN)),
    "logm": ("norm(logm(expm(A / 9)))**2", lambda a: jnp.sum(a**2) / 81, (NN,)),
    "sylvester": (
        "sum(sylvester(A, B, A @ B)**2)",
        lambda a, b: jnp.sum(_sylvester(a, b, a @ b) ** 2),
        (("i", NN), ("i", NN)),
    ),
    "svdvals": ("sum(svdvals(A)**3)", lambda a: jnp.sum(jnp.linalg.svd(a, compute_uv=False) ** 3), ((5, 4),)),
    "eigvalsh": ("sum(eigvalsh(A)**3)", lambda a: jnp.sum(jnp.linalg.eigvalsh((a + a.T) / 2) ** 3), (NN,)),
    "atan2": ("sum(b * atan2(A, b))", lambda a, b: jnp.sum(b * jnp.arctan2(a, b)), (N, N)),
    "hypot": ("sum(b * hypot(A, 2))", lambda a, b: jnp.sum(b * jnp.hypot(a, 2.0)), (N, N)),
    "logaddexp": ("sum(b * logaddexp(A, b + 1))", lambda a, b: jnp.sum(b * jnp.logaddexp(a, b + 1)), (N, N)),
    "leaky_relu": ("sum(b * leaky_relu(A, 0.2)**2)", lambda a, b: jnp.sum(b * jax.nn.leaky_relu(a, 0.2) ** 2), (N, N)),
    "clip": ("sum(b * clip(A, -1/2, 1)**2)", lambda a, b: jnp.sum(b * jnp.clip(a, -0.5, 1) ** 2), (N, N)),
    "digamma": ("sum(b * digamma(exp(A)))", lambda a, b: jnp.sum(b * jax.scipy.special.digamma(jnp.exp(a))), (N, N)),
    "lgamma": ("sum(b * lgamma(A))", lambda a, b: jnp.sum(b * jax.scipy.special.gammaln(a)), (N, N)),
    "expm by a scalar": ("b.T @ expm(A * C) @ b", lambda a, b, c: b @ jax.scipy.linalg.expm(a * c) @ b, ((), (3,), NN)),
}
# fmt: on


def _skew(v: Value) -> Value:
    return jnp.cross(jnp.eye(3), v)


def _arguments(shapes: tuple[Any, ...]) -> list[np.ndarray]:
    rng = np.random.default_rng(len(shapes))
    out = []
    for shape in shapes:
        kind, dims = shape if shape and isinstance(shape[0], str) else ("", shape)
        drawn = rng.standard_normal(dims)
        if kind == "+":
            drawn = 1 + np.abs(drawn)
        elif kind == "d":
            drawn = drawn @ drawn.T + np.eye(len(drawn))
        elif kind == "i":
            drawn = drawn / 4 + np.eye(len(drawn))
        out.append(drawn)
    return out


def _program(expression: str, arguments: list[np.ndarray]) -> str:
    names = ["A", "B" if "B" in expression else "b", "C"]
    lines = []
    for name, value in zip(names, arguments, strict=False):
        dims = ", ".join({5: "n", 4: "m"}.get(size, str(size)) for size in value.shape)
        lines.append(f"{name} : R[{dims}]" if dims else f"{name} : R")
    questions = ["grad f wrt A", *(["hessian f wrt A"] if arguments[0].ndim == 1 else [])]
    return "\n".join([*lines, f"f = {expression}", *questions]) + "\n"


def _differences(function: Callable[..., Value], arguments: list[np.ndarray], step: float = 1e-5) -> np.ndarray:
    """The Jacobian of a function of the first argument, by central differences."""
    first, *others = arguments
    sides = [[function(first + sign * step * unit, *others) for sign in (1, -1)] for unit in np.eye(len(first))]
    return np.stack([(np.asarray(right) - np.asarray(left)) / (2 * step) for right, left in sides], axis=1)


@pytest.mark.parametrize("name", CASES)
def test_every_target_agrees_with_jax(name: str) -> None:
    expression, reference, shapes = CASES[name]
    arguments = _arguments(shapes)
    want = [float(reference(*arguments)), np.asarray(jax.grad(reference)(*arguments))]
    for target in TARGETS:
        module = functions(_program(expression, arguments), "f", target)
        got = [np.asarray(part) for part in module["value_and_derivatives"](*arguments)]
        for have, expected in zip(got, want, strict=False):
            np.testing.assert_allclose(have, expected, rtol=1e-8, atol=1e-9, err_msg=f"{name}, {target}")
        if arguments[0].ndim == 1:
            if len(want) == 2:
                want.append(_differences(module["gradient_A"], arguments))
            np.testing.assert_allclose(got[2], want[2], rtol=1e-6, atol=1e-6, err_msg=f"{name}, {target}")


def test_the_size_of_a_block_matrix_is_a_product_of_sizes() -> None:
    """The Hessian of a root is by a matrix of stacked columns, whose size nothing else says."""
    module = functions("A : R[n, n] spd\nB : R[n, n]\nf = tr(B @ sqrtm(A))\nhessian f wrt A\n", "f")
    a, b = _arguments((("d", NN), NN))
    hessian = module["hessian_A"](a, b).reshape(9, 9)
    unit = np.eye(9).reshape(9, 3, 3)
    step = 1e-5
    gradient = functions("A : R[n, n]\nB : R[n, n]\nf = tr(B @ sqrtm(A))\ngrad f wrt A\n", "f")["gradient_A"]
    sides = [(gradient(a + step * e, b) - gradient(a - step * e, b)).reshape(-1) / (2 * step) for e in unit]
    np.testing.assert_allclose(hessian, np.stack(sides), rtol=1e-5, atol=1e-6)
