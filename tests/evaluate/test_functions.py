"""Derivatives of every order of named functions against mpmath's numerical differentiation."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import mpmath
import pytest

from gradcli.evaluate import EXACT, FLOAT, OutsideDomain, array, defined_functions, digits, evaluate
from gradcli.expr import arith, reduce
from gradcli.expr.node import ONE, Node, make, num, var
from gradcli.ops.functions import SCALAR_FUNCTIONS as FUNCTIONS

MP = digits(40)
t = make("param", data="t")
c, a = var("c", ()), var("a", ())
x = var("x", ("n",))

REFERENCE: dict[str, Any] = {
    **{name: getattr(mpmath, name) for name in ("exp", "log", "sqrt", "sin", "cos", "tan", "asin", "acos")},
    **{name: getattr(mpmath, name) for name in ("atan", "sinh", "cosh", "tanh", "erf", "sign")},
    "abs": mpmath.fabs,
    "sigmoid": lambda s: 1 / (1 + mpmath.exp(-s)),
    "relu": lambda s: max(s, mpmath.mpf(0)),
    "softplus": lambda s: mpmath.log(1 + mpmath.exp(s)),
    **{
        name: getattr(mpmath, name) for name in ("log1p", "expm1", "log10", "asinh", "acosh", "atanh", "erfc", "erfinv")
    },
    "log2": lambda s: mpmath.log(s, 2),
    "cbrt": lambda s: mpmath.sign(s) * mpmath.root(abs(s), 3),
    "lgamma": lambda s: mpmath.log(abs(mpmath.gamma(s))),
    "digamma": mpmath.digamma,
    "sinc": lambda s: mpmath.sinc(mpmath.pi * s),
    "silu": lambda s: s / (1 + mpmath.exp(-s)),
    "gelu": lambda s: s * mpmath.ncdf(s),
    "gelu_tanh": lambda s: s / 2 * (1 + mpmath.tanh(mpmath.sqrt(2 / mpmath.pi) * (s + mpmath.mpf("0.044715") * s**3))),
    "elu": lambda s: s if s > 0 else mpmath.expm1(s),
    "softsign": lambda s: s / (1 + abs(s)),
    "logsigmoid": lambda s: -mpmath.log(1 + mpmath.exp(-s)),
    "hardtanh": lambda s: max(mpmath.mpf(-1), min(mpmath.mpf(1), s)),
    "floor": mpmath.floor,
    "ceil": mpmath.ceil,
    "round": mpmath.nint,
    "frac": lambda s: s - mpmath.floor(s),
}


def _elem(name: str, order: int, arg: Node = c) -> Node:
    return make("elem", (arg,), data=(name, order), shape=arg.shape)


@pytest.mark.parametrize("order", range(5))
@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_derivatives_of_the_functions_of_the_language(name: str, order: int) -> None:
    with mpmath.workdps(80):
        for point in (Fraction(3, 10), Fraction(-7, 11), Fraction(-4), Fraction(5)):
            row = FUNCTIONS[name]
            pole = name in ("lgamma", "digamma") and point <= 0 and point.denominator == 1
            if not row.domain.holds(point) or pole or ((order or row.jumps) and row.on_kink(point)):
                continue
            s = mpmath.mpf(point.numerator) / point.denominator
            want = mpmath.diff(REFERENCE[name], s, order, h=mpmath.mpf(10) ** -12) if order else REFERENCE[name](s)
            got = evaluate([_elem(name, order)], {c: array(point)}, {}, MP)[0].flat[0]
            assert abs(got - want) <= 1e-10 * (1 + abs(want))
            quick = evaluate([_elem(name, order)], {c: array(point)}, {}, FLOAT)[0].flat[0]
            assert abs(quick - want) <= 1e-9 * (1 + abs(want))


def test_every_function_of_the_language_is_tested_here() -> None:
    assert set(REFERENCE) == set(FUNCTIONS)


def test_the_slope_of_a_saturated_sigmoid_is_small_and_not_zero() -> None:
    slope = evaluate([_elem("sigmoid", 1)], {c: array(Fraction(40))}, {}, FLOAT)[0].flat[0]
    assert slope == pytest.approx(4.248354255291589e-18, rel=1e-12)


def _slope(field: Any, order: int, at: Fraction, step: Fraction) -> Any:
    """A central difference of a derivative of one order, of the opaque function g."""
    ends = [evaluate([_elem("g", order)], {c: array(at + s)}, {}, field)[0].flat[0] for s in (step, -step)]
    return (ends[0] - ends[1]) / field.number(2 * step)


@pytest.mark.parametrize("order", range(4))
def test_an_opaque_function_agrees_with_its_derivatives(order: int) -> None:
    at, step = Fraction(5, 7), Fraction(1, 10**12)
    for field in (MP, EXACT):
        got = evaluate([_elem("g", order + 1)], {c: array(at)}, {}, field)[0].flat[0]
        assert abs(_slope(field, order, at, step) - got) <= field.number(Fraction(1, 10**18))


def test_an_opaque_function_is_settled_by_its_name_and_the_seed() -> None:
    at = {c: array(Fraction(1, 3))}
    first, again = (evaluate([_elem("g", 0)], at, {}, EXACT)[0].flat for _ in range(2))
    other = evaluate([_elem("k", 0)], at, {}, EXACT)[0].flat
    reseeded = evaluate([_elem("g", 0)], at, {}, EXACT, seed=1)[0].flat
    assert first == again and first != other and first != reseeded


@pytest.mark.parametrize("field", [MP, EXACT], ids=["mp", "exact"])
@pytest.mark.parametrize("order", range(2))
def test_a_vector_function_agrees_with_its_derivatives(order: int, field: Any) -> None:
    sizes, step = {"n": 3, "m": 2}, Fraction(1, 10**12)
    low = make("vfun", (x,), data=("h", order), shape=("m", *["n"] * order))
    high = make("vfun", (x,), data=("h", order + 1), shape=("m", *["n"] * (order + 1)))
    base = [Fraction(1, 2), Fraction(-1, 3), Fraction(2, 5)]
    slopes = evaluate([high], {x: array(base)}, sizes, field)[0].flat
    count = 2 * 3**order
    for i, j in itertools.product(range(count), range(3)):
        ends = []
        for s in (step, -step):
            moved = [b + (s if k == j else 0) for k, b in enumerate(base)]
            ends.append(evaluate([low], {x: array(moved)}, sizes, field)[0].flat[i])
        slope = (ends[0] - ends[1]) / field.number(2 * step)
        assert abs(slope - slopes[i * 3 + j]) <= field.number(Fraction(1, 10**18))


BODIES: dict[str, tuple[Node, Any]] = {
    "cubic": (arith.add(arith.power(t, num(3)), arith.mul(num(-2), t), ONE), lambda s: s**3 - 2 * s + 1),
    "swish": (arith.mul(t, reduce.elementwise("sigmoid", 0, t)), lambda s: s / (1 + mpmath.exp(-s))),
    "root": (arith.sqrt(arith.add(ONE, arith.power(t, num(2)))), lambda s: mpmath.sqrt(1 + s * s)),
    "ratio": (
        arith.div(reduce.elementwise("sin", 0, t), arith.add(num(2), t)),
        lambda s: mpmath.sin(s) / (2 + s),
    ),
    "tower": (arith.power(arith.add(num(2), t), t), lambda s: (2 + s) ** s),
    "free": (
        arith.mul(a, reduce.elementwise("exp", 0, arith.mul(a, t))),
        lambda s: 1.5 * mpmath.exp(1.5 * s),
    ),
    "bump": (
        reduce.where(reduce.compare("<", t, ONE), reduce.elementwise("log", 0, arith.sub(ONE, t)), num(0)),
        lambda s: mpmath.log(1 - s) if s < 1 else mpmath.mpf(0),
    ),
    "clip": (reduce.binary("max", t, arith.mul(num(Fraction(1, 10)), t)), lambda s: max(s, s / 10)),
}


@pytest.mark.parametrize("order", range(4))
@pytest.mark.parametrize("name", sorted(BODIES))
def test_derivatives_of_defined_functions(name: str, order: int) -> None:
    body, reference = BODIES[name]
    values = {a: array(Fraction(3, 2))}
    hooks = defined_functions({name: (t, body)}, values, {}, MP)
    with mpmath.workdps(80):
        for point in (Fraction(3, 10), Fraction(-7, 11), Fraction(4)):
            s = mpmath.mpf(point.numerator) / point.denominator
            want = mpmath.diff(reference, s, order, h=mpmath.mpf(10) ** -12) if order else reference(s)
            at = {**values, c: array(point)}
            got = evaluate([_elem(name, order)], at, {}, MP, functions=hooks)[0].flat[0]
            assert abs(got - want) <= 1e-10 * (1 + abs(want))


def test_a_defined_function_may_use_another() -> None:
    inner = arith.power(t, num(2))
    outer = arith.add(_elem("inner", 0, t), _elem("inner", 1, t))
    hooks = defined_functions({"outer": (t, outer), "inner": (t, inner)}, {}, {}, EXACT)
    at = {c: array(Fraction(5))}
    got = [evaluate([_elem("outer", k)], at, {}, EXACT, functions=hooks)[0].flat[0] for k in range(3)]
    assert got == [35, 12, 2]


def test_a_defined_function_outside_its_domain() -> None:
    hooks = defined_functions({"k": (t, reduce.elementwise("log", 0, t))}, {}, {}, FLOAT)
    with pytest.raises(OutsideDomain):
        evaluate([_elem("k", 1)], {c: array(-1)}, {}, FLOAT, functions=hooks)
