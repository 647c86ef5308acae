"""Gradients by structured matrices against their definitions: independent entries, and curves within the structure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradcli.emit import emit_numpy
from gradcli.program.elaborate import elaborate
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.check import check_source
from tests.factor.emitted import answers, drawn

jax.config.update("jax_enable_x64", True)

PROGRAM = "f = tr(A @ sin(S) @ B) + sum((S @ B)**2)\n"
A, B = drawn(1, 4, 4), drawn(2, 4, 4)


def _function(s: Any) -> Any:
    return jnp.trace(A @ jnp.sin(s) @ B) + jnp.sum((s @ B) ** 2)


def _value(declaration: str, structure: str, s: np.ndarray) -> np.ndarray:
    text = f"A, B : R[n, n]\nS : R[n, n] {declaration}\n{PROGRAM}G = grad(f, S, structure={structure})\n"
    module, diagnostics = parse_module(Source("<test>", text))
    from gradcli.derive.resolve import resolved

    program = resolved(elaborate([module], diagnostics))
    assert not [d for d in program.diagnostics if d.is_error], program.diagnostics
    namespace: dict[str, Any] = {}
    exec(emit_numpy(program, "G", ()), namespace)
    return np.asarray(namespace["value"](A=A, B=B, S=s))


def _symmetric(p: Any) -> Any:
    return jnp.tril(p) + jnp.tril(p, -1).T


BUILDERS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "symmetric": (_symmetric, lambda g: jnp.tril(g) + jnp.tril(g, -1).T),
    "diagonal": (lambda p: jnp.diag(jnp.diagonal(p)), lambda g: g),
    "lower": (jnp.tril, lambda g: g),
    "upper": (jnp.triu, lambda g: g),
    "lower unit": (lambda p: jnp.tril(p, -1) + jnp.eye(4), lambda g: g),
    "upper unit": (lambda p: jnp.triu(p, 1) + jnp.eye(4), lambda g: g),
}


@pytest.mark.parametrize("structure", sorted(BUILDERS))
def test_by_the_independent_entries(structure: str) -> None:
    build, filled = BUILDERS[structure]
    parameters = jnp.asarray(drawn(3, 4, 4))
    expected = filled(jax.grad(lambda p: _function(build(p)))(parameters))
    np.testing.assert_allclose(_value(structure, "entries", np.asarray(build(parameters))), expected, rtol=1e-10)


@pytest.mark.parametrize("structure", sorted(BUILDERS))
def test_on_the_tangent_space_of_a_linear_structure(structure: str) -> None:
    """The tangent vector whose inner product with every direction within the structure is the derivative."""
    build, _ = BUILDERS[structure]
    at = build(jnp.asarray(drawn(4, 4, 4)))
    found = _value(structure, "tangent", np.asarray(at))
    zero = build(jnp.zeros((4, 4)))
    np.testing.assert_allclose(build(jnp.asarray(found)) - zero, found, atol=1e-12)
    for seed in range(3):
        direction = build(jnp.asarray(drawn(5 + seed, 4, 4))) - zero
        _, slope = jax.jvp(_function, (at,), (direction,))
        np.testing.assert_allclose(np.sum(found * direction), slope, rtol=1e-10)


def test_on_the_tangent_space_of_orthogonal_matrices() -> None:
    q, _ = np.linalg.qr(drawn(9, 4, 4))
    found = _value("orthogonal", "tangent", q)
    np.testing.assert_allclose(q.T @ found + found.T @ q, np.zeros((4, 4)), atol=1e-12)
    for seed in range(3):
        skew = drawn(10 + seed, 4, 4)
        skew = skew - skew.T
        _, slope = jax.jvp(lambda t, skew=skew: _function(q @ jax.scipy.linalg.expm(t * skew)), (0.0,), (1.0,))
        np.testing.assert_allclose(np.sum(found * (q @ skew)), slope, rtol=1e-9)


def test_an_orthogonal_matrix_has_no_independent_entries() -> None:
    text = f"S : R[n, n] orthogonal\n{PROGRAM}check grad(f, S, structure=entries) == S"
    (verdict,) = check_source(Source("<test>", text)).verdicts
    assert (verdict.kind, verdict.code) == ("error", "E403")


@pytest.mark.parametrize(
    ("declaration", "words"),
    [
        ("symmetric", ("plain one", "G + G.T - diag(diag(G))", "structure=entries", "(G + G.T) / 2")),
        ("spd", ("S is symmetric", "structure=tangent")),
        ("diagonal", ("diag(diag(G))",)),
        ("lower", ("tril(G)",)),
        ("lower unit", ("tril(G, -1)",)),
        ("upper unit", ("triu(G, 1)",)),
        ("orthogonal", ("G - S @ (S.T @ G + G.T @ S) / 2", "structure=tangent")),
    ],
)
def test_an_answer_says_which_gradient_it_is(declaration: str, words: tuple[str, ...]) -> None:
    _, (answer,) = answers(f"S : R[n, n] {declaration}\nA, B : R[n, n]\n{PROGRAM}grad f wrt S")
    (note,) = [note for note in answer.notes if "every entry taken as free" in note]
    assert all(word in note for word in words)


def test_no_structure_no_note() -> None:
    _, (answer,) = answers(f"S, A, B : R[n, n]\n{PROGRAM}grad f wrt S")
    assert answer.notes == ()
