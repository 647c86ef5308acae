"""A largest entry that several places attain, not by chance, passes the gradient on once."""

from __future__ import annotations

import pytest

from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source

TRUE = [
    "x : R[n]; f = max(concat(x, x)); check grad(f, x) == grad(max(x), x)",
    "x : R[n]; f = min(concat(x, x, x)); check grad(f, x) == grad(min(x), x)",
    "x : R[n]; f = max(concat(x, relu(x))); check grad(f, x) == grad(max(0, max(x)), x)",
    "x : R[n]; f = norm(concat(x, x), inf); check grad(f, x) == grad(norm(x, inf), x)",
    "x : R[n]; f = max(x @ ones(m).T); check grad(f, x) == grad(max(x), x)",
    "A : R[n,n]; f = max([[A], [A]]); check grad(f, A) == grad(max(A), A)",
    "A : R[n,n]; f = sum(max([[A, A]], axis=1)); check grad(f, A) == grad(sum(max(A, axis=1)), A)",
    "A : R[n,n]; f = max(max(A, A.T)); check sum(grad(f, A)) == 1",
    "A : R[n,n]; f = max(A + A.T); check sum(grad(f, A)) == 2",
    "x : R[n]; f = max(x); check grad(f, x) == (x >= max(x))",
]
# In the last two the entries of a name are equal: taken as free, they are at a kink there.
NOT_TRUE = [
    "A : R[n,n]; f = max(A + A.T); check sum(grad(f, A)) == 4",
    "A : R[n,n]; y = A + A.T; f = max(y); check sum(grad(f, A)) == 4",
    "x : R[n]; f = max(concat(x, x)); check sum(grad(f, x)) == 2",
    "S : R[n,n] symmetric; f = max(S); check sum(grad(f, S)) == 2",
]


@pytest.mark.parametrize("text", TRUE)
def test_equal_entries_share_the_gradient(text: str) -> None:
    (verdict,) = check_source(Source("t.mc", text)).verdicts
    assert verdict.kind in ("proved", "equal"), verdict.reason


@pytest.mark.parametrize("text", NOT_TRUE)
def test_equal_entries_do_not_count_twice(text: str) -> None:
    (verdict,) = check_source(Source("t.mc", text)).verdicts
    assert verdict.kind in ("refuted", "undecided"), verdict.reason
