"""Emitted JAX code composes with JAX: jit, vmap, grad, and arrays that are spread over devices."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from gradcli.cli.main import main

pytestmark = pytest.mark.usefixtures("double_precision")

ROOT = Path(__file__).resolve().parent.parent.parent
LOGISTIC = "X : R[m, n]; w : R[n]; t : R[m]\nz = X @ w\nL = sum(softplus(z) - t * z)"
PROGRAMS = {
    "logistic": (LOGISTIC, "w", {"X": (6, 3), "w": (3,), "t": (6,)}),
    "cross-entropy": (
        "X : R[m, n]; W : R[n, c]; Y : R[m, c]\nL = -sum(Y * logsoftmax(X @ W, axis=1)) / m",
        "W",
        {"X": (6, 3), "W": (3, 4), "Y": (6, 4)},
    ),
    "quotient": ("x : R[n]; A : R[n, n] symmetric\nL = x.T @ A @ x / (x.T @ x)", "x", {"x": (3,), "A": (3, 3)}),
    "network": (
        "X : R[m, n]; W : R[n, k]; b : R[k]; V : R[k, c]\nH = relu(X @ W + ones(m) @ b.T)\nL = sum((H @ V)**2) / m",
        "W",
        {"X": (6, 3), "W": (3, 4), "b": (4,), "V": (4, 2)},
    ),
    "log-determinant": ("X : R[m, n]\nL = logdet(X.T @ X)", "X", {"X": (6, 3)}),
}


def emitted_text(capsys: pytest.CaptureFixture[str], text: str, wrt: str, kind: str) -> str:
    """What is emitted for JAX."""
    assert main(["emit", "-e", text, "--target", "jax", "--of", "L", "--wrt", wrt, "--kind", kind]) == 0
    return capsys.readouterr().out


def _module(capsys: pytest.CaptureFixture[str], name: str, kind: str = "gradient") -> dict[str, Any]:
    text, wrt, _ = PROGRAMS[name]
    module: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(emitted_text(capsys, text, wrt, kind), "<emitted>", "exec"), module)
    return module


def _inputs(name: str, seed: int = 0) -> list[Any]:
    rng = np.random.default_rng(seed)
    drawn = [jnp.asarray(rng.standard_normal(shape)) for shape in PROGRAMS[name][2].values()]
    return [a + a.T if key == "A" else a for key, a in zip(PROGRAMS[name][2], drawn, strict=True)]


def _place(name: str) -> int:
    _, wrt, shapes = PROGRAMS[name]
    return list(shapes).index(wrt)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_gradient_is_that_of_the_value_compiled_or_not(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    module, inputs = _module(capsys, name), _inputs(name)
    want = jax.grad(module["value"], argnums=_place(name))(*inputs)
    gradient = module[f"gradient_{PROGRAMS[name][1]}"]
    np.testing.assert_allclose(gradient(*inputs), want, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(jax.jit(gradient)(*inputs), want, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", PROGRAMS)
def test_a_batch_of_inputs_by_vmap(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    gradient = _module(capsys, name)[f"gradient_{PROGRAMS[name][1]}"]
    batch = [_inputs(name, seed) for seed in range(3)]
    got = jax.vmap(gradient)(*(jnp.stack(each) for each in zip(*batch, strict=True)))
    np.testing.assert_allclose(got, jnp.stack([gradient(*inputs) for inputs in batch]), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_is_emitted_may_be_differentiated_again(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    inputs, wrt = _inputs(name), PROGRAMS[name][1]
    gradient = _module(capsys, name)[f"gradient_{wrt}"]
    hessian = _module(capsys, name, "hessian")[f"hessian_{wrt}"]
    got = jax.jacobian(gradient, argnums=_place(name))(*inputs)
    np.testing.assert_allclose(got, hessian(*inputs), rtol=1e-9, atol=1e-12)


_SHARDED = """
import json, sys
import jax, jax.numpy as jnp, numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec
import emitted

