"""Values that an equation settles: emitted values and gradients against JAX, and what is said where none is settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradcli.derive.derive import derive
from gradcli.program.elaborate import elaborate
from gradcli.render.mc import mc
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.check import check_source
from tests.factor.emitted import answers, drawn, emitted, spd

jax.config.update("jax_enable_x64", True)


def _iterated(step: Callable[[Any], Any], start: Any, times: int) -> Any:
    for _ in range(times):
        start = step(start)
    return start


def _sylvester(a: Any, b: Any, c: Any) -> Any:
    """The X with a @ X + X @ b == c."""
    m, n = c.shape
    return jnp.linalg.solve(jnp.kron(a, jnp.eye(n)) + jnp.kron(jnp.eye(m), b.T), c.reshape(-1)).reshape(m, n)


def _riccati(a: Any, s: Any, q: Any) -> Any:
    """Newton's method, unrolled: A.T X + X A - X S X + Q == 0 from zero, A being stable."""
    x = jnp.zeros_like(q)
    for _ in range(12):
        x = _sylvester(a.T - x @ s, a - s @ x, -(q + x @ s @ x))
    return x


CASES: dict[str, tuple[str, Callable[..., Any], dict[str, np.ndarray]]] = {
    "linear": (
        "implicit x : A @ x == b\nf = sum(x**3)\ngrad f wrt A, b",
        lambda A, b: jnp.sum(jnp.linalg.solve(A, b) ** 3),
        {"A": drawn(1, 4, 4), "b": drawn(2, 4)},
    ),
    "linear by a row": (
        "r : R[1, n]\nimplicit r : r @ A == b.T\nf = r @ r.T\ngrad f wrt A, b",
        lambda A, b: jnp.sum(jnp.linalg.solve(A.T, b) ** 2),
        {"A": drawn(3, 4, 4), "b": drawn(4, 4)},
    ),
    "two sided": (
        "A : R[m, m]\nB : R[n, n]\nimplicit X : A @ X @ B == C\nf = sum(sin(X))\ngrad f wrt A, B, C",
        lambda A, B, C: jnp.sum(jnp.sin(jnp.linalg.inv(A) @ C @ jnp.linalg.inv(B))),
        {"A": drawn(5, 3, 3), "B": drawn(6, 4, 4), "C": drawn(7, 3, 4)},
    ),
    "lyapunov": (
        "implicit X : A @ X + X @ A.T == Q\nf = sum(X**3)\ngrad f wrt A, Q",
        lambda A, Q: jnp.sum(_sylvester(A, A.T, Q) ** 3),
        {"A": drawn(8, 4, 4), "Q": drawn(9, 4, 4)},
    ),
    "sylvester": (
        "implicit X : A @ X + X @ B == C\nf = sum(X**3)\ngrad f wrt A, B, C",
        lambda A, B, C: jnp.sum(_sylvester(A, B, C) ** 3),
        {"A": spd(10, 4), "B": spd(11, 3), "C": drawn(12, 4, 3)},
    ),
    "fixed point": (
        "implicit x : x == tanh(W @ x + b)\nf = sum(exp(x))\ngrad f wrt W, b",
        lambda W, b: jnp.sum(jnp.exp(_iterated(lambda x: jnp.tanh(W @ x + b), jnp.zeros(4), 200))),
        {"W": drawn(13, 4, 4) / 5, "b": drawn(14, 4)},
    ),
    "riccati": (
        "implicit X : A.T @ X + X @ A - X @ S @ X + Q == 0\nf = sum(X**2)\ngrad f wrt A, S, Q",
        lambda A, S, Q: jnp.sum(_riccati(A, S, Q) ** 2),
        {"A": drawn(15, 3, 3) / 4 - 2 * np.eye(3), "S": spd(16, 3) / 20, "Q": spd(17, 3) / 10},
    ),
    "scalar": (
        "t, a : R\nimplicit t : t**3 + a * t == 2\ngrad t wrt a",
        lambda a: _iterated(lambda t: t - (t**3 + a * t - 2) / (3 * t**2 + a), jnp.ones(()), 40),
        {"a": np.array(1.3)},
    ),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_emitted_gradient_is_that_of_jax(name: str) -> None:
    text, function, at = CASES[name]
    module = emitted(text)
    np.testing.assert_allclose(module["value"](**at), function(**at), rtol=1e-10)
    expected = jax.grad(lambda given: function(**given))({k: jnp.asarray(v) for k, v in at.items()})
    for variable in text.rsplit("wrt ", 1)[1].split(", "):
        got, want = module[f"gradient_{variable}"](**at), expected[variable]
        np.testing.assert_allclose(got, want, rtol=1e-8, atol=1e-9 * float(np.abs(want).max()))


@pytest.mark.parametrize("name", sorted(CASES))
def test_printed_derivation_holds(name: str) -> None:
    from gradcli.render.derive_mc import derive_mc

    program, found = answers(CASES[name][0])
    verdicts = check_source(Source("<test>", derive_mc(program, found))).verdicts
    assert len(verdicts) > len(found)
    assert {verdict.kind for verdict in verdicts} <= {"proved", "equal"}


def _said(text: str) -> list[str]:
    module, diagnostics = parse_module(Source("<test>", text))
    derivation = derive(elaborate([module], diagnostics))
    return [d.code for d in (*derivation.program.diagnostics, *derivation.diagnostics) if d.is_error]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("A : R[m, n]\nimplicit x : A @ x == b\ngrad f wrt A", "E403"),
        ("implicit L, U : L @ U + U @ L == A + L\nloss z(L)\ngrad z wrt A", "E403"),
        ("implicit P, L, U : P @ X == L @ U\nf = sum(L)\ngrad f wrt X", "E403"),
        ("implicit x : x == A @ b\nx = b", "E202"),
        ("implicit y : A @ x == b", "E201"),
    ],
)
def test_what_a_relation_does_not_settle(text: str, code: str) -> None:
    assert _said(text) == [code]


