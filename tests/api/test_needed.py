"""Functions that need another package say which one, and how to get it."""

from __future__ import annotations

import pytest

import gradcli


@pytest.mark.parametrize(("package", "told"), [("numpy", "NumPy"), ("jax", "JAX"), ("torch", "PyTorch")])
def test_a_missing_package_is_named(package: str, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from importlib import util

    answer = gradcli.parse("x : R[n]; f = x.T @ x").grad("f", "x")
    there = util.find_spec
    monkeypatch.setattr("gradcli.api.needed.find_spec", lambda name: None if name == package else there(name))
    with pytest.raises(ImportError, match=f"needs {told}, which is not installed: pip install") as raised:
        {"numpy": answer.to_numpy, "jax": answer.to_jax, "torch": answer.to_torch}[package]()
    assert raised.value.name == package
    if package == "jax":
        with pytest.raises(ImportError, match="from_jax"):
            gradcli.from_jax(lambda x: x, shapes="x: n")
