"""Exponentials, logarithms, roots, circular and hyperbolic functions and their inverses."""

from __future__ import annotations

from gradcli.ops.scalar import OVERFLOWS, Domain, ScalarFunction

EXP = ScalarFunction(
    name="exp",
    derivative="exp(t)",
    value=lambda m, t: m.exp(t),
    exact={0: 1},
    bounds=(0, None),
    far=(0, OVERFLOWS),
    latex=r"\exp", typst="exp", sympy="exp", numpy="exp", torch="exp",
)  # fmt: skip
LOG = ScalarFunction(
    name="log",
    derivative="1 / t",
    value=lambda m, t: m.log(t),
    domain=Domain(low=0, closed=False),
    exact={1: 0},
    aliases=("ln",),
    latex=r"\log", typst="log", sympy="log", numpy="log", torch="log",
)  # fmt: skip
SQRT = ScalarFunction(
    name="sqrt",
    definition="t ** (1/2)",
    value=lambda m, t: m.sqrt(t),
    domain=Domain(low=0),
    root=2,
    bounds=(0, None),
    latex=r"\sqrt", typst="sqrt", sympy="sqrt", numpy="sqrt", torch="sqrt",
)  # fmt: skip
SIN = ScalarFunction(
    name="sin",
    derivative="cos(t)",
    value=lambda m, t: m.sin(t),
    exact={0: 0},
    parity=-1,
    bounds=(-1, 1),
    far=(OVERFLOWS, OVERFLOWS),
    latex=r"\sin", typst="sin", sympy="sin", numpy="sin", torch="sin",
)  # fmt: skip
COS = ScalarFunction(
    name="cos",
    derivative="-sin(t)",
    value=lambda m, t: m.cos(t),
    exact={0: 1},
    parity=1,
    bounds=(-1, 1),
    far=(OVERFLOWS, OVERFLOWS),
    latex=r"\cos", typst="cos", sympy="cos", numpy="cos", torch="cos",
)  # fmt: skip
TAN = ScalarFunction(
    name="tan",
    derivative="1 + tan(t)**2",
    definition="sin(t) / cos(t)",
    value=lambda m, t: m.tan(t),
    domain=Domain(poles=True),
    exact={0: 0},
    parity=-1,
    far=(OVERFLOWS, OVERFLOWS),
    latex=r"\tan", typst="tan", sympy="tan", numpy="tan", torch="tan",
)  # fmt: skip
ASIN = ScalarFunction(
    name="asin",
    derivative="1 / sqrt(1 - t**2)",
    value=lambda m, t: m.asin(t),
    domain=Domain(-1, 1),
    exact={0: 0},
    parity=-1,
    aliases=("arcsin",),
    latex=r"\arcsin", typst="arcsin", sympy="asin", numpy="arcsin", torch="asin",
)  # fmt: skip
ACOS = ScalarFunction(
    name="acos",
    derivative="-1 / sqrt(1 - t**2)",
    definition="pi / 2 - asin(t)",
    value=lambda m, t: m.acos(t),
    domain=Domain(-1, 1),
    exact={1: 0},
    aliases=("arccos",),
    latex=r"\arccos", typst="arccos", sympy="acos", numpy="arccos", torch="acos",
)  # fmt: skip
ATAN = ScalarFunction(
    name="atan",
    derivative="1 / (1 + t**2)",
    value=lambda m, t: m.atan(t),
    exact={0: 0},
    parity=-1,
    bounds=(-2, 2),
    aliases=("arctan",),
    latex=r"\arctan", typst="arctan", sympy="atan", numpy="arctan", torch="atan",
)  # fmt: skip
SINH = ScalarFunction(
    name="sinh",
    derivative="cosh(t)",
    definition="(exp(t) - exp(-t)) / 2",
    value=lambda m, t: m.sinh(t),
    exact={0: 0},
    parity=-1,
    far=(OVERFLOWS, OVERFLOWS),
    latex=r"\sinh", typst="sinh", sympy="sinh", numpy="sinh", torch="sinh",
)  # fmt: skip
COSH = ScalarFunction(
    name="cosh",
    derivative="sinh(t)",
    definition="(exp(t) + exp(-t)) / 2",
    value=lambda m, t: m.cosh(t),
    exact={0: 1},
    parity=1,
    bounds=(1, None),
    far=(OVERFLOWS, OVERFLOWS),
    latex=r"\cosh", typst="cosh", sympy="cosh", numpy="cosh", torch="cosh",
)  # fmt: skip
TANH = ScalarFunction(
    name="tanh",
    derivative="1 - tanh(t)**2",
    definition="2 * sigmoid(2 * t) - 1",
    value=lambda m, t: m.tanh(t),
    exact={0: 0},
    parity=-1,
    bounds=(-1, 1),
    far=(-1, 1),
    latex=r"\tanh", typst="tanh", sympy="tanh", numpy="tanh", torch="tanh",
)  # fmt: skip
ERF = ScalarFunction(
    name="erf",
    derivative="2 / sqrt(pi) * exp(-t**2)",
    value=lambda m, t: m.erf(t),
    exact={0: 0},
    parity=-1,
    bounds=(-1, 1),
    far=(-1, 1),
    sympy="erf",
    numpy="""
def {erf}(t):
    # Many times faster where SciPy is there.
    t = {np}.asarray(t, dtype={np}.float64)
    try:
        from scipy.special import erf as of_arrays
    except ImportError:
        return {np}.array([math.erf(entry) for entry in t.ravel()], dtype={np}.float64).reshape(t.shape)
    return of_arrays(t)
""",
    jax="""
def {erf}(t):
    return {root}.lax.erf({array}(t))
""",
    torch="erf",
)

ELEMENTARY = (EXP, LOG, SQRT, SIN, COS, TAN, ASIN, ACOS, ATAN, SINH, COSH, TANH, ERF)