mesh = Mesh(np.array(jax.devices()), ("rows",))
rows, whole = NamedSharding(mesh, PartitionSpec("rows")), NamedSharding(mesh, PartitionSpec())
found = {"devices": len(jax.devices())}
inputs = {name: jnp.asarray(array) for name, array in np.load("inputs.npz").items()}
spread = {name: jax.device_put(a, rows if name in sys.argv[2] else whole) for name, a in inputs.items()}
for name in ("value", sys.argv[1]):
    function = getattr(emitted, name)
    one = np.asarray(function(**inputs))
    for kind, called in (("plain", function), ("compiled", jax.jit(function))):
        many = called(**spread)
        found[f"{kind} {name}"] = float(np.max(np.abs(np.asarray(many) - one)) / np.max(np.abs(one)))
        found[f"{kind} {name} on"] = len(many.sharding.device_set)
compiled = jax.jit(getattr(emitted, sys.argv[1])).lower(**spread).compile()
given = compiled.input_shardings[1]
found["still spread"] = all(given[name].is_equivalent_to(a.sharding, a.ndim) for name, a in spread.items())
gathers = [line for line in compiled.as_text().splitlines() if "all-gather" in line]
found["gathered"] = any("= f64[64,16]" in line for line in gathers)
print(json.dumps(found))
"""


@pytest.mark.parametrize("name, spread", [("logistic", "Xt"), ("cross-entropy", "XY"), ("network", "X")])
def test_rows_spread_over_eight_devices(
    name: str, spread: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    text, wrt, _ = PROGRAMS[name]
    sizes = {"m": 64, "n": 16, "c": 5, "k": 7}
    letters = {6: "m", 3: "n", 2: "c", 4: "k"}
    rng = np.random.default_rng(1)
    shapes = {key: tuple(sizes[letters[size]] for size in shape) for key, shape in PROGRAMS[name][2].items()}
    np.savez(tmp_path / "inputs.npz", **{key: rng.standard_normal(shape) for key, shape in shapes.items()})
    (tmp_path / "emitted.py").write_text(emitted_text(capsys, text, wrt, "gradient"), encoding="utf-8")
    settings = {"XLA_FLAGS": "--xla_force_host_platform_device_count=8", "JAX_PLATFORMS": "cpu", "JAX_ENABLE_X64": "1"}
    command = [sys.executable, "-c", _SHARDED, f"gradient_{wrt}", spread]
    done = subprocess.run(command, cwd=tmp_path, env={**os.environ, **settings}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["devices"] == 8 and found["still spread"] and not found["gathered"]
    for function in ("value", f"gradient_{wrt}"):
        for kind in ("plain", "compiled"):
            assert found[f"{kind} {function}"] < 1e-12
            assert found[f"{kind} {function} on"] == 8


@pytest.mark.parametrize("n", [1, 129, 301])
def test_the_inverse_of_a_positive_definite_matrix_of_any_size(n: int, capsys: pytest.CaptureFixture[str]) -> None:
    module: dict[str, Any] = {"__name__": "emitted"}
    exec(emitted_text(capsys, "S : R[n, n] spd\nL = logdet(S)", "S", "gradient"), module)
    root = np.random.default_rng(n).standard_normal((n, n))
    S = root @ root.T / n + np.eye(n)
    want = np.linalg.inv(S)
    np.testing.assert_allclose(module["gradient_S"](S), want, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(jax.jit(module["gradient_S"])(S), want, rtol=1e-9, atol=1e-12)


def test_systems_are_solved_together_and_by_the_factor(capsys: pytest.CaptureFixture[str]) -> None:
    declared = "S : R[n, n] spd; b : R[n]; c : R[n]\n"
    text = emitted_text(capsys, declared + "L = c.T @ solve(S, b)", "S", "gradient")
    assert text.split("def gradient_S")[1].split("\ndef ")[0].count("_cho_solve(") == 1
    text = emitted_text(capsys, declared + "L = logdet(S) + b.T @ solve(S, b)", "S", "gradient")
    module: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(text, "<emitted>", "exec"), module)
    rng = np.random.default_rng(5)
    root, b = rng.standard_normal((4, 4)), rng.standard_normal(4)
    S = root @ root.T + np.eye(4)
    want = np.linalg.inv(S) - np.outer(np.linalg.solve(S, b), np.linalg.solve(S, b))
    np.testing.assert_allclose(module["gradient_S"](S, b, b), want, rtol=1e-11, atol=1e-12)
    body = text.split("def gradient_S")[1].split("\ndef ")[0]
    assert "_cho_solve(" in body
    assert "@" not in body.split('"""')[2]
