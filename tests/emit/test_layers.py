"""Layers and problems of machine learning: right in each target, and right far from zero."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks.emitted.layers import LAYERS, Layer
from tests.emit.helpers import functions

SIZES = {"N": 7, "d": 5, "h": 4, "C": 3, "B": 2, "T": 6, "G": 3, "c": 5, "e": 2, "n": 6, "m": 4, "k": 2, "r": 2, "K": 3}
SIZES |= {"p": 4, "q": 3, "H": 2}
BY_NAME = {layer.name: layer for layer in LAYERS}
# Of each kind one or two; what is traced and compiled takes its time.
WITH_JAX = ("layer_norm_3", "kronecker_gaussian", "low_rank_gaussian")
FAR = [
    *(("numpy", name) for name in ("layer_norm", "layer_norm_3", "group_norm", "batch_norm")),
    *(("torch", "layer_norm_3"), ("jax", "layer_norm_3"), ("jax", "layer_norm")),
]


def _together(layer: Layer, target: str) -> Any:
    return functions(layer.program, "L", target)["value_and_derivatives"]


def _along(layer: Layer, inputs: dict[str, np.ndarray], name: str, direction: np.ndarray) -> float:
    """The derivative of the value along a direction, by central differences of two steps (Richardson)."""

    def slope(step: float) -> float:
        ahead, behind = ({**inputs, name: inputs[name] + sign * step * direction} for sign in (1, -1))
        return float(layer.value(np, **ahead) - layer.value(np, **behind)) / (2 * step)

    return (4 * slope(5e-4) - slope(1e-3)) / 3


@pytest.mark.parametrize("name", BY_NAME)
def test_value_and_gradients_are_those_of_the_function(name: str) -> None:
    layer, random = BY_NAME[name], np.random.default_rng(1)
    inputs = layer.inputs(SIZES)
    value, *gradients = _together(layer, "numpy")(**inputs)
    np.testing.assert_allclose(value, layer.value(np, **inputs), rtol=1e-10)
    for wrt, gradient in zip(layer.wrt, gradients, strict=True):
        direction = random.normal(size=inputs[wrt].shape)
        if "symmetric" in layer.text and wrt == "W":
            direction += direction.T
        slope = _along(layer, inputs, wrt, direction)
        np.testing.assert_allclose(np.sum(gradient * direction), slope, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", BY_NAME)
def test_torch_gives_what_numpy_gives(name: str) -> None:
    torch = pytest.importorskip("torch")
    inputs = BY_NAME[name].inputs(SIZES)
    tensors = {key: torch.tensor(array) for key, array in inputs.items()}
    found = _together(BY_NAME[name], "torch")(**tensors)
    for ours, expected in zip(found, _together(BY_NAME[name], "numpy")(**inputs), strict=True):
        np.testing.assert_allclose(ours.numpy(), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", WITH_JAX)
def test_jax_gives_what_its_own_differentiation_gives(name: str, double_precision: None) -> None:
    layer = BY_NAME[name]
    inputs = layer.inputs(SIZES)
    value, *gradients = jax.jit(_together(layer, "jax"))(**inputs)
    asked = {key: inputs[key] for key in layer.wrt}
    own = jax.jit(jax.value_and_grad(lambda some: layer.value(jnp, **{**inputs, **some})))
    expected, slopes = own(asked)
    np.testing.assert_allclose(value, expected, rtol=1e-9)
    for key, gradient in zip(layer.wrt, gradients, strict=True):
        np.testing.assert_allclose(gradient, slopes[key], rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize(("target", "name"), FAR)
def test_single_precision_keeps_its_digits_far_from_zero(target: str, name: str) -> None:
    layer = BY_NAME[name]
    single = {
        key: a.astype(np.float32) for key, a in layer.inputs({**SIZES, "N": 40, "d": 50, "c": 50}, mean=1e3).items()
    }
    expected = _together(layer, "numpy")(**{key: array.astype(np.float64) for key, array in single.items()})
    if target == "torch":
        torch = pytest.importorskip("torch")
        single = {key: torch.tensor(array) for key, array in single.items()}
    for ours, exact in zip(_together(layer, target)(**single), expected, strict=True):
        found = np.asarray(ours)
        assert found.dtype == np.float32
        assert np.linalg.norm(found - exact) <= 1e-3 * np.linalg.norm(exact)


@pytest.mark.parametrize(
    ("name", "never"),
    [
    ("quadratic_forms", "np.diagonal"),
    ("bilinear", "np.diagonal"),
    ("unit_rows", "np.diagonal"),
    ("kronecker_gaussian", "np.kron(A"),
    ("low_rank_gaussian", "np.eye(n"),
    ("identity_plus_gram", "A @ A.T"),
    ("gelu_layer", "gel_1"),
])  # fmt: skip
def test_what_is_never_formed(name: str, never: str) -> None:
    from tests.emit.helpers import module_text

    text = module_text(BY_NAME[name].program, "L")
    assert never not in text[text.index("def value_and_derivatives") :]
