"""Formulas of public documents, with nothing but declarations and agreed notations beside them, are read as meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcli.documents.check import check_document
from gradcli.syntax.ast import Source
from gradcli.syntax.sources import read_source

CORPUS = sorted((Path(__file__).parent / "corpus").glob("*.md"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_every_claim_is_found_true(path: Path) -> None:
    source = read_source(path)
    assert isinstance(source, Source)
    found = check_document(source)
    assert [said.message for said in found.errors] == []
    assert [(verdict.text, verdict.reason) for verdict in found.verdicts if not verdict.ok] == []
    assert found.verdicts


def test_the_corpus_is_wide() -> None:
    claims = sum(len(check_document(Source(path.name, path.read_text(encoding="utf-8"))).verdicts) for path in CORPUS)
    assert len(CORPUS) >= 20
    assert claims >= 150
