"""Every scalar function of the language, by name."""

from __future__ import annotations

from gradcli.ops.activations import ACTIVATIONS, PIECEWISE
from gradcli.ops.elementary import ELEMENTARY
from gradcli.ops.scalar import ScalarFunction

SCALAR_FUNCTIONS: dict[str, ScalarFunction] = {row.name: row for row in (*ELEMENTARY, *ACTIVATIONS, *PIECEWISE)}
SCALAR_ALIASES: dict[str, str] = {alias: row.name for row in SCALAR_FUNCTIONS.values() for alias in row.aliases}


def scalar_function(op: str, data: object) -> ScalarFunction | None:
    """The row of a node that applies a function of the language itself, no derivative of it; else None."""
    if op != "elem" or not isinstance(data, tuple) or data[1]:
        return None
    return SCALAR_FUNCTIONS.get(data[0])
