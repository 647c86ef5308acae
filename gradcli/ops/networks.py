"""More of what neural networks apply to every entry, and rounding."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from gradcli.ops.scalar import ScalarFunction

_HENDRYCKS = 'D. Hendrycks, K. Gimpel, "Gaussian error linear units", 2016'

SILU = ScalarFunction(
    name="silu",
    derivative="sigmoid(t) * (1 + t * (1 - sigmoid(t)))",
    definition="t * sigmoid(t)",
    exact={0: 0},
    bounds=(-1, None),
    far=(0, "t"),
    aliases=("swish",),
)
GELU = ScalarFunction(
    name="gelu",
    derivative="(1 + erf(t / sqrt(2))) / 2 + t * exp(-t**2 / 2) / sqrt(2 * pi)",
    definition="t * erfc(-t / sqrt(2)) / 2",
    exact={0: 0},
    bounds=(-1, None),
    far=(0, "t"),
    source=_HENDRYCKS,
)
GELU_TANH = ScalarFunction(
    name="gelu_tanh",
    derivative="(1 + tanh(sqrt(2 / pi) * (t + 0.044715 * t**3))) / 2"
    " + t / 2 * (1 - tanh(sqrt(2 / pi) * (t + 0.044715 * t**3))**2) * sqrt(2 / pi) * (1 + 0.134145 * t**2)",
    definition="t / 2 * (1 + tanh(sqrt(2 / pi) * (t + 0.044715 * t**3)))",
    exact={0: 0},
    bounds=(-1, None),
    far=(0, "t"),
    source=_HENDRYCKS,
)
ELU = ScalarFunction(
    name="elu",
    derivative="where(t > 0, 1, exp(t))",
    definition="where(t > 0, t, exp(t) - 1)",
    value=lambda m, t: t if t > 0 else m.expm1(t),
    exact={0: 0},
    bounds=(-1, None),
    far=(-1, "t"),
    numpy="{np}.where({t} > 0, {t}, {np}.expm1({np}.minimum({t}, 0.0)))",
    torch="{np}.nn.functional.elu({t})",
    note="elu has no second derivative at 0",
)
SOFTSIGN = ScalarFunction(
    name="softsign",
    derivative="1 / (1 + abs(t))**2",
    definition="t / (1 + abs(t))",
    bounds=(-1, 1),
    parity=-1,
)
LOGSIGMOID = ScalarFunction(
    name="logsigmoid",
    derivative="sigmoid(-t)",
    definition="-softplus(-t)",
    bounds=(None, 0),
    far=("t", 0),
)
HARDTANH = ScalarFunction(
    name="hardtanh",
    derivative="(t > -1) * (t < 1)",
    definition="where(t < -1, -1, where(t > 1, 1, t))",
    value=lambda m, t: max(-1, min(1, t)),
    kinks=(-1, 1),
    rational=True,
    bounds=(-1, 1),
    numpy="{np}.clip({t}, -1.0, 1.0)",
    torch="{np}.clamp({t}, -1.0, 1.0)",
    note="hardtanh has no derivative at -1 and 1; 0 is used there",
)


def _floor(m: Any, t: Any) -> Any:
    return m.floor(t)


def _nearest(m: Any, t: Any) -> Any:
    return round(t) if isinstance(t, float | Fraction) else m.nint(t)


FLOOR = ScalarFunction(
    name="floor",
    derivative="0",
    value=_floor,
    kinks="integers",
    jumps=True,
    rational=True,
    numpy="floor",
    torch="floor",
    note="floor is constant between integers: its derivative is 0 there, and there is none at an integer",
)
CEIL = ScalarFunction(
    name="ceil",
    derivative="0",
    definition="-floor(-t)",
    value=lambda m, t: m.ceil(t),
    kinks="integers",
    jumps=True,
    rational=True,
    numpy="ceil",
    torch="ceil",
    note="ceil is constant between integers: its derivative is 0 there, and there is none at an integer",
)
ROUND = ScalarFunction(
    name="round",
    derivative="0",
    value=_nearest,
    kinks="halves",
    jumps=True,
    rational=True,
    parity=-1,
    numpy="round",
    torch="round",
    note="round is constant between its jumps, at the middles between integers: its derivative is 0 elsewhere",
)
FRAC = ScalarFunction(
    name="frac",
    derivative="1",
    definition="t - floor(t)",
    value=lambda m, t: t - m.floor(t),
    kinks="integers",
    jumps=True,
    rational=True,
    bounds=(0, 1),
    note="frac(t) is t - floor(t): it jumps at integers, and its derivative is 1 elsewhere",
)

NETWORKS = (SILU, GELU, GELU_TANH, ELU, SOFTSIGN, LOGSIGMOID, HARDTANH)
ROUNDING = (FLOOR, CEIL, ROUND, FRAC)
