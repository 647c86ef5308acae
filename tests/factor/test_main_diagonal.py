"""The main diagonal of a matrix that is not square has min(m, n) entries, whichever is smaller."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradcli.program.elaborate import elaborate
from gradcli.render.derive_mc import derive_mc
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.check import check_source
from tests.factor.emitted import answers, drawn, emitted

jax.config.update("jax_enable_x64", True)

TEXT = "A, B : R[m, n]\ny = sin(diag(A)) * diag(B) / min(m, n)\nf = sum(y**2) + sum(diag(A))\n"


def _y(a: Any, b: Any) -> Any:
    return jnp.sin(jnp.diagonal(a)) * jnp.diagonal(b) / min(a.shape)


def _f(a: Any, b: Any) -> Any:
    return jnp.sum(_y(a, b) ** 2) + jnp.trace(a)


@pytest.mark.parametrize("shape", [(2, 5), (5, 2), (3, 3), (1, 3), (4, 1)])
def test_derivatives_of_any_shape_are_those_of_jax(shape: tuple[int, int]) -> None:
    a, b = drawn(1, *shape), drawn(2, *shape)
    asked = emitted(TEXT + "grad f wrt A, B")
    np.testing.assert_allclose(asked["value"](A=a, B=b), _f(a, b), rtol=1e-12)
    for name, place in (("A", 0), ("B", 1)):
        want = jax.grad(_f, argnums=place)(a, b)
        np.testing.assert_allclose(asked[f"gradient_{name}"](A=a, B=b), want, atol=1e-12)
    jacobian = emitted(TEXT + "jacobian y wrt A")["jacobian_A"](A=a, B=b)
    np.testing.assert_allclose(jacobian, jax.jacobian(_y)(a, b), atol=1e-12)
    hessian = emitted(TEXT + "hessian f wrt A")["hessian_A"](A=a, B=b)
    np.testing.assert_allclose(hessian, jax.hessian(_f)(a, b), atol=1e-12)


def test_an_arbitrary_function_of_the_diagonal() -> None:
    module = emitted("A : R[m, n]\ny = diag(A)\nloss f(y)\ngrad f wrt A")
    for m, n in ((2, 4), (4, 2)):
        seed = drawn(3, min(m, n))
        want = np.zeros((m, n))
        want[range(min(m, n)), range(min(m, n))] = seed
        np.testing.assert_allclose(module["gradient_A"](A=drawn(4, m, n), grad_y=seed), want, atol=1e-12)


def test_what_is_printed_holds() -> None:
    program, found = answers(TEXT + "jacobian y wrt A\ngrad f wrt A, B\nhessian f wrt B")
    verdicts = check_source(Source("<test>", derive_mc(program, found))).verdicts
    assert verdicts and all(verdict.ok for verdict in verdicts)


def test_claims_at_all_shapes() -> None:
    claims = """A : R[m, n]
check grad(sum(diag(A)), A) == triu(tril(ones(m, n)))
check sum(ones(min(m, n))) == min(m, n)
refute grad(sum(diag(A)), A) == ones(m, n)
refute sum(diag(A)) == sum(A)
refute min(m, n) == m
"""
    verdicts = check_source(Source("<test>", claims)).verdicts
    assert [verdict.ok for verdict in verdicts] == [True] * 5


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        ("y = diag(A) + x\nA : R[n, p]\nx : R[n]", None),
        ("A : R[n, n]\ny = diag(A) + x", ("n",)),
        ("A : R[3, 5]\ny = diag(A)", (3,)),
        ("A : R[3, n]\ny = diag(A)", ("min(3, n)",)),
        ("A : R[n, m]\ny = diag(A) + diag(A.T)", ("min(m, n)",)),
    ],
)
def test_sizes_of_a_diagonal(text: str, shape: tuple[int | str, ...] | None) -> None:
    module, diagnostics = parse_module(Source("<test>", text))
    program = elaborate([module], diagnostics)
    errors = [d.code for d in program.diagnostics if d.is_error]
    assert errors == (["E301"] if shape is None else [])
    if shape is not None:
        assert program.nodes["y"].shape == shape
