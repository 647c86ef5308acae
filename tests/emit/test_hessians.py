"""Hessians and Hessian-vector products in the form that costs least, equal to what JAX finds of the emitted value."""

from __future__ import annotations

import ast
import re
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradcli.cli.main import main

pytestmark = pytest.mark.usefixtures("double_precision")

Inputs = dict[str, Any]

PER_SAMPLE = {
    "weighted classes, a column for each sample": (
        "F : R[p, s]; B : R[q, p]; T : R[q, s]; w : R[s]\nL = dot(w, logsumexp(B @ F, axis=0)) - dot(T, B @ F)",
        "B",
        {"F": (3, 6), "B": (4, 3), "T": (4, 6), "w": (6,)},
    ),
    "softmax written out": (
        "X : R[m, n]; W : R[n, c]; T : R[m, c]\nE = exp(X @ W)\nP = E / (sum(E, axis=1) @ ones(c).T)\n"
        "L = -sum(T * log(P)) + sum(W**2) / 2",
        "W",
        {"X": (6, 3), "W": (3, 4), "T": (6, 4)},
    ),
    "probabilities weighted": (
        "X : R[m, n]; W : R[n, c]; G : R[m, c]\nL = sum(G * softmax(X @ W, axis=1))",
        "W",
        {"X": (6, 3), "W": (3, 4), "G": (6, 4)},
    ),
}


def emitted(capsys: pytest.CaptureFixture[str], text: str, target: str, wrt: str, kind: str) -> tuple[str, Any]:
    """The body of the emitted function, and the function; `value` for the kind gives the loss."""
    asked = "gradient" if kind == "value" else kind
    assert main(["emit", "-e", text, "--target", target, "--of", "L", "--wrt", wrt, "--kind", asked]) == 0
    out = capsys.readouterr().out
    module: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(out, "<emitted>", "exec"), module)
    name = "value" if kind == "value" else f"{kind}_{wrt}"
    (body,) = (
        ast.unparse(ast.Module(node.body[1:], []))
        for node in ast.parse(out).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    )
    return body, module[name]


def drawn(shapes: dict[str, tuple[int, ...]], symmetric: str = "") -> Inputs:
    """Random inputs; those named in `symmetric` are positive definite."""
    rng = np.random.default_rng(5)
    found: Inputs = {}
    for name, shape in shapes.items():
        found[name] = rng.standard_normal(shape)
        if name in symmetric:
            found[name] = found[name] @ found[name].T + 3 * np.eye(shape[0])
    return found


