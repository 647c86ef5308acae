"""True formulas are found true, nearly all by algebra; changed ones are judged as JAX judges them."""

from __future__ import annotations

import pytest

from benchmarks.mutation import FORMULAS, judged
from gradcli.ways_in.files import check_file


def test_true_formulas_are_found_true() -> None:
    verdicts = [v for path in sorted(FORMULAS.glob("*.mc")) for v in check_file(str(path)).verdicts]
    assert len(verdicts) >= 150
    assert [v.text for v in verdicts if not v.ok] == []
    assert sum(v.kind == "proved" for v in verdicts) >= 0.9 * len(verdicts)


@pytest.mark.parametrize("name", ["mixed", "rows"])
def test_changed_formulas_are_judged_as_jax_judges_them(name: str) -> None:
    trials = judged(FORMULAS / f"{name}.mc")
    assert len(trials) >= 10
    assert [trial.text for trial in trials if not trial.agrees] == []
    false = [trial for trial in trials if not trial.true]
    assert sum(trial.named for trial in false) >= 0.7 * len(false)
