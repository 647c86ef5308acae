"""Every row of the catalogue of scalar functions, against numbers from mpmath, NumPy, JAX and PyTorch."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

from gradcli.evaluate import EXACT, FLOAT, NotExact, OutsideDomain, digits
from gradcli.evaluate.field import Field
from gradcli.evaluate.taylor import derivative
from gradcli.ops.formula import called
from gradcli.ops.functions import SCALAR_ALIASES, SCALAR_FUNCTIONS
from gradcli.ops.scalar import TARGETS, ScalarFunction
from gradcli.render.latex_names import latex_function
from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source
from tests.emit.helpers import functions

ROWS = SCALAR_FUNCTIONS.values()
MP: Field = digits(40)
POINTS = [Fraction(p, 10) for p in (-37, -21, -13, -8, -3, 2, 7, 9, 12, 19, 33)]


def inside(row: ScalarFunction) -> list[Fraction]:
    """Points with a value and a derivative."""
    found = []
    for point in POINTS:
        try:
            MP.function(row.name, MP.number(point))
        except OutsideDomain:
            continue
        found.append(point)
    assert len(found) >= 3, f"{row.name} has a value at too few of the points"
    return found


def numeric(row: ScalarFunction, point: Fraction, order: int) -> Any:
    with mpmath.workdps(80):
        high = digits(80)
        at = mpmath.mpf(point.numerator) / point.denominator
        return mpmath.diff(lambda t: mpmath.mpf(high.function(row.name, t)), at, order, h=mpmath.mpf(10) ** -15)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_agrees_with_itself(row: ScalarFunction) -> None:
    assert row.derivative is not None or row.definition is not None or row.higher is not None
    for text in (row.derivative, row.definition):
        assert text is None or called(text) <= set(SCALAR_FUNCTIONS) | {"max", "min", "where"}
    for point in inside(row):
        value = MP.function(row.name, MP.number(point))
        assert abs(FLOAT.function(row.name, float(point)) - value) <= 1e-12 * (1 + abs(value))
        low, high = row.bounds
        assert (low is None or value >= low) and (high is None or value <= high)
        if row.definition is not None:
            assert abs(MP.defined(row, MP.number(point)) - value) < 1e-30 * (1 + abs(value))
        if row.parity:
            assert abs(MP.function(row.name, MP.number(-point)) - row.parity * value) < 1e-30
    for place, known in row.exact.items():
        assert EXACT.function(row.name, Fraction(place)) == known
        assert abs(MP.function(row.name, MP.number(Fraction(place))) - MP.number(Fraction(known))) < 1e-30


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_derivatives_of_a_row_are_those_of_its_values(row: ScalarFunction) -> None:
    for point in inside(row):
        for order in (1, 2, 3):
            want = numeric(row, point, order)
            for field, allowed in ((MP, 1e-15), (FLOAT, 1e-8)):
                got = derivative(field, row.name, order, field.number(point))
                assert abs(got - want) <= allowed * (1 + abs(want))


def verdicts(text: str) -> list[str]:
    checked = check_source(Source("t.mc", text))
    assert not [d for d in checked.diagnostics if d.code.startswith("E")], checked.diagnostics
    return [verdict.kind for verdict in checked.verdicts]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_claims_of_a_function_are_decided(row: ScalarFunction) -> None:
    name = row.name
    claims = [f"check {name}(t) == {row.definition}"] if row.definition else []
    if row.derivative is not None:
        claims.append(f"check {name}'(t) == {row.derivative}")
    if row.parity:
        claims.append(f"check {name}(-t) == {row.parity} * {name}(t)")
    claims.append(f"check {name}(t) + {name}(t) == 2 * {name}(t)")
    assert verdicts("\n".join(["t : R", *claims])) == ["proved"] * len(claims)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_wrong_derivative_is_refuted(row: ScalarFunction) -> None:
    right = f"{row.name}'(x)"
    program = f"x : R[n]\nL = sum({row.name}(x))\n"
    assert verdicts(f"{program}check grad(L, x) == {right}") == ["proved"]
    assert verdicts(f"{program}check grad(L, x) == 2 * {right} + 1 / 7") == ["refuted"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_emitted_code_has_the_values(row: ScalarFunction, target: str) -> None:
    pytest.importorskip(target)
    module = functions(f"x : R[n]\ny = {row.name}(x)\nL = sum(y)\ngrad L wrt x\n", "y", target)
    points = inside(row)
    x = np.array([float(point) for point in points])
    slopes = [derivative(MP, row.name, 1, MP.number(point)) for point in points]
    for name, want in (
        ("value", [MP.function(row.name, MP.number(point)) for point in points]),
        ("gradient_x", slopes),
    ):
        got = np.asarray(module[name](x=x), dtype=float)
        assert np.allclose(got, np.array(want, dtype=float), rtol=1e-5, atol=1e-5), name


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_number_far_out_has_a_value_or_none_at_once(row: ScalarFunction) -> None:
    for sign in (1, -1):
        for field in (MP, FLOAT):
            try:
                value = field.function(row.name, field.number(sign * 10**40))
            except (OutsideDomain, NotExact):
                continue
            assert mpmath.isfinite(value) or field is FLOAT


def test_names_and_aliases_are_told_apart() -> None:
    assert not set(SCALAR_ALIASES) & set(SCALAR_FUNCTIONS)
    assert all(latex_function(row.name).startswith("\\") for row in ROWS)