def hessian_of(value: Any, inputs: Inputs, wrt: str) -> Any:
    """JAX's own."""
    given = {name: jnp.asarray(each) for name, each in inputs.items()}
    return np.asarray(jax.hessian(lambda variable: value(**{**given, wrt: variable}))(given[wrt]))


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("name", PER_SAMPLE)
def test_a_sum_over_samples_is_one_product_of_their_hessians(
    name: str, target: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if target == "torch":
        pytest.importorskip("torch")
    text, wrt, shapes = PER_SAMPLE[name]
    inputs = drawn(shapes)
    want = hessian_of(emitted(capsys, text, "jax", wrt, "value")[1], inputs, wrt)
    body, hessian = emitted(capsys, text, target, wrt, "hessian")
    np.testing.assert_allclose(np.asarray(hessian(**inputs)), want, rtol=1e-9, atol=1e-11)
    assert body.count("_sample_gram") == 1
    assert "tensordot" not in body and "reshape" not in body


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_more_features_than_classes(target: str, capsys: pytest.CaptureFixture[str]) -> None:
    if target == "torch":
        pytest.importorskip("torch")
    for name in ("softmax written out", "probabilities weighted"):
        text, wrt, shapes = PER_SAMPLE[name]
        inputs = drawn({each: (5, 9) if each == "X" else (9, 3) if each == "W" else (5, 3) for each in shapes})
        want = hessian_of(emitted(capsys, text, "jax", wrt, "value")[1], inputs, wrt)
        _, hessian = emitted(capsys, text, target, wrt, "hessian")
        np.testing.assert_allclose(np.asarray(hessian(**inputs)), want, rtol=1e-9, atol=1e-11)


OWN_CLASSES = {
    "one output each": (
        "X : R[m, n]; W : R[n, c]; T : R[m, c]\nL = sum(softplus(X @ W) - T * (X @ W))",
        "W",
        {"X": (6, 3), "W": (3, 4), "T": (6, 4)},
    ),
    "several terms, a column for each sample": (
        "F : R[p, s]; B : R[q, p]; w : R[s]\nL = sum(exp(B @ F) * (ones(q) @ w.T)) + sum(sin(B @ F)**2) + sum(B**4)",
        "B",
        {"F": (3, 6), "B": (4, 3), "w": (6,)},
    ),
}


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
@pytest.mark.parametrize("name", OWN_CLASSES)
def test_outputs_that_do_not_meet_have_a_block_each(name: str, target: str, capsys: pytest.CaptureFixture[str]) -> None:
    if target == "torch":
        pytest.importorskip("torch")
    text, wrt, shapes = OWN_CLASSES[name]
    inputs = drawn(shapes)
    want = hessian_of(emitted(capsys, text, "jax", wrt, "value")[1], inputs, wrt)
    body, hessian = emitted(capsys, text, target, wrt, "hessian")
    np.testing.assert_allclose(np.asarray(hessian(**inputs)), want, rtol=1e-9, atol=1e-11)
    assert body.count("_grams") == 1
    assert "tensordot" not in body


RATIO = "u : R[p]; B : R[p, p] symmetric; C : R[p, p] symmetric\nL = (u.T @ B @ u) / (u.T @ C @ u)"
ENTROPY = "q : R[k]; a : R[k]\nL = sum(exp(q)) + dot(a, q)**2 + sum(q)**3"
BELL = "s : R[p]; E : R[p, p]\nL = exp(-s.T @ E @ s / 2) + sum(sin(s))"
LOW_RANK: dict[str, tuple[str, str, dict[str, tuple[int, ...]], str]] = {
    "ratio of forms": (RATIO, "u", {"u": (4,), "B": (4, 4), "C": (4, 4)}, "BC"),
    "entropy": (ENTROPY, "q", {"q": (4,), "a": (4,)}, ""),
    "bell": (BELL, "s", {"s": (4,), "E": (4, 4)}, ""),
}


@pytest.mark.parametrize("name", LOW_RANK)
def test_pytorch_adds_columns_and_diagonals_in_place(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    torch = pytest.importorskip("torch")
    text, wrt, shapes, symmetric = LOW_RANK[name]
    inputs = drawn(shapes, symmetric)
    want = hessian_of(emitted(capsys, text, "jax", wrt, "value")[1], inputs, wrt)
    body, hessian = emitted(capsys, text, "torch", wrt, "hessian")
    given = {each: torch.as_tensor(value) for each, value in inputs.items()}
    kept = {each: value.clone() for each, value in given.items()}
    np.testing.assert_allclose(hessian(**given), want, rtol=1e-9, atol=1e-11)
    assert all(torch.equal(value, kept[each]) for each, value in given.items())
    assert "eye(" not in body and "torch.diag(" not in body
    tracked = [value.requires_grad_() for value in given.values()]
    assert torch.autograd.gradcheck(lambda *each: hessian(**dict(zip(given, each, strict=True))), tracked)


RESIDUAL = "M : R[k, k]; r : R[k]; g : R[k]\nu = solve(M, r)\nL = sum((u - g)**2)"
TWO_SYSTEMS = "K : R[p, p] spd; y : R[p]; z : R[p]\nL = y.T @ solve(K, y) + sum(exp(solve(K, z)))"
SHIFTED = "A : R[n, n]; d : R[n]; b : R[n]; c : R[n]\nL = dot(c, solve(A + diag(d), b))"
SYSTEMS: dict[str, tuple[str, str, dict[str, tuple[int, ...]], str]] = {
    "residual": (RESIDUAL, "M", {"M": (4, 4), "r": (4,), "g": (4,)}, ""),
    "two systems": (TWO_SYSTEMS, "K", {"K": (4, 4), "y": (4,), "z": (4,)}, "K"),
    "shifted": (SHIFTED, "d", {"A": (4, 4), "d": (4,), "b": (4,), "c": (4,)}, ""),
}


@pytest.mark.parametrize("name", SYSTEMS)
def test_a_direction_through_a_system_takes_one_factorisation_and_solves_lists(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text, wrt, shapes, symmetric = SYSTEMS[name]
    inputs = drawn(shapes, symmetric)
    direction = np.random.default_rng(6).standard_normal(shapes[wrt])
    hessian = hessian_of(emitted(capsys, text, "jax", wrt, "value")[1], inputs, wrt)
    want = np.tensordot(hessian, direction, direction.ndim)
    for target, factorisations in (("jax", r"_(?:lu_factor|cholesky_lower)\("), ("numpy", r"linalg\.solve\(")):
        body, product = emitted(capsys, text, target, wrt, "hvp")
        np.testing.assert_allclose(product(*inputs.values(), direction), want, rtol=1e-9, atol=1e-10)
        assert "inv" not in body
        found = len(re.findall(factorisations, body))
        assert found == 1 if target == "jax" else found <= 4


def test_a_direction_through_layers_meets_each_weight_twice_on_each_way(capsys: pytest.CaptureFixture[str]) -> None:
    layers = "\n".join(f"h{i} = tanh(A{i} @ h{i - 1})" for i in range(1, 5))
    weights = "; ".join(f"A{i} : R[p, p]" for i in range(1, 5))
    text = f"h0 : R[p]; {weights}; t : R[p]\n{layers}\nL = sum((h4 - t)**2)"
    body, product = emitted(capsys, text, "jax", "A1", "hvp")
    for i in (2, 3, 4):
        assert len(re.findall(rf"\bA{i} @|@ A{i}\b", body)) == 4  # the value, its change, back, and the change of that
    inputs = drawn({"h0": (3,), **{f"A{i}": (3, 3) for i in range(1, 5)}, "t": (3,)})
    direction = np.random.default_rng(6).standard_normal((3, 3))
    hessian = hessian_of(emitted(capsys, text, "jax", "A1", "value")[1], inputs, "A1")
    np.testing.assert_allclose(product(*inputs.values(), direction), np.tensordot(hessian, direction, 2), rtol=1e-9)


def test_of_orders_that_cost_the_same_the_one_with_shapes_that_the_program_has(
    capsys: pytest.CaptureFixture[str],
) -> None:
    text = "B : R[s, p]; U : R[p, q]; Z : R[q, r]; T : R[s, r]\nH = tanh(B @ U)\nY = H @ Z\nL = sum((Y - T)**2)"
    body, _ = emitted(capsys, text, "numpy", "U", "hvp")
    assert "dH @ Z @ Z.T" in body


def test_row_sums_of_a_scaled_matrix_are_a_product_with_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    text, wrt, *_ = LOW_RANK["ratio of forms"]
    body, _ = emitted(capsys, text, "numpy", wrt, "hessian")
    assert "sum(" not in body
    assert len(re.findall("@ u", body)) == 2


def test_a_sum_of_matrices_that_meets_two_lists_is_not_formed(capsys: pytest.CaptureFixture[str]) -> None:
    text = "x : R[n]; A : R[k, n]; B : R[k, k]\nh = tanh(A @ x)\nL = sum(softplus(B @ h)) + dot(h, B @ h)"
    inputs = drawn({"x": (3,), "A": (4, 3), "B": (4, 4)})
    body, product = emitted(capsys, text, "numpy", "x", "hvp")
    assert "B.T" not in body and "transpose" not in body
    assert len(re.findall(r"\bB @|@ B\b", body)) == 4
    direction = np.array([0.5, -1.0, 2.0])
    hessian = hessian_of(emitted(capsys, text, "jax", "x", "value")[1], inputs, "x")
    np.testing.assert_allclose(product(*inputs.values(), direction), hessian @ direction, rtol=1e-9)
