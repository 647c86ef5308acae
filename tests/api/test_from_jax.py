"""Functions of JAX that are traced have the derivatives that JAX gives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import gradcli

benchmark: Any = pytest.importorskip("benchmarks.jax_functions")
jax = pytest.importorskip("jax")
jnp = jax.numpy
jax.config.update("jax_enable_x64", True)

SIZES = {"n": 4, "d": 3, "m": 5, "T": 4}


def _attention(q: Any, k: Any, v: Any) -> Any:
    p = jax.nn.softmax(q @ k.T / jnp.sqrt(3.0), axis=-1)
    return jnp.sum((p @ v) ** 2)


def _layer_norm(x: Any, g: Any, b: Any) -> Any:
    xhat = (x - x.mean(-1, keepdims=True)) * jax.lax.rsqrt(x.var(-1, keepdims=True) + 1e-5)
    return jnp.sum(jnp.tanh(xhat * g + b))


FUNCTIONS: list[tuple[str, Callable[..., Any]]] = [
    ("x: n d, w: d", lambda x, w: jnp.sum(jnp.tanh(x @ w))),
    ("x: n d", lambda x: jnp.sum(jax.nn.logsumexp(x, axis=1))),
    ("x: n d", lambda x: jnp.sum(jax.nn.softmax(x, axis=-1) ** 2)),
    ("x: n d, t: n d", lambda x, t: -jnp.sum(t * jax.nn.log_softmax(x))),
    ("x: n d", lambda x: jnp.sum(jax.nn.silu(x))),
    ("x: n d", lambda x: jnp.sum(jax.nn.gelu(x))),
    ("x: n d", lambda x: jnp.sum(jax.nn.softplus(x))),
    ("x: n d", lambda x: jnp.sum(jax.nn.relu(x) ** 2)),
    ("x: n, y: n", lambda x, y: jnp.mean((x - y) ** 2)),
    ("x: n, y: n", lambda x, y: jnp.sum(jnp.where(jnp.abs(x - y) < 1, (x - y) ** 2 / 2, jnp.abs(x - y) - 0.5))),
    ("x: n d, g: d, b: d", _layer_norm),
    ("q: T d, k: T d, v: T m", _attention),
    ("x: n d", lambda x: jnp.sum(x / jnp.linalg.norm(x, axis=1, keepdims=True) * jnp.arctan(x))),
    ("x: n 2*d", lambda x: jnp.sum(jnp.prod(jnp.stack(jnp.split(x, 2, axis=1)), axis=0))),
    ("mu: n, s: n", lambda mu, s: -0.5 * jnp.sum(1 + s - mu**2 - jnp.exp(s))),
]


@pytest.mark.parametrize(("shapes", "function"), FUNCTIONS, ids=range(len(FUNCTIONS)))
def test_gradients_are_those_of_jax(shapes: str, function: Callable[..., Any]) -> None:
    program = gradcli.from_jax(function, shapes=shapes)
    rng = np.random.default_rng(7)
    given = {}
    for part in shapes.split(","):
        name, _, dims = part.partition(":")
        given[name.strip()] = rng.normal(size=[eval(dim, {}, SIZES) for dim in dims.split()])
    wanted = jax.grad(function, argnums=tuple(range(len(given))))(*given.values())
    for name, expected in zip(given, wanted, strict=True):
        found = program.grad("out", name).to_numpy()(**given)
        assert np.allclose(found, expected, rtol=1e-8, atol=1e-9), name


WRITTEN = [
    benchmark.integer_xent, benchmark.multiclass_hinge, benchmark.scattered, benchmark.batched_attention,
    benchmark.rnn, benchmark.gp, benchmark.ntxent, benchmark.rope, benchmark.conv,
]  # fmt: skip


@pytest.mark.parametrize("function", WRITTEN, ids=lambda function: function.__name__)
def test_labels_positions_loops_and_factorisations(function: Callable[..., Any]) -> None:
    (shapes,) = [shapes for shapes, each in benchmark.FUNCTIONS if each is function]
    assert benchmark.largest_difference(shapes, function) < 1e-8


def test_running_sums_from_the_end() -> None:
    def function(x: Any) -> Any:
        return jnp.sum(jnp.tanh(jax.lax.cumsum(x, axis=0, reverse=True)))

    x = np.random.default_rng(5).normal(size=4)
    found = gradcli.from_jax(function, shapes="x: n").grad("out", "x").to_numpy()(x=x)
    assert np.allclose(found, jax.grad(function)(x), rtol=1e-10)


def test_names_are_those_of_the_source() -> None:
    program = gradcli.from_jax(benchmark.attention, shapes="q: t d, k: s d, v: s e")
    assert [*program.shapes] == ["q", "k", "v", "scores", "u", "probs", "out"]
    program = gradcli.from_jax(benchmark.layer_norm, shapes="x: n d, g: d, b: d")
    assert {"mean_", "var_", "xhat"} <= program.shapes.keys()


def test_several_values_are_named() -> None:
    program = gradcli.from_jax(lambda x, w: {"loss": jnp.sum(x @ w), "pred": jnp.tanh(x @ w)}, shapes="x: n d, w: d")
    assert {"loss_", "pred"} <= program.shapes.keys()
    program = gradcli.from_jax(lambda x, w: (jnp.sum(x @ w), x @ w), shapes="x: n d, w: d")
    assert {"out_1", "out_2"} <= program.shapes.keys()
    assert program.grad("out_1", "w").text == "sum(x, axis=0)"


def test_labels_are_no_numbers() -> None:
    with pytest.raises(gradcli.ProgramError, match="labels"):
        gradcli.from_jax(lambda x, y: jnp.sum(x * y), shapes="x: n, y: n of c")
    with pytest.raises(gradcli.ProgramError, match=r"lax\.switch"):
        branches = [jnp.sin, jnp.cos, jnp.tanh]
        gradcli.from_jax(lambda x: jax.lax.switch((x > 0).astype(int) + 1, branches, x), shapes="x: ()")


def _clipped(w: Any, x: Any) -> Any:
    n = jnp.sqrt(jnp.sum(w**2))
    return jax.lax.cond(n > 1.0, lambda v: jnp.sum(v * x) / n, lambda v: jnp.sum(v * x), w)


def _of_two_values(w: Any, x: Any) -> Any:
    a, b = jax.lax.cond(jnp.sum(x) > 0, lambda: (w @ x, w), lambda: (jnp.sum(w**2), 2 * w))
    return a + jnp.sum(b * x)


@pytest.mark.parametrize("function", [_clipped, _of_two_values], ids=["clipped", "of_two_values"])
def test_conditions_on_values(function: Callable[..., Any]) -> None:
    found = gradcli.from_jax(function, shapes="w: n, x: n").grad("out", "w").to_numpy()
    for seed in range(4):  # both branches
        source = np.random.default_rng(seed)
        w, x = source.normal(size=3) * (0.3 + seed), source.normal(size=3)
        assert np.allclose(found(w=w, x=x), jax.grad(function)(w, x), rtol=1e-10)


def test_what_is_not_read_is_named() -> None:
    with pytest.raises(gradcli.ProgramError, match="primitive sort is not read"):
        gradcli.from_jax(lambda x: jnp.sort(x), shapes="x: n")


@jax.jit
def inv(a: Any) -> Any:
    """A function of the user's with the name of one of the library's."""
    return 1 / a


def test_a_function_of_the_users_is_not_taken_for_one_of_the_library() -> None:
    a = np.random.default_rng(3).normal(size=(3, 3)) + 3 * np.eye(3)
    for function in (lambda a: jnp.sum(inv(a)), lambda a: jnp.sum(jnp.linalg.inv(a))):
        found = gradcli.from_jax(function, shapes="a: n n").grad("out", "a").to_numpy()(a=a)
        assert np.allclose(found, jax.grad(function)(a), rtol=1e-8)


def test_what_is_dropped_is_told() -> None:
    program = gradcli.from_jax(lambda x: jnp.sum(x.astype(jnp.float32)), shapes="x: n")
    assert [said.code for said in program.warnings] == ["P704"]
