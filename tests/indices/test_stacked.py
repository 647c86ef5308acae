"""∂vec(Y)/∂vec(X) is the matrix of JAX's Jacobian, in Kronecker form where there is one."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from gradcli.render.mc import mc
from tests.indices.numbers import Point, derived, vec

HEAD = "A : R[m, n]\nX : R[n, p]\nB : R[p, q]\nS : R[n, n]\nZ : R[n, n]\nx : R[n]\nu : R[m]\n"

# program, value, variable, the form (None: any)
CASES = [
    ("Y = A @ X @ B", "Y", "X", "kron(B.T, A)"),
    ("Y = A @ X @ B", "Y", "A", "kron(B.T @ X.T, eye(m))"),
    ("Y = A @ X @ B", "Y", "B", "kron(eye(q), A @ X)"),
    ("Y = X.T", "Y", "X", "K"),
    ("Y = B.T @ X.T @ A.T", "Y", "X", "kron(A, B.T) @ K"),
    ("Y = S @ S", "Y", "S", "kron(eye(n), S) + kron(S.T, eye(n))"),
    ("Y = inv(S)", "Y", "S", "-kron(Y.T, Y)"),
    ("Y = exp(X)", "Y", "X", "diag(vec(Y))"),
    ("Y = A.T * (X @ B @ B.T @ X.T @ A.T)", "Y", "X", None),
    ("Y = S * (Z @ S)", "Y", "S", None),
    ("Y = S * S.T", "Y", "S", None),
    ("Y = A @ diag(x)", "Y", "x", None),
    ("Y = diag(x)", "Y", "x", None),
    ("Y = u @ x.T", "Y", "x", "kron(eye(n), u)"),
    ("Y = u @ x.T", "Y", "u", "kron(x, eye(m))"),
    ("y = A @ x", "y", "A", "kron(x.T, eye(m))"),
    ("y = A @ x", "y", "x", "A"),
    ("Y = sum(X**2) * A", "Y", "X", "2 * vec(A) @ vec(X).T"),
    ("Y = logdet(S) * S", "Y", "S", None),
    ("Y = tril(S) @ X", "Y", "S", None),
    ("Y = kron(A, X)", "Y", "X", None),
    ("Y = kron(X, A)", "Y", "X", None),
    ("Y = reshape(X, p, n)", "Y", "X", None),
    ("y = diag(S @ Z)", "y", "S", None),
    ("y = sum(X, axis=0)", "y", "X", None),
    ("Y[i, j] = sum[k](A[i, k] * x[k] * X[k, j])", "Y", "X", "kron(eye(p), A @ diag(x))"),
    ("y = vec(A @ X)", "y", "X", "kron(eye(p), A)"),
    ("c = tr(S)\nY = c**2 * A @ X", "Y", "S", None),
]


@pytest.mark.parametrize(("body", "of", "wrt", "form"), CASES)
def test_the_matrix_of_the_jacobian(body: str, of: str, wrt: str, form: str | None) -> None:
    text = f"{HEAD}{body}\njacobian {of} wrt {wrt}"
    derivation = derived(text, stacked=True)
    (answer,) = derivation.answers
    point = Point(text)
    at = point.setting.free[wrt]
    jacobian = jax.jacobian(lambda v: vec(point.value(of, **{wrt: _unvec(v, at.shape)})))(vec(at))
    got = point.number(derivation, answer)
    np.testing.assert_allclose(got, np.asarray(jacobian).reshape(got.shape), rtol=1e-9, atol=1e-9)
    assert got.shape == (jacobian.shape[0], at.size)
    if form is not None:
        assert mc(answer.value) == form


def _unvec(v, shape):  # type: ignore[no-untyped-def]
    return v.reshape(shape[::-1]).T if len(shape) == 2 else v


def test_the_denominator_layout_is_the_transpose() -> None:
    derivation = derived(f"{HEAD}Y = A @ X @ B\nlayout denominator\njacobian Y wrt X", stacked=True)
    assert mc(derivation.answers[0].value) == "kron(B, A.T)"


def test_the_commutation_matrix_is_named_and_defined() -> None:
    derivation = derived(f"{HEAD}Y = A @ X\nZ2 = X.T @ A.T\njacobian Z2 wrt X, A", stacked=True)
    by_x, by_a = derivation.answers
    assert [mc(step.name) for step in by_x.where] == ["K"]
    assert [mc(step.name) for step in by_a.where] == ["K_2"]  # of another shape, another name
    assert by_x.notes == ("K is the commutation matrix: vec(X.T) = K @ vec(X) for X n x p",)


SECOND = [
    ("f = tr(X.T @ S @ X @ B @ B.T)", "X"),
    ("f = sum(exp(A @ X))", "X"),
    ("f = logdet(S)", "S"),
    ("f = sum((S @ S)**2)", "S"),
]


@pytest.mark.parametrize(("body", "wrt"), SECOND)
def test_the_hessian_by_a_matrix_as_a_matrix(body: str, wrt: str) -> None:
    text = f"{HEAD}{body}\nhessian f wrt {wrt}"
    derivation = derived(text, stacked=True)
    point = Point(text)
    at = point.setting.free[wrt]
    want = jax.hessian(lambda v: point.value("f", **{wrt: _unvec(v, at.shape)}))(vec(at))
    got = point.number(derivation, derivation.answers[0])
    np.testing.assert_allclose(got, np.asarray(want), rtol=1e-8, atol=1e-8)
