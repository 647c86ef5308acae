"""A tall matrix with orthonormal columns: Q.T @ Q is the identity, Q @ Q.T a projection."""

from __future__ import annotations

import pytest

from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source

GIVEN = "Q : R[m, n] orthogonal\nA : R[m, n]\n"


@pytest.mark.parametrize(
    ("statement", "kind"),
    [
        ("check Q.T @ Q == eye(n)", "proved"),
        ("refute Q @ Q.T == eye(m)", "refuted"),
        ("refute tr(Q @ Q.T @ A @ A.T) == tr(A @ A.T)", "refuted"),
        ("check sum(Q * Q) == n", "proved"),
    ],
)
def test_only_the_columns_are_orthonormal(statement: str, kind: str) -> None:
    (verdict,) = check_source(Source("<test>", GIVEN + statement)).verdicts
    assert (verdict.kind, verdict.ok) == (kind, True)
