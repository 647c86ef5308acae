"""Small documents as people write them, most of their formulas after public sources: every verdict is the one due.

`small.txt` holds them one after another, each after a line `===== name | verdicts`: `T` true, `F` refuted, in order.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.documents.reading import checked

_PARTS = re.split(r"^=====+ *", (Path(__file__).parent / "small.txt").read_text(encoding="utf-8"), flags=re.M)[1:]
DOCUMENTS = {part.partition(" | ")[0]: part.partition(" | ")[2] for part in _PARTS}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_verdict_is_the_one_that_is_due(name: str) -> None:
    due, _, text = DOCUMENTS[name].partition("\n")
    found = checked(text, name if "." in name else f"{name}.md")
    assert [said.message for said in found.errors if not said.code.startswith("C")] == []
    letters = {"proved": "T", "equal": "T", "refuted": "F", "undecided": "U"}
    assert "".join(letters.get(verdict.kind, "?") for verdict in found.verdicts) == due
