"""A hundred programs drawn from the whole grammar: every derivative that is emitted is that of JAX, at 1e-7."""

from __future__ import annotations

import pytest

from tests.oracle.examine import examine
from tests.oracle.random_wide import THEMES, random_wide

SEEDS = range(100)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_program_is_that_of_jax(seed: int) -> None:
    drawn = random_wide(seed)
    for ask in drawn.case.asks:
        outcome = examine(drawn.case, ask)
        assert outcome.verdict in ("equal", "no value"), f"{outcome.verdict}\n{drawn.case.text}{ask}\n{outcome.detail}"


def test_the_programs_are_varied() -> None:
    drawn = [random_wide(seed) for seed in SEEDS]
    assert {one.theme for one in drawn} == set(THEMES)
    assert len({feature for one in drawn for feature in one.features}) > 25
