"""Comparisons that rounding, or a number too small to be had, would settle: they decide nothing."""

from __future__ import annotations

import pytest

from tests.check.helpers import verdict


def kind(text: str) -> str:
    return verdict(text).kind


BELOW_ITS_BOUND = [
    "exp(t) > 0",
    "softplus(t) > 0",
    "sigmoid(t) > 0",
    "erfc(t) > 0",
    "exp(exp(t)) > 1",
    "log(1 + exp(t)) > 0",
]
ABOVE_ITS_BOUND = ["tanh(t) < 1", "erf(t) < 1", "sigmoid(t) < 1", "exp(-exp(t)) < 1", "atan(t) < pi/2"]


@pytest.mark.parametrize("strict", BELOW_ITS_BOUND + ABOVE_ITS_BOUND)
def test_a_bound_that_is_never_met_is_not_refuted(strict: str) -> None:
    assert kind(f"t : R\ncheck ({strict}) == 1") != "refuted"
    if "erf" not in strict:
        assert kind(f"t : R[n]\ncheck min({strict}) == 1") != "refuted"


@pytest.mark.parametrize("strict", BELOW_ITS_BOUND)
def test_a_number_too_small_to_be_had_is_not_zero(strict: str) -> None:
    value = strict.split(" >")[0]
    assert kind(f"t : R\ncheck sign({value}) == 1") != "refuted"
    assert kind(f"t : R\ncheck ({strict}) == (t > -10^10)") not in ("equal", "proved")
    assert kind(f"t : R\ncheck {value} == where(t > -10^10, {value}, 0)") not in ("equal", "proved")


@pytest.mark.parametrize("strict", ABOVE_ITS_BOUND)
def test_a_number_too_near_is_not_its_bound(strict: str) -> None:
    assert kind(f"t : R\ncheck ({strict}) == (t < 10^9)") not in ("equal", "proved")


def test_what_is_met_exactly_decides() -> None:
    assert kind("t : R\ncheck (t >= 1/2)*exp(t) == (t > 1/2)*exp(t)") == "refuted"
    assert kind("t : R\ncheck floor(t)*exp(t) == (ceil(t) - 1)*exp(t)") == "refuted"


@pytest.mark.parametrize(
    "claim",
    [
        "softmax(where(M == 1, S, -1e30), axis=1) == softmax(where(M == 1, S, -inf), axis=1)",
        "exp(s - 1e30) == 0",
        "exp(-exp(s + 30)) == 0",
        "sigmoid(s - 10^20) == 0",
        "softplus(s + 10^12) == s + 10^12",
        "exp(-1e9) == 0",
        "exp(-s^2*1e12 - 1e12) == 0",
    ],
)
def test_a_fill_is_not_infinite(claim: str) -> None:
    found = verdict(f"M : R[n, n] binary\nS : R[n, n]\ns : R\ncheck {claim}")
    assert found.kind == "refuted"


def test_a_number_beyond_floats_is_shown() -> None:
    found = verdict("check exp(-1e9) == 0")
    assert found.counterexample is not None
    assert str(found.counterexample.left).startswith("1.2495343e-434294482")
    assert found.hint is not None and "-inf" in found.hint.text


@pytest.mark.parametrize(
    "claim",
    [
        "abs(-log(2)) == log(2)",
        "max(pi, 3)*x == pi*x",
        "abs(x + log(1e8)) + abs(x - log(1e8)) == 2*max(abs(x), abs(-log(1e8)))",
        "(sqrt(2) + sqrt(3) > pi)*x == x",
        "relu(sin(4)) == 0",
        "max(exp(-1e9), 0) == exp(-1e9)",
        "where(x > pi, where(x > 3, x, 0), 0) == where(x > pi, x, 0)",
    ],
)
def test_constants_lie_on_one_side(claim: str) -> None:
    assert kind(f"x : R\ncheck {claim}") == "proved"


@pytest.mark.parametrize("threshold", ["exp(13)", "exp(16)", "10^9"])
def test_what_differs_far_out_is_met(threshold: str) -> None:
    assert kind(f"x : R\ncheck softplus(x) == where(x > {threshold}, x + 1, softplus(x))") == "refuted"
