"""An arbitrary scalar function of several values: its gradients and second derivatives, emitted, against JAX."""

from __future__ import annotations

import inspect
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradcli.derive.derive import derive
from gradcli.program.elaborate import elaborate
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.check import check_source
from tests.factor.emitted import answers, drawn, emitted

jax.config.update("jax_enable_x64", True)

A, B, C, X = drawn(1, 2, 4), drawn(2, 3, 4), drawn(3, 3, 4), drawn(4, 4)


def _mixed(u: Any, v: Any) -> Any:
    return jnp.sum(jnp.sin(u)) * jnp.sum(v**2) + jnp.sum(jnp.exp(u[:, None] * v[None, :] / 3)) + u[0] * v[1] ** 3


def _called(text: str, given: dict[str, Any], **free: Any) -> Any:
    """The Hessian by x, given those derivatives of f that it asks for."""
    function = emitted(text)["hessian_x"]
    taken = inspect.signature(function).parameters
    return function(**free, **{name: np.asarray(value) for name, value in given.items() if name in taken})


def test_second_derivatives_of_a_function_of_two_vectors() -> None:
    text = "A : R[p, n]\nB : R[m, n]\nu = A @ x\nv = sin(B @ x)\nloss f(u, v)\nhessian f wrt x"
    u, v = jnp.asarray(A @ X), jnp.sin(jnp.asarray(B @ X))
    slopes = jax.grad(_mixed, argnums=(0, 1))(u, v)
    bends = jax.hessian(_mixed, argnums=(0, 1))(u, v)
    given = {"grad_u": slopes[0], "grad_v": slopes[1], "hess_u": bends[0][0], "hess_u_v": bends[0][1]}
    given |= {"hess_v": bends[1][1]}
    got = _called(text, given, A=A, B=B, x=X)
    want = jax.hessian(lambda x: _mixed(A @ x, jnp.sin(B @ x)))(jnp.asarray(X))
    np.testing.assert_allclose(got, want, rtol=1e-9, atol=1e-9)


def test_second_derivatives_of_a_function_of_a_matrix_and_a_vector() -> None:
    def function(y: Any, u: Any) -> Any:
        return jnp.sum(jnp.cos(y) * u[:, None] ** 2) + jnp.sum(y @ y.T) ** 2 / 9

    text = "A : R[p, n]\nB : R[p, n]\nY = (B @ x) @ x.T\nu = A @ x\nloss f(Y, u)\nhessian f wrt x"
    rows = drawn(5, 2, 4)
    of_x = lambda x: function(jnp.outer(rows @ x, x), A @ x)  # noqa: E731
    y, u = jnp.outer(rows @ X, X), jnp.asarray(A @ X)
    slopes = jax.grad(function, argnums=(0, 1))(y, u)
    bends = jax.hessian(function, argnums=(0, 1))(y, u)
    given = {"grad_Y": slopes[0], "grad_u": slopes[1], "hess_Y": bends[0][0], "hess_u": bends[1][1]}
    given |= {"hess_Y_u": bends[0][1], "hess_u_Y": bends[1][0]}
    got = _called(text, given, A=A, B=rows, x=X)
    np.testing.assert_allclose(got, jax.hessian(of_x)(jnp.asarray(X)), rtol=1e-9, atol=1e-9)


DEPENDENT = "A : R[n, n]\nu = A @ x\ny = sin(u) * x\nloss f(y, u)\n"


def test_where_one_argument_depends_on_another_its_gradient_is_the_whole_one() -> None:
    claims = """check grad(f, x) == A.T @ grad(f, u) + sin(u) * grad(f, y)
check grad(f, A) == grad(f, u) @ x.T
refute grad(f, A) == (cos(u) * x * grad(f, y)) @ x.T
refute grad(f, x) == A.T @ (grad(f, u) + cos(u) * x * grad(f, y)) + sin(u) * grad(f, y)
"""
    verdicts = check_source(Source("<test>", DEPENDENT + claims)).verdicts
    assert [verdict.ok for verdict in verdicts] == [True] * 4
    _, (answer,) = answers(DEPENDENT + "grad f wrt x")
    assert "grad(f, u) counts what f does through y too" in answer.notes


def test_its_second_derivative_is_refused_with_the_reason() -> None:
    module, diagnostics = parse_module(Source("<test>", DEPENDENT + "hessian f wrt x"))
    (found,) = derive(elaborate([module], diagnostics)).diagnostics
    assert found.code == "E402" and "depends on u through another of its arguments" in found.message


@pytest.mark.parametrize("kind", ["gradient", "hvp"])
def test_free_arguments_have_derivatives_by_name(kind: str) -> None:
    question = {"gradient": "grad f wrt x", "hvp": "hvp f wrt x"}[kind]
    _, (answer,) = answers(f"x : R[n]\ny : R[m]\nu = x * 2\nloss f(u, y)\n{question}")
    assert answer.shape == ("n",)
