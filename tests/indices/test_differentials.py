"""Differentials and Hessian-vector products against JAX's directional derivatives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jax
import numpy as np
import pytest

from gradcli.derive.derive import Derivation
from gradcli.expr.node import Node, name_of, own_program
from gradcli.expr.walk import postorder
from gradcli.render.mc import mc
from tests.indices.numbers import Point, derived, node_shape


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """A sum keeps the order in which its program first wrote it, whatever other tests wrote."""
    with own_program():
        yield


HEAD = """
A : R[m, n]
X : R[n, p]
B : R[p, q]
S : R[n, n] spd
T : R[m, n, p]
x : R[n]
u : R[m]
r : R[1, n]
c : R
"""

ARRAYS = [
    ("Y = A @ X @ B", "A, X, B", "dA @ X @ B + A @ dX @ B + A @ X @ dB"),
    ("Y = inv(S) @ X", "S, X", "inv(S) @ dX - inv(S) @ dS @ inv(S) @ X"),
    ("y = A @ x + u", "A, x, u", "dA @ x + A @ dx + du"),
    ("v = A @ x + u\\ny = tanh(v)", "A, x, u", None),
    ("v = A @ x\\ny = softmax(v * v) * u + v", "A, x, u", None),
    ("Y = A * (u @ x.T) / (1 + A**2)", "A, u, x", None),
    ("Y = S^3 + c * S", "S, c", None),
    ("y = diag(S @ S) * x + sum(X, axis=1)", "S, x, X", None),
    ("Y[i, k] = sum[j](T[i, j, k] * x[j])", "T, x", None),
    ("Y = kron(A, B)", "A, B", "kron(dA, B) + kron(A, dB)"),
    ("y = vec(A @ X)", "A, X", "vec(dA @ X) + vec(A @ dX)"),
    ("Y = tril(S) @ X", "S, X", None),
    ("y = r @ X", "r, X", "dr @ X + r @ dX"),
    ("y = max(A @ x, u)", "A, x, u", None),
]

SCALARS = [
    ("f = tr(A @ X @ B @ B.T @ X.T @ A.T)", "A, X, B", None),
    ("f = logdet(S)", "S", "tr(inv(S) @ dS)"),
    ("f = sum(A)**2 * c", "A, c", None),
    ("v = A @ x\\nf = v.T @ v", "A, x", None),
    ("f = sum[i, j, k](T[i, j, k]**2 * A[i, j])", "T, A", None),
    ("f = norm(r @ X)", "r, X", None),
]


def _text(body: str, question: str) -> str:
    return HEAD + body.replace("\\n", "\n") + f"\n{question}\n"


def _directions(derivation: Derivation, point: Point, names: dict[str, str]) -> tuple[dict[Node, Any], dict[str, Any]]:
    """Random directions: for the names in the answer (given their variables) and for the variables."""
    source = np.random.default_rng(5)
    by_name = {name: source.normal(size=np.shape(point.setting.free[name])) for name in dict.fromkeys(names.values())}
    (answer,) = derivation.answers
    nodes: dict[Node, Any] = {}
    for value in (answer.value, *(step.value for step in answer.where)):
        for node in postorder(value):
            if node.op == "var" and name_of(node) in names:
                direction = by_name[names[name_of(node)]]
                assert node_shape(node, point.setting.sizes) == direction.shape
                nodes[node] = direction
    return nodes, by_name


@pytest.mark.parametrize(("body", "wrt", "form"), ARRAYS + SCALARS)
def test_the_differential_is_the_directional_derivative(body: str, wrt: str, form: str | None) -> None:
    of = body.split("\\n")[-1].split("=")[0].split("[")[0].strip()
    text = _text(body, f"differential {of}")
    derivation = derived(text)
    point = Point(text)
    variables = wrt.split(", ")
    nodes, directions = _directions(derivation, point, {f"d{name}": name for name in variables})
    at = tuple(point.setting.free[name] for name in variables)
    _, want = jax.jvp(
        lambda *values: point.value(of, **dict(zip(variables, values, strict=True))),
        at,
        tuple(directions[name] for name in variables),
    )
    got = point.number(derivation, derivation.answers[0], nodes)
    np.testing.assert_allclose(got.reshape(np.shape(want)), want, rtol=1e-9, atol=1e-9)
    if form is not None:
        assert mc(derivation.answers[0].value) == form


PRODUCTS = [
    ("f = x.T @ S @ x", "x", "2 * S @ v"),
    ("f = sum(exp(A @ x))", "x", "A.T @ ((A @ v) * exp(A @ x))"),
    ("v = A @ x + u\\nh = tanh(v)\\nf = norm(h - u)**2", "x", None),
    ("v = A @ x + u\\nh = tanh(v)\\nf = norm(h - u)**2", "A", None),
    ("f = logdet(S) + tr(S @ S)", "S", None),
    ("f = logsumexp(A @ x) * sum(x**2)", "x", None),
    ("f = sum((A @ X)**3)", "X", None),
    ("f = c**4 * sum(x)", "c", None),
    ("f = norm(r)**3", "r", None),
    ("f = sum[i, j, k](exp(T[i, j, k]) * A[i, j])", "T", None),
]


@pytest.mark.parametrize(("body", "wrt", "form"), PRODUCTS)
def test_the_hessian_times_a_direction(body: str, wrt: str, form: str | None) -> None:
    text = _text(body, f"hvp f wrt {wrt}")
    derivation = derived(text)
    point = Point(text)
    letters = dict.fromkeys(("v", "V", "v_2", "V_2"), wrt)
    taken = set(derivation.program.nodes)
    nodes, directions = _directions(derivation, point, {k: n for k, n in letters.items() if k not in taken})
    at = point.setting.free[wrt]
    gradient = jax.grad(lambda value: point.value("f", **{wrt: value}))
    _, want = jax.jvp(gradient, (at,), (directions[wrt],))
    got = point.number(derivation, derivation.answers[0], nodes)
    np.testing.assert_allclose(got.reshape(np.shape(want)), want, rtol=1e-8, atol=1e-8)
    if form is not None:
        assert mc(derivation.answers[0].value) == form


def test_a_direction_has_a_name_of_its_own() -> None:
    derivation = derived("v : R[n]\ndv : R[n]\nf = sum(v**2 * dv)\nhvp f wrt v\ndifferential f")
    product, change = derivation.answers
    assert mc(product.value) == "2 * v_2 * dv"
    assert mc(change.value) == "2 * (dv * v).T @ dv_2 + (v**2).T @ ddv"


def test_nothing_grows_with_the_length_of_a_chain() -> None:
    lines = ["W : R[n, n]", "x0 : R[n]"]
    lines += [f"x{k} = x{k - 1} + tanh(W @ x{k - 1})" for k in range(1, 120)]
    text = "\n".join([*lines, "f = sum(x119**2)", "differential x119", "hvp f wrt x0"])
    for answer in derived(text).answers:
        assert len(answer.where) <= 3 * 120
        assert sum(len(postorder(step.value)) for step in answer.where) < 120 * 60
