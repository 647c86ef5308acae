"""Logarithms and exponentials near 1 and 0, inverse hyperbolic functions, and special functions.

Source of what is not in every textbook: NIST Digital Library of Mathematical Functions, chapters 4, 5 and 7.
"""

from __future__ import annotations

from typing import Any

from gradcli.ops.scalar import OVERFLOWS, Domain, ScalarFunction

LOG1P = ScalarFunction(
    name="log1p",
    derivative="1 / (1 + t)",
    definition="log(1 + t)",
    value=lambda m, t: m.log1p(t),
    domain=Domain(low=-1, closed=False),
    exact={0: 0},
    numpy="log1p",
    torch="log1p",
)
EXPM1 = ScalarFunction(
    name="expm1",
    derivative="exp(t)",
    definition="exp(t) - 1",
    value=lambda m, t: m.expm1(t),
    exact={0: 0},
    bounds=(-1, None),
    far=(-1, OVERFLOWS),
    numpy="expm1",
    torch="expm1",
)
LOG2 = ScalarFunction(
    name="log2",
    derivative="1 / (t * log(2))",
    definition="log(t) / log(2)",
    value=lambda m, t: m.log(t, 2),
    domain=Domain(low=0, closed=False),
    exact={1: 0, 2: 1, 4: 2, 8: 3},
    latex=r"\log_2",
    numpy="log2",
    torch="log2",
)
LOG10 = ScalarFunction(
    name="log10",
    derivative="1 / (t * log(10))",
    definition="log(t) / log(10)",
    value=lambda m, t: m.log10(t),
    domain=Domain(low=0, closed=False),
    exact={1: 0, 10: 1, 100: 2},
    latex=r"\log_{10}",
    numpy="log10",
    torch="log10",
)
ASINH = ScalarFunction(
    name="asinh",
    derivative="1 / sqrt(1 + t**2)",
    value=lambda m, t: m.asinh(t),
    exact={0: 0},
    parity=-1,
    aliases=("arcsinh", "arsinh"),
    latex=r"\operatorname{arsinh}",
    numpy="arcsinh",
    torch="asinh",
)
ACOSH = ScalarFunction(
    name="acosh",
    derivative="1 / sqrt(t**2 - 1)",
    value=lambda m, t: m.acosh(t),
    domain=Domain(low=1),
    exact={1: 0},
    bounds=(0, None),
    aliases=("arccosh", "arcosh"),
    latex=r"\operatorname{arcosh}",
    numpy="arccosh",
    torch="acosh",
)
ATANH = ScalarFunction(
    name="atanh",
    derivative="1 / (1 - t**2)",
    definition="(log(1 + t) - log(1 - t)) / 2",
    value=lambda m, t: m.atanh(t),
    domain=Domain(-1, 1, closed=False),
    exact={0: 0},
    parity=-1,
    aliases=("arctanh", "artanh"),
    latex=r"\operatorname{artanh}",
    numpy="arctanh",
    torch="atanh",
)
CBRT = ScalarFunction(
    name="cbrt",
    derivative="1 / (3 * cbrt(t)**2)",
    definition="sign(t) * abs(t) ** (1/3)",
    value=lambda m, t: m.cbrt(t) if t >= 0 else -m.cbrt(-t),
    kinks=(0,),
    root=3,
    parity=-1,
    numpy="cbrt",
    torch="{np}.sign({t}) * {np}.abs({t}) ** (1 / 3)",
    note="cbrt has no derivative at 0",
)
ERFC = ScalarFunction(
    name="erfc",
    derivative="-2 / sqrt(pi) * exp(-t**2)",
    definition="1 - erf(t)",
    value=lambda m, t: m.erfc(t),
    exact={0: 1},
    bounds=(0, 2),
    far=(2, 0),
    numpy="""
def {erfc}(t):
    # Many times faster where SciPy is there.
    t = {np}.asarray(t, dtype={np}.float64)
    try:
        from scipy.special import erfc as of_arrays
    except ImportError:
        return {np}.array([math.erfc(entry) for entry in t.ravel()], dtype={np}.float64).reshape(t.shape)
    return of_arrays(t)
""",
    jax="""
def {erfc}(t):
    return {root}.lax.erfc({array}(t))
""",
    torch="erfc",
)
ERFINV = ScalarFunction(
    name="erfinv",
    derivative="sqrt(pi) / 2 * exp(erfinv(t)**2)",
    value=lambda m, t: m.erfinv(t),
    domain=Domain(-1, 1, closed=False),
    exact={0: 0},
    parity=-1,
    numpy='''
def {erfinv}(t):
    """By Halley's method on erfc, from Winitzki's approximation."""
    t = {np}.asarray(t, dtype={np}.float64)
    size = {np}.minimum({np}.abs(t), 1.0)
    rest = {np}.log((1.0 - size) * (1.0 + size))
    half = 2.0 / (math.pi * 0.147) + rest / 2.0
    x = {np}.sqrt({np}.sqrt(half * half - rest / 0.147) - half)
    for _ in range(3):
        tail = {np}.array([math.erfc(entry) for entry in x.ravel()]).reshape(x.shape)
        step = (tail - (1.0 - size)) * (math.sqrt(math.pi) / 2.0) * {np}.exp(x * x)
        x = x + step / (1.0 + x * step)
    x = {np}.where(size < 1.0, x, {np}.where({np}.abs(t) > 1.0, {np}.nan, {np}.inf))
    return {np}.sign(t) * x
''',
    jax="""
def {erfinv}(t):
    return {root}.lax.erf_inv({array}(t))
""",
    torch="erfinv",
    source="W. Gautschi, in DLMF 7.17; the starting value from S. Winitzki, 2008",
)


