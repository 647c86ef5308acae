"""Every sample is a program that has its answers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.run import run
from tests.samples.marks import FILES

ANSWERED = [path for path in FILES if path.stem != "d8-discrete"]  # which asks for what does not exist


def test_there_are_samples() -> None:
    assert len(FILES) >= 20


@pytest.mark.parametrize("path", ANSWERED, ids=lambda path: path.stem)
def test_a_sample_is_answered_without_complaint(path: Path) -> None:
    result = run("derive", str(path), "--format", "json")
    said = json.loads(result.out)
    assert (result.status, result.err) == (0, "")
    assert said["results"] and said["diagnostics"] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sample_says_what_it_is(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith("# ")
