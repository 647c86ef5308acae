"""Derivations as published, those with misprints among them: every verdict is the one that is due.

The first line of each document names its source and the verdicts in order: `T` true, `F` false.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gradcli.documents.convert import convert_document
from gradcli.syntax.ast import Source
from tests.documents.reading import checked

DOCUMENTS = sorted((Path(__file__).parent / "published").glob("*.md"))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.stem)
def test_every_verdict_is_the_one_that_is_due(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    due = re.search(r"Verdicts: ([TF]+) -->", text.splitlines()[0])
    assert due is not None
    found = checked(text)
    assert [said.message for said in found.errors if said.code[0] == "D"] == []
    letters = {"proved": "T", "equal": "T", "refuted": "F"}
    assert "".join(letters.get(verdict.kind, "?") for verdict in found.verdicts) == due[1]


@pytest.mark.parametrize("path", DOCUMENTS[::3], ids=lambda path: path.stem)
def test_the_verdicts_are_the_same_in_another_layout(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    other = "numerator" if "layout denominator" in text else "denominator"
    turned = convert_document(Source("notes.md", text), other).text
    assert [verdict.ok for verdict in checked(turned).verdicts] == [verdict.ok for verdict in checked(text).verdicts]
