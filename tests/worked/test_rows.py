"""Every row of the notes has samples that `check` passes, a recorded answer, and recorded steps in both ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import run
from tests.samples.derived import DERIVED
from tests.samples.marks import marks
from tests.worked.recorded import NOTES, WAYS, recorded, steps

ROWS = [f"{part}{number}" for part, last in (("A", 7), ("B", 9), ("C", 7), ("D", 8)) for number in range(1, last + 1)]
FILES: dict[str, list[Path]] = {}
for mark in marks():
    if mark.source == "Notes":
        FILES.setdefault(mark.equation, []).append(mark.path)


@pytest.mark.parametrize("row", ROWS)
def test_a_row_has_samples_that_pass_and_recorded_answers(row: str) -> None:
    assert FILES.get(row), f"no sample shows row {row}"
    for path in FILES[row]:
        result = run("check", str(path))
        assert result.status == 0, result.out
        assert (DERIVED / f"{path.stem}.txt").exists()
        for way in WAYS:
            assert recorded(path, way).exists(), "python -m tests.worked.recorded writes it"


@pytest.mark.parametrize("row", [row for row in ROWS if row != "D8"])
def test_a_row_has_steps_in_both_ways(row: str) -> None:
    for path in FILES[row]:
        for way in WAYS:
            written = recorded(path, way).read_text(encoding="utf-8")
            assert " = " in written
            assert "no component form" not in written


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_the_steps_are_as_recorded(path: Path, way: str) -> None:
    assert steps(path, way) == recorded(path, way).read_text(encoding="utf-8"), "python -m tests.worked.recorded"
