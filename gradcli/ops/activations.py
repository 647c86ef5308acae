"""What neural networks apply to every entry, and functions in pieces."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from gradcli.ops.scalar import ITSELF, ScalarFunction


def _sigmoid(m: Any, t: Any) -> Any:
    if t >= 0:
        return 1 / (1 + m.exp(-t))
    small = m.exp(t)
    return small / (1 + small)


SIGMOID = ScalarFunction(
    name="sigmoid",
    derivative="sigmoid(t) * (1 - sigmoid(t))",
    definition="1 / (1 + exp(-t))",
    value=_sigmoid,
    exact={0: Fraction(1, 2)},
    bounds=(0, 1),
    far=(0, 1),
    numpy="""
def {sigmoid}(t):
    return 1.0 / (1.0 + {np}.exp(-{np}.maximum(t, -709.0)))
""",
    torch="sigmoid",
)
RELU = ScalarFunction(
    name="relu",
    derivative="t > 0",
    definition="t * (t > 0)",
    value=lambda m, t: max(t, 0),
    kinks=(0,),
    rational=True,
    bounds=(0, None),
    numpy="{np}.maximum({t}, 0.0)",
    torch="relu",
    note="relu has no derivative at 0; 0 is used there",
)
SOFTPLUS = ScalarFunction(
    name="softplus",
    derivative="sigmoid(t)",
    definition="log(1 + exp(t))",
    value=lambda m, t: max(t, 0) + m.log1p(m.exp(-abs(t))),
    bounds=(0, None),
    far=(0, ITSELF),
    numpy="{np}.logaddexp({t}, 0.0)",
    torch="{np}.logaddexp({t}, {array}(0.0))",
)
ABS = ScalarFunction(
    name="abs",
    derivative="sign(t)",
    value=lambda m, t: abs(t),
    kinks=(0,),
    rational=True,
    parity=1,
    bounds=(0, None),
    numpy="abs",
    torch="abs",
    note="abs has no derivative at 0; 0 is used there",
)
SIGN = ScalarFunction(
    name="sign",
    derivative="0",
    value=lambda m, t: (t > 0) - (t < 0),
    kinks=(0,),
    jumps=True,
    rational=True,
    parity=-1,
    bounds=(-1, 1),
    sympy="sign",
    numpy="sign",
    torch="sign",
    note="sign has no derivative at 0; 0 is used there",
)

ACTIVATIONS = (SIGMOID, SOFTPLUS)
PIECEWISE = (RELU, ABS, SIGN)
