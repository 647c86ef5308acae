"""Packages that only some functions need, and what is said where one is missing."""

from __future__ import annotations

from importlib.util import find_spec

_TITLES = {"numpy": ("NumPy", "numpy"), "jax": ("JAX", "'gradcli[jax]'"), "torch": ("PyTorch", "torch")}


def need(package: str, what: str) -> None:
    """Raises ImportError, with how to install it, where a package that `what` needs is not there."""
    if find_spec(package) is None:
        title, install = _TITLES[package]
        raise ImportError(f"{what} needs {title}, which is not installed: pip install {install}", name=package)
