"""Derivatives of real programs: what gradcli emits agrees with JAX."""

from __future__ import annotations

import pytest

from tests.oracle.case import Ask, Case, all_cases
from tests.oracle.compare import compare

CASES = [(case, ask) for case in all_cases() for ask in case.asks]


def _parameter(case: Case, ask: Ask) -> object:
    marks = [pytest.mark.xfail(strict=True, raises=AssertionError, reason=case.gap)] if case.gap else []
    return pytest.param(case, ask, marks=marks)


@pytest.mark.parametrize(
    "case,ask",
    [_parameter(case, ask) for case, ask in CASES],
    ids=[f"{case.name}-{ask.kind}-{ask.of}-{ask.layout}" for case, ask in CASES],
)
def test_program_agrees_with_jax(case: Case, ask: Ask) -> None:
    compare(case, ask)


def test_every_program_asks_something() -> None:
    assert all(case.asks for case in all_cases())
    assert len(CASES) > 90
