"""Claims that are nearly true: what is said of them is never false, and hardly ever nothing."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from benchmarks.near_true import claims, judge
from benchmarks.near_true_claim import Claim
from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source

CASES = [
    tuple(line.split("|", 1))
    for line in (Path(__file__).parent / "data" / "nearly.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
QUICK = (
    "ties",
    "pieces",
    "lattice",
    "roots",
    "thresholds",
    "tolerance",
    "spelling",
    "attributes",
    "sizes",
    "inverses",
    "zeros",
    "answers",
    "opaque",
)
EACH = 30


@pytest.mark.parametrize(("truth", "text"), CASES, ids=[text for _, text in CASES])
def test_a_claim_gets_no_false_verdict(truth: str, text: str) -> None:
    found = check_source(Source("nearly.mc", text.replace("; ", "\n")))
    kinds = [verdict.kind for verdict in found.verdicts] or ["error"]
    expected = {"T": ("proved", "equal"), "F": ("refuted",), "E": ("error",)}[truth]
    assert kinds[-1] in expected, found


@pytest.mark.parametrize("kind", QUICK)
def test_random_claims_of_a_kind_get_no_false_verdict(kind: str) -> None:
    judged = [judge(claim) for claim in claims(EACH, seed=1, only=kind)]
    assert len(judged) == EACH
    assert [found for found in judged if found.is_false] == []
    assert sum(found.verdict == "undecided" for found in judged) <= EACH // 15


def test_brackets_and_order_change_no_verdict() -> None:
    source = [claim for claim in islice(claims(60, seed=2, only="roots"), 8)]
    for claim in source:
        head, _, last = claim.text.rpartition("\ncheck ")
        left, right = last.split(" == ")
        verdicts = {
            judge(Claim("", f"{head}\ncheck {text}", claim.true, claim.left, claim.right, ())).verdict
            for text in (last, f"({left}) == ({right})", f"{right} == {left}", f"0 + {left} == {right}")
        }
        assert len(verdicts) == 1, claim.text
