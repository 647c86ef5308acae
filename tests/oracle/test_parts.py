"""Programs with stacks, broadcasting, parts, labels and shifts: every derivative that is emitted is that of JAX."""

from __future__ import annotations

import pytest

from tests.oracle.examine import examine
from tests.oracle.random_parts import random_parts

SEEDS = range(24)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_random_program_is_that_of_jax(seed: int) -> None:
    drawn = random_parts(seed)
    (ask,) = drawn.case.asks
    outcome = examine(drawn.case, ask)
    assert outcome.verdict in ("equal", "no value"), f"{outcome.verdict}\n{drawn.case.text}{ask}\n{outcome.detail}"


def test_the_programs_are_varied() -> None:
    assert len({feature for seed in range(60) for feature in random_parts(seed).features}) > 15
