"""What is said of a statement does not depend on the statements beside it."""

from __future__ import annotations

import pytest

from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source

PROGRAM = "W : R[n, m]; x : R[m]; z = W @ x; L = sum(z**2)\n"
STATEMENTS = (
    'check jac(z, W) == einsum("ki,j->kij", eye(n), x)',
    "check jac(z, W[2, 1]) == x[1] * grad(z[2], z)",
    "check jac(z, x) == W",
    "check grad(L, W) == 2 * z @ x.T",
    "check grad(L, W[2, 1]) == 2 * z[2] * x[1]",
    "check grad(L, x) == 2 * W.T @ z",
    "check jac(L, W) == 2 * x @ z.T",
)


def verdicts(*statements: str) -> list[str]:
    """What is said of each statement."""
    return [verdict.kind for verdict in check_source(Source("", PROGRAM + "\n".join(statements))).verdicts]


def test_all_hold_together() -> None:
    assert verdicts(*STATEMENTS) == ["proved"] * len(STATEMENTS)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_each_holds_alone(statement: str) -> None:
    assert verdicts(statement) == ["proved"]
