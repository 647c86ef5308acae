"""Reductions beside sums, and what keeps the shape and works along an axis."""

from __future__ import annotations

from gradcli.ops.operation import Operation
from gradcli.ops.payload import Along, Places, Running

_M = "A : R[m, n]\n"
_X = "x : R[n]\n"

STATISTICS = (
    Operation(
        "largest", "A", "the largest entry; data: along which axis", f"{_M}y = max(A, axis=1)",
        payload=int, rules=("largest",), call="max",
    ),
    Operation(
        "smallest", "A", "the least entry; data: along which axis", f"{_M}y = min(A, axis=0)",
        payload=int, rules=("smallest",), call="min",
    ),
    Operation(
        "attains", "A, y", "1 where an entry is the largest (or the least) one, y, else 0", f"{_X}y = x >= max(x)",
        payload=str, rules=("comparison",),
    ),
    Operation(
        "prod", "A", "the product of the entries; data: along which axis", f"{_X}y = prod(x)",
        payload=int, rules=("prod",), call="prod",
    ),
    Operation(
        "variance", "A", "the variance, divided by the number of entries less ddof", f"{_M}y = var(A, axis=1, ddof=1)",
        payload=Along, rules=("variance",), call="var",
    ),
    Operation("std", "A", "the root of the variance", f"{_X}y = std(x)", payload=Along, rules=("std",), call="std"),
)  # fmt: skip

RUNNING = (
    Operation(
        "cumsum", "x", "running sums, from the front or from the back", f"{_M}Y = cumsum(A, axis=0)",
        payload=Running, rules=("cumsum",), linear=(0,), call="cumsum",
    ),
    Operation(
        "cumprod", "x", "running products; data: along which axis", f"{_X}y = cumprod(x)",
        payload=int, rules=("cumprod",), call="cumprod",
    ),
    Operation(
        "flip", "x", "the entries in reverse order; data: along which axis", f"{_X}y = flip(x)",
        payload=int, rules=("flip",), linear=(0,), call="flip",
    ),
    Operation(
        "roll", "x", "the entries moved on, the last to the front", f"{_M}Y = roll(A, 1, axis=1)",
        payload=Places, rules=("roll",), linear=(0,), call="roll",
    ),
)  # fmt: skip
