"""Claims about what a relation settles: equal only where it settles one value, else other roots are looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source

LINES = (Path(__file__).parent / "data" / "relations.txt").read_text().splitlines()
ALLOWED = {
    "T": ("proved", "equal"),
    "F": ("refuted",),
    "U": ("undecided", "proved"),
    "P": ("proved",),
    "O": ("undecided",),
}


@pytest.mark.parametrize("line", LINES)
def test_a_claim_about_a_solution_is_decided_for_every_root(line: str) -> None:
    (verdict,) = check_source(Source("t.mc", line[2:])).verdicts
    assert verdict.kind in ALLOWED[line[0]], verdict.reason


def test_of_an_eigenpair_the_scale_is_not_settled() -> None:
    found = check_source(Source("t.mc", "A : R[n,n]; v : R[n]; l : R; implicit v, l : A @ v == l * v; check l == 0"))
    (first, *_) = found.errors
    assert first.code == "E403" and "scale of v" in first.message and "v.T @ v == 1" in str(first.hint)
