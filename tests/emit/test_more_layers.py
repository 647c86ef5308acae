"""Layers as people write them beside what JAX differentiates, and that their code makes nothing twice or in full."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from tests.emit.helpers import functions, module_text

NORM = "Y = (X - mu) / sqrt(v + 1e-5) * g[None, :, None, None] + b[None, :, None, None]; L = sum(U * Y)"
IMAGES = "X, U : R[B, c, p, q]; g, b : R[c]; "


def _norm(axes: tuple[int, ...]) -> Callable[..., Any]:
    def value(X: Any, U: Any, g: Any, b: Any) -> Any:
        centred = X - X.mean(axes, keepdims=True)
        scaled = centred / jnp.sqrt((centred**2).mean(axes, keepdims=True) + 1e-5)
        return (U * (scaled * g[None, :, None, None] + b[None, :, None, None])).sum()

    return value


def _heads(Q: Any, K: Any, V: Any) -> Any:
    A = jax.nn.softmax(Q @ K.swapaxes(1, 2) / jnp.sqrt(Q.shape[-1]), axis=2)
    return (jnp.tanh(A @ V)).sum()


def _tokens(E: Any, W: Any, y: Any, t: Any) -> Any:
    logs = jax.nn.log_softmax(E[y - 1] @ W)
    return -jnp.take_along_axis(logs, t[..., None] - 1, axis=-1).mean()


LAYERS: dict[str, tuple[str, Callable[..., Any], dict[str, tuple[int, ...]]]] = {
    "batch norm of images": (
        IMAGES + f"mu = mean(X, axis=(0, 2, 3), keepdims=True); v = var(X, axis=(0, 2, 3), keepdims=True); {NORM}",
        _norm((0, 2, 3)),
        {"X": (3, 2, 4, 5), "U": (3, 2, 4, 5), "g": (2,), "b": (2,)},
    ),
    "instance norm": (
        IMAGES + f"mu = mean(X, axis=(2, 3), keepdims=True); v = mean((X - mu)**2, axis=(2, 3), keepdims=True); {NORM}",
        _norm((2, 3)),
        {"X": (3, 2, 4, 5), "U": (3, 2, 4, 5), "g": (2,), "b": (2,)},
    ),
    "heads": (
        "Q, K, V : R[H, T, e]; A = softmax(Q @ K.mT / sqrt(e), axis=2); L = sum(tanh(A @ V))",
        _heads,
        {"Q": (2, 4, 3), "K": (2, 4, 3), "V": (2, 4, 3)},
    ),
    "tokens": (
        "E : R[C, d]; W : R[d, C]; y, t : {1..C}[B, T]; X = E[y, :]; Z[b, s, c] = sum[j](X[b, s, j] * W[j, c]); "
        "l[b, s] = logsumexp(Z[b, s, :]) - Z[b, s, t[b, s]]; L = mean(l)",
        _tokens,
        {"E": (70, 4), "W": (4, 70), "y": (3, 5), "t": (3, 5)},
    ),
    "convolution": (
        "X : R[B, c, p, q]; K : R[o, c, 3, 3]; U : R[B, o, p - 2, q - 2]; "
        "Y[b, f, i, j] = sum[e, s, r](K[f, e, s, r] * X[b, e, i + s - 1, j + r - 1]); L = sum(U * Y)",
        lambda X, K, U: (U * jax.lax.conv_general_dilated(X, K, (1, 1), "VALID")).sum(),
        {"X": (2, 3, 5, 6), "K": (4, 3, 3, 3), "U": (2, 4, 3, 4)},
    ),
    "gated gelu": (
        "X : R[N, d]; W, V : R[d, h]; b : R[h]; L = sum(gelu(X @ W + b.T) * (X @ V))",
        lambda X, W, V, b: (jax.nn.gelu(X @ W + b, approximate=False) * (X @ V)).sum(),
        {"X": (5, 3), "W": (3, 4), "V": (3, 4), "b": (4,)},
    ),
}


def _inputs(shapes: dict[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    random = np.random.default_rng(1)
    count = shapes["E"][0] if "E" in shapes else 1
    return {
        name: random.integers(1, count + 1, shape) if name in ("y", "t") else random.normal(size=shape)
        for name, shape in shapes.items()
    }


def _asked(shapes: dict[str, tuple[int, ...]]) -> list[str]:
    return [key for key in shapes if key not in ("y", "t", "U")]


@cache
def _expected(name: str) -> tuple[dict[str, Any], Any, dict[str, Any]]:
    """The arrays of JAX, the value and its derivatives."""
    _, value, shapes = LAYERS[name]
    arrays: dict[str, Any] = {key: jnp.asarray(array) for key, array in _inputs(shapes).items()}
    given = {key: arrays[key] for key in _asked(shapes)}
    found = jax.jit(jax.value_and_grad(lambda given: value(**{**arrays, **given})))(given)
    return arrays, *found


@pytest.mark.parametrize(
    ("name", "target"), [("tokens", "jax"), *((name, target) for name in LAYERS for target in ("numpy", "torch"))]
)
def test_value_and_gradients_are_those_of_jax(name: str, target: str) -> None:
    torch = pytest.importorskip("torch") if target == "torch" else None
    text, _, shapes = LAYERS[name]
    inputs = _inputs(shapes)
    asked = _asked(shapes)
    got = functions(f"{text}\ngrad L wrt {', '.join(asked)}\n", "L", target)["value_and_derivatives"]
    with jax.enable_x64(True):
        arrays, expected, slopes = _expected(name)
        if torch is not None:
            found = got(**{key: torch.as_tensor(array) for key, array in inputs.items()})
        else:
            found = got(**(arrays if target == "jax" else inputs))
    for ours, theirs in zip(found, [expected, *(slopes[key] for key in asked)], strict=True):
        np.testing.assert_allclose(np.asarray(ours), np.asarray(theirs), rtol=1e-9, atol=1e-10)


def _together(name: str) -> str:
    """The lines that compute everything at once."""
    text, _, shapes = LAYERS[name]
    asked = _asked(shapes)
    code = module_text(f"{text}\ngrad L wrt {', '.join(asked)}\n", "L")
    return code[code.index("def value_and_derivatives") :]


def test_nothing_is_spread_by_ones_or_summed_twice() -> None:
    for name in ("batch norm of images", "instance norm"):
        body = _together(name)
        assert "ones" not in body and "np.var" not in body and "reshape" not in body, body


def test_stacks_are_multiplied_as_stacks() -> None:
    body = _together("heads")
    assert body.count(" @ ") == 6 and "optimize" not in body, body


def test_labels_pick_and_add() -> None:
    body = _together("tokens")
    assert "onehot" not in body and "_sum_at_labels(" in body and "take_along_axis" in body, body


def test_windows_are_added_up_where_they_were_taken() -> None:
    body = _together("convolution")
    assert "_place" not in body and body.count("_add_windows(") == 2, body


def test_a_function_and_its_derivative_share_their_parts() -> None:
    assert _together("gated gelu").count("_erfc(") == 1
