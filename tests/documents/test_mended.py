"""Every false claim of which the expected side is told is true with that side in its place."""

from __future__ import annotations

import pytest

from gradcli.verdicts.verdict import Verdict
from tests.documents.reading import checked
from tests.documents.test_small import DOCUMENTS

FALSE = [
    name
    for name, text in DOCUMENTS.items()
    if "F" in text.partition("\n")[0] and "lecture" not in name and "." not in name
]


@pytest.mark.parametrize("name", FALSE)
def test_the_expected_side_makes_the_claim_true(name: str) -> None:
    text = DOCUMENTS[name].partition("\n")[2]
    found = checked(text, f"{name}.md").verdicts

    def mend(verdict: Verdict) -> bool:
        return verdict.kind == "refuted" and verdict.claim == "check" and verdict.expected is not None

    mended = text
    for verdict in sorted(filter(mend, found), key=lambda one: -one.span.start):
        mended = f"{mended[: verdict.span.start]}{verdict.expected}{mended[verdict.span.end :]}"
    again = checked(mended, f"{name}.md").verdicts
    assert len(again) == len(found)
    for before, after in zip(found, again, strict=True):
        assert after.kind in ("proved", "equal") or not mend(before), after.text
