"""Functions of several numbers, by entry."""

from __future__ import annotations

from gradcli.ops.operation import Operation

_TWO = "a, b : R[n]\n"

SEVERAL = (
    Operation(
        "atan2", "a, b", "the angle of the point (b, a)", f"{_TWO}y = atan2(a, b)", rules=("atan2",), call="atan2"
    ),
    Operation("hypot", "a, b", "sqrt(a**2 + b**2)", f"{_TWO}y = hypot(a, b)", rules=("hypot",), call="hypot"),
    Operation(
        "logaddexp", "a, b", "log(exp(a) + exp(b))", f"{_TWO}y = logaddexp(a, b)",
        rules=("logaddexp",), call="logaddexp",
    ),
    Operation(
        "leaky_relu", "x, a", "x above 0, a * x below", "x : R[n]\na : R\ny = leaky_relu(x, a)",
        rules=("leaky_relu",), call="leaky_relu",
    ),
    Operation(
        "clip", "x, l, h", "min(max(x, l), h)", "x : R[n]\ny = clip(x, 0.5, 1)",
        rules=("clip",), call="clip",
    ),
)  # fmt: skip
