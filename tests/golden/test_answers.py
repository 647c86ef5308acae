"""Answers come out as they are written by hand."""

from __future__ import annotations

import pytest

from tests.golden.cases import answered, cases

CASES = cases()


def test_there_are_many() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", CASES)
def test_an_answer_reads_as_in_a_lecture(name: str) -> None:
    program, expected = CASES[name]
    assert answered(program) == expected