def _lgamma(m: Any, t: Any) -> Any:
    if t <= 0 and t == m.floor(t):
        return m.inf
    if hasattr(m, "lgamma"):
        return m.lgamma(t)
    return m.re(m.loggamma(t)) if t > 0 else m.log(abs(m.gamma(t)))


LGAMMA = ScalarFunction(
    name="lgamma",
    derivative="digamma(t)",
    value=_lgamma,
    domain=Domain(poles=True),
    exact={1: 0, 2: 0},
    far=(OVERFLOWS, OVERFLOWS),
    aliases=("gammaln", "loggamma"),
    latex=r"\log\Gamma",
    numpy="""
def {lgamma}(t):
    t = {np}.asarray(t, dtype={np}.float64)
    poles = [entry <= 0.0 and entry == math.floor(entry) for entry in t.ravel()]
    values = [math.inf if pole else math.lgamma(entry) for entry, pole in zip(t.ravel(), poles)]
    return {np}.array(values, dtype={np}.float64).reshape(t.shape)
""",
    jax="""
def {lgamma}(t):
    return {root}.lax.lgamma({array}(t))
""",
    torch="lgamma",
    source="lgamma(t) is log|Γ(t)|: DLMF 5.2",
)
DIGAMMA = ScalarFunction(
    name="digamma",
    value=lambda m, t: m.psi(0, t),
    higher=lambda m, order, t: m.psi(order, t),
    domain=Domain(poles=True),
    far=(OVERFLOWS, OVERFLOWS),
    aliases=("psi",),
    latex=r"\psi",
    numpy='''
def {digamma}(t):
    """By the recurrence up to 16 and the asymptotic series (DLMF 5.5.2, 5.11.2)."""
    t = {np}.array(t, dtype={np}.float64)
    moved = {np}.zeros_like(t)
    for _ in range(10000):
        low = t < 16.0
        if not low.any():
            break
        moved = moved + {np}.where(low, 1.0 / {np}.where(low, t, 1.0), 0.0)
        t = {np}.where(low, t + 1.0, t)
    square = 1.0 / (t * t)
    series = square * (1 / 12 - square * (1 / 120 - square * (1 / 252 - square * (1 / 240 - square / 132))))
    return {np}.log(t) - 0.5 / t - series - moved
''',
    jax="""
def {digamma}(t):
    return {root}.lax.digamma({array}(t))
""",
    torch="digamma",
    source="DLMF 5.2; its derivatives are the polygamma functions, DLMF 5.15",
)


def _sinc(m: Any, t: Any) -> Any:
    return m.sin(m.pi * t) / (m.pi * t) if t else 1


SINC = ScalarFunction(
    name="sinc",
    derivative="(cos(pi * t) - sinc(t)) / t",
    definition="sin(pi * t) / (pi * t)",
    value=_sinc,
    exact={0: 1},
    parity=1,
    bounds=(-1, 1),
    far=(0, 0),
    numpy="sinc",
    torch="sinc",
    note="sinc(t) is sin(pi * t) / (pi * t); its derivative is written for t != 0, at 0 it is 0",
)

SPECIAL = (LOG1P, EXPM1, LOG2, LOG10, ASINH, ACOSH, ATANH, CBRT, ERFC, ERFINV, LGAMMA, DIGAMMA, SINC)
