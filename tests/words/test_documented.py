"""The reference names every function and every attribute, in English and in Chinese."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gradcli.ops.attributes import ATTRIBUTES
from gradcli.program.functions import DERIVATIVES, FILLED, FUNCTIONS

DOCS = Path(__file__).resolve().parents[2] / "docs"
_OTHER = ("einsum", "reshape", "onehot", "windows", "place")
_SPELLED_AS_NORM = {"norm2", "norm_nuc"}  # norm(A, 2), norm(A, "nuc")
_WITHOUT_PIVOTS = {"doolittle"}  # the table of operations has it


@pytest.mark.parametrize("page", ["language.md", "zh/language.md"])
def test_the_reference_names_every_function(page: str) -> None:
    words = set(re.findall(r"\w+", (DOCS / page).read_text(encoding="utf-8")))
    assert {*FUNCTIONS, *FILLED, *DERIVATIVES, *_OTHER} - words <= _SPELLED_AS_NORM | _WITHOUT_PIVOTS
    assert set(ATTRIBUTES) <= words
