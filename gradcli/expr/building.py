"""The constructors of operations, by name: for those that simplify to operations built further up.

A constructor tells itself here when its file is loaded; `gradcli.expr.ops` loads all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from gradcli.expr.node import Node

Constructor = TypeVar("Constructor", bound=Callable[..., Node])

_CONSTRUCTORS: dict[str, Callable[..., Node]] = {}


def constructs(name: str) -> Callable[[Constructor], Constructor]:
    """Tell the constructor of an operation."""

    def told(constructor: Constructor) -> Constructor:
        _CONSTRUCTORS[name] = constructor
        return constructor

    return told


def construct(name: str, *args: object) -> Node:
    """An operation, simplified as its constructor does."""
    return _CONSTRUCTORS[name](*args)
