"""Modules of a great many derivatives: written out once, together."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

from gradcli.emit import module
from tests.emit.helpers import functions

LAYERS = 4
TEXT = "x : R[n]\n" + "".join(
    f"W{k} : R[n, n]; y{k} = tanh(W{k} @ {f'y{k - 1}' if k else 'x'})\n" for k in range(LAYERS)
)
ASKED = TEXT + f"out = sum(y{LAYERS - 1}**2); grad out wrt x, {', '.join(f'W{k}' for k in range(LAYERS))}\n"


@pytest.mark.parametrize("target", ["numpy", "jax", "torch"])
def test_a_derivative_is_the_same_by_itself_and_together(target: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if target == "torch":
        pytest.importorskip("torch")
    apart = functions(ASKED, "out", target)
    monkeypatch.setattr(module, "MOST_APART", 0)
    together = functions(ASKED, "out", target)
    random = np.random.default_rng(0)
    names = ["x", *(f"W{k}" for k in range(LAYERS))]
    assert list(inspect.signature(apart["value"]).parameters)[: len(names)] == names
    arrays = [random.normal(size=(3, 3) if name != "x" else 3) for name in names]
    if target == "torch":
        torch = pytest.importorskip("torch")
        arrays = [torch.tensor(array) for array in arrays]
    for name in names:
        expected = np.asarray(apart[f"gradient_{name}"](*arrays))
        by_name = together[f"gradient_{name}"](**dict(zip(names, arrays, strict=True)))
        np.testing.assert_allclose(np.asarray(by_name), expected, rtol=1e-9)
        np.testing.assert_allclose(np.asarray(together[f"gradient_{name}"](*arrays)), expected, rtol=1e-9)
