"""`inf` in claims: no sum or product of it that has no value becomes a number."""

from __future__ import annotations

import pytest

from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("inf - inf == 0", "undecided"),
        ("c * inf - c * inf == 0", "undecided"),
        ("0 * inf == 0", "undecided"),
        ("-inf == inf", "refuted"),
        ("inf == 2", "refuted"),
        ("inf + 1 == inf", "equal"),
        ("max(c, -inf) == c", "proved"),
    ],
)
def test_infinity_is_no_number(claim: str, verdict: str) -> None:
    (found,) = check_source(Source("<test>", f"c : R\ncheck {claim}\n")).verdicts
    assert found.kind == verdict