def _gradients(text: str) -> list[tuple[str, str, str]]:
    _, found = answers(text)
    return [(answer.wrt, mc(answer.value), " ".join(answer.notes)) for answer in found]


def test_free_factors_have_three_forms_with_what_each_rests_on() -> None:
    found = _gradients("implicit P, L, U : P @ X == L @ U\nloss z(P, L, U)\ngrad z wrt X, P, L, U")
    assert [(wrt, value) for wrt, value, _ in found] == [
        ("X", "grad(z, P).T @ inv(L).T @ inv(U).T"),
        ("X", "P.T @ grad(z, L) @ inv(U).T"),
        ("X", "P.T @ inv(L).T @ grad(z, U)"),
        ("P", "L @ U @ grad(z, X).T"),
        ("L", "P @ grad(z, X) @ U.T"),
        ("U", "L.T @ P @ grad(z, X)"),
    ]
    assert "takes L as free and holds P and U" in found[1][2]
    assert "takes P as free" in found[0][2] and "P^-1 is written P.T" in found[0][2]


def test_free_factors_of_a_product() -> None:
    found = _gradients("implicit P, L, U : P @ A @ B == L @ U\nloss z(P, L, U)\ngrad z wrt A, B")
    assert [(wrt, value) for wrt, value, _ in found] == [
        ("A", "grad(z, P).T @ inv(L).T @ inv(U).T @ B.T"),
        ("A", "P.T @ grad(z, L) @ inv(U).T @ B.T"),
        ("A", "P.T @ inv(L).T @ grad(z, U) @ B.T"),
        ("B", "A.T @ grad(z, P).T @ inv(L).T @ inv(U).T"),
        ("B", "A.T @ P.T @ grad(z, L) @ inv(U).T"),
        ("B", "A.T @ P.T @ inv(L).T @ grad(z, U)"),
    ]


TRIANGULAR = "P : R[n, n] permutation\nL : R[n, n] lower unit\nU : R[n, n] upper\n"


def test_triangular_factors_have_the_derivative_of_lu() -> None:
    want = "P.T @ inv(L).T @ (tril(L.T @ grad(z, L), -1) + triu(grad(z, U) @ U.T)) @ inv(U).T"
    for given in ("P, L, U = lu(X)", TRIANGULAR + "implicit P, L, U : P @ X == L @ U"):
        assert [value for _, value, _ in _gradients(given + "\nloss z(P, L, U)\ngrad z wrt X")] == [want]


@pytest.mark.parametrize(
    ("relation", "definition"),
    [
        (TRIANGULAR + "implicit P, L, U : L @ U == P @ A @ B", "P, L, U = lu(A @ B)"),
        ("L : R[n, n] lower unit\nU : R[n, n] upper\nimplicit L, U : X == L @ U", "L, U = doolittle(X)"),
        ("L : R[n, n] lower\nimplicit L : L @ L.T == S", "L = chol(S)"),
        ("Q : R[m, n] orthogonal\nR_ : R[n, n] upper\nimplicit Q, R_ : X == Q @ R_", "Q, R_ = qr(X)"),
        ("V : R[n, n] orthogonal\nw : R[n]\nimplicit w, V : S == V @ diag(w) @ V.T", "w, V = eigh(S)"),
        (
            "U : R[m, n] orthogonal\nV : R[n, n] orthogonal\ns : R[n]\nimplicit U, s, V : X == U @ diag(s) @ V.T",
            "U, s, V = svd(X)",
        ),
    ],
)
def test_a_relation_with_the_structure_of_a_factorisation_is_one(relation: str, definition: str) -> None:
    found, _ = answers(relation)
    same, _ = answers(definition)
    assert list(found.definitions) == list(same.definitions)
    assert [(v.op, v.data) for v in found.definitions.values()] == [(v.op, v.data) for v in same.definitions.values()]
