"""Every scalar function of the language, by name."""

from __future__ import annotations

from gradcli.ops.activations import ACTIVATIONS, PIECEWISE
from gradcli.ops.elementary import ELEMENTARY
from gradcli.ops.networks import NETWORKS, ROUNDING
from gradcli.ops.scalar import ScalarFunction
from gradcli.ops.special import SPECIAL

SECONDARY = (*SPECIAL, *NETWORKS, *ROUNDING)
"""Functions whose names a program may give a meaning of its own."""

_ROWS = (*ELEMENTARY, *ACTIVATIONS, *PIECEWISE, *SECONDARY)

SCALAR_FUNCTIONS: dict[str, ScalarFunction] = {row.name: row for row in _ROWS}
SCALAR_ALIASES: dict[str, str] = {alias: row.name for row in SCALAR_FUNCTIONS.values() for alias in row.aliases}


def scalar_function(op: str, data: object) -> ScalarFunction | None:
    """The row of a node that applies a function of the language itself, no derivative of it; else None."""
    if op != "elem" or not isinstance(data, tuple) or data[1]:
        return None
    return SCALAR_FUNCTIONS.get(data[0])
