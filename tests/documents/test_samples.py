"""The documents of `samples/documents`: every claim is decided, what is printed wrong is marked and found."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcli.documents.check import check_document
from gradcli.syntax.ast import Source
from gradcli.syntax.sources import read_source

SAMPLES = sorted((Path(__file__).parents[2] / "samples" / "documents").iterdir())


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_claim_gets_what_it_claims(path: Path) -> None:
    source = read_source(path)
    assert isinstance(source, Source)
    found = check_document(source)
    assert not found.errors
    assert [verdict.text for verdict in found.verdicts if not verdict.ok] == []
    assert found.verdicts
    assert found.formulas is not None
    assert found.formulas.unreadable == 0
