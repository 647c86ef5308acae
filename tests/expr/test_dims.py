"""Dimensions are polynomials: one text for each, and arithmetic that agrees with that of numbers."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gradcli.expr.dims import (
    Dim,
    dim_difference,
    dim_product,
    dim_sum,
    dim_value,
    factors_of,
    least_dim,
    names_of,
    quotient,
)

_ATOMS = st.one_of(st.integers(1, 5), st.sampled_from(["n", "m", "h", "min(m, n)"]))
_DIMS = st.recursive(
    _ATOMS,
    lambda inner: st.builds(
        lambda op, a, b: op(a, b), st.sampled_from([dim_sum, dim_product, dim_difference]), inner, inner
    ),
    max_leaves=6,
)
_SIZES = {"n": 3, "m": 7, "h": 2}


def at(dim: Dim) -> int:
    return dim_value(dim, _SIZES.__getitem__)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_DIMS, _DIMS)
def test_arithmetic_agrees_with_numbers(a: Dim, b: Dim) -> None:
    assert at(dim_sum(a, b)) == at(a) + at(b)
    assert at(dim_product(a, b)) == at(a) * at(b)
    assert at(dim_difference(a, b)) == at(a) - at(b)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_DIMS, _DIMS)
def test_equal_dimensions_have_one_text(a: Dim, b: Dim) -> None:
    assert dim_difference(dim_sum(a, b), b) == a
    assert dim_sum(a, b) == dim_sum(b, a)
    if b != 0:
        assert quotient(dim_product(a, b), b) == a


@pytest.mark.parametrize(
    ("dim", "text"),
    [
        (dim_sum("n", -1), "n - 1"),
        (dim_sum(dim_difference("n", "k"), 1), "n - k + 1"),
        (dim_product("h", 4), "4*h"),
        (dim_product("p", "n"), "n*p"),
        (dim_difference("n", "n"), 0),
        (dim_difference(10, "n"), "10 - n"),
        (dim_product(dim_sum("n", 1), dim_sum("n", -1)), "n*n - 1"),
    ],
)
def test_text(dim: Dim, text: Dim) -> None:
    assert dim == text


def test_parts() -> None:
    assert quotient("4*h", "h") == 4
    assert quotient("n - 1", "n") is None
    assert factors_of("4*h") == (4, "h")
    assert factors_of("n - 1") == ("n - 1",)
    assert set(names_of("min(m, n) + 2*h")) == {"m", "n", "h"}
    assert least_dim("n", dim_sum("n", -1)) == "n - 1"
