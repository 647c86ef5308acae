"""Where there is no real value, evaluation says so; it never answers with a NaN or a complex number."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest

from gradcli.evaluate import EXACT, FLOAT, OnKink, OutsideDomain, array, digits, evaluate
from gradcli.expr import arith, linear, reduce
from gradcli.expr.node import MINUS_ONE, Node, make, num, var

c, d = var("c", ()), var("d", ())
x = var("x", ("n",))
M = var("M", ("n", "n"))
SIZES = {"n": 2}
FIELDS = [FLOAT, digits(30), EXACT]

SINGULAR = array([[Fraction(1), 3], [Fraction(1, 3), 1]])


def _elem(name: str, order: int = 0) -> Node:
    return make("elem", (c,), data=(name, order))


OUTSIDE: list[tuple[str, Node, dict[Node, Any]]] = [
    ("log of a negative number", _elem("log"), {c: array(Fraction(-1))}),
    ("log of zero", _elem("log"), {c: array(Fraction(0))}),
    ("sqrt of a negative number", _elem("sqrt"), {c: array(Fraction(-1, 4))}),
    ("asin", _elem("asin"), {c: array(Fraction(2))}),
    ("acos", _elem("acos"), {c: array(Fraction(-2))}),
    ("derivative of asin at the end", _elem("asin", 1), {c: array(Fraction(1))}),
    ("division by zero", arith.power(c, MINUS_ONE), {c: array(0)}),
    ("derivative of sqrt at zero", _elem("sqrt", 1), {c: array(0)}),
    ("root of a negative number", arith.power(c, num(Fraction(1, 3))), {c: array(Fraction(-8))}),
    ("a negative power of zero", make("pow", (c, d)), {c: array(0), d: array(-2)}),
    ("a singular inverse", linear.inv(M), {M: SINGULAR}),
    ("logdet of a singular matrix", make("logdet", (M,)), {M: SINGULAR}),
    ("an entry past the end", reduce.entry(x, (3,)), {x: array([1, 2])}),
]


@pytest.mark.parametrize("field", FIELDS, ids=["float", "mp", "exact"])
@pytest.mark.parametrize("what,node,values", OUTSIDE, ids=[case[0] for case in OUTSIDE])
def test_outside_the_domain(what: str, node: Node, values: dict[Node, Any], field: Any) -> None:
    with pytest.raises(OutsideDomain):
        evaluate([node], values, SIZES, field)


@pytest.mark.parametrize("field", FIELDS[:2], ids=["float", "mp"])
@pytest.mark.parametrize("name", ["exp", "sinh", "cosh"])
def test_overflow_is_no_value(name: str, field: Any) -> None:
    with pytest.raises(OutsideDomain):
        evaluate([_elem(name)], {c: array(Fraction(10) ** 40)}, SIZES, field)


@pytest.mark.parametrize("field", FIELDS, ids=["float", "mp", "exact"])
def test_an_undefined_branch_that_is_not_taken_does_no_harm(field: Any) -> None:
    reciprocal = arith.power(x, MINUS_ONE)
    node = reduce.where(reduce.compare("<", make("zeros", shape=("n",)), x), reciprocal, arith.zeros(("n",)))
    values = {x: array([Fraction(0), Fraction(2)])}
    with pytest.raises(OnKink):
        evaluate([node], values, SIZES, field)
    got = evaluate([node], values, SIZES, field, strict_kinks=False)[0]
    assert [float(e) for e in got.flat] == [0.0, 0.5]


@pytest.mark.parametrize("field", FIELDS, ids=["float", "mp", "exact"])
def test_jumps_at_equal_numbers_want_another_point(field: Any) -> None:
    third = Fraction(1, 3)
    for node in [reduce.compare("<", c, d), reduce.compare(">=", c, d), _elem("abs", 1), _elem("relu", 1)]:
        with pytest.raises(OnKink):
            evaluate([node], {c: array(third - third), d: array(0)}, SIZES, field)
    sign = reduce.elementwise("sign", 0, c)
    with pytest.raises(OnKink):
        evaluate([sign], {c: array(0)}, SIZES, field)
    assert evaluate([sign], {c: array(0)}, SIZES, field, strict_kinks=False)[0].flat == [0]


@pytest.mark.parametrize("field", FIELDS, ids=["float", "mp", "exact"])
def test_a_continuous_tie_is_a_value(field: Any) -> None:
    values = {c: array(2), d: array(2)}
    assert evaluate([reduce.binary("max", c, d)], values, SIZES, field)[0].flat == [2]
    assert evaluate([reduce.elementwise("abs", 0, c)], {c: array(0)}, SIZES, field)[0].flat == [0]


def test_what_rounding_leaves_of_a_zero_is_a_zero() -> None:
    # sin(c)^2 + cos(c)^2 - 1 is 0: its reciprocal has no value, rather than a huge one.
    squares = [arith.power(_elem(name), num(2)) for name in ("sin", "cos")]
    node = arith.power(arith.add(*squares, MINUS_ONE), MINUS_ONE)
    for field in FIELDS[:2]:
        with pytest.raises(OutsideDomain):
            evaluate([node], {c: array(Fraction(7, 5))}, SIZES, field)


@pytest.mark.parametrize("field", FIELDS, ids=["float", "mp", "exact"])
def test_a_mask_hides_what_is_undefined_as_where_does(field: Any) -> None:
    masked = arith.mul(reduce.compare("<", num(0), x), make("elem", (x,), data=("log", 0), shape=("n",)))
    got = evaluate([masked], {x: array([Fraction(-3), Fraction(1)])}, SIZES, field)[0]
    assert got.flat == [0, 0]
