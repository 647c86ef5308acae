"""Passes: each keeps what it does with an operation in a table in its own room."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from gradcli.ops.operations import OPERATIONS

V = TypeVar("V")


class Pass(dict[str, V]):
    """What one pass does with each operation that it knows.  Raises KeyError for a name that is no operation.

    A contract test takes every operation through every pass; what one cannot do is said in `gradcli.ops.reasons`.
    """

    def __init__(self, name: str, table: Mapping[str, V]) -> None:
        unknown = sorted(table.keys() - OPERATIONS.keys())
        if unknown:
            raise KeyError(f"{name}: no operation is called {', '.join(unknown)}")
        super().__init__(table)
        self.name = name
