"""Verdicts of one version of a text in the next one: the same as anew, and only what changed is decided."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from gradcli.syntax.ast import Source
from gradcli.verdicts import check
from gradcli.verdicts.check import check_source
from gradcli.verdicts.reuse import Known, reusing

TEXT = """W : R[m, n]; x : R[n]; A : R[n, n] symmetric
g(t) = tanh(t)
u = W @ x
y = g(u)
q = x.T @ A @ x
loss f(y)
check grad(f, u) == grad(f, y) * (1 - y**2)
check grad(f, x) == W.T @ grad(f, u)
check grad(q, x) == 2 * A @ x
check grad(q, A) == x @ x.T
refute grad(q, x) == A @ x
"""
VERSIONS = [
    TEXT,
    f"# a comment\n\n{TEXT}",
    TEXT.replace("W.T @ grad", "W @ grad"),
    TEXT.replace(" symmetric", ""),
    TEXT.replace("tanh", "exp"),
    TEXT.replace("x.T @ A @ x", "x.T @ A @ x + sum(x)"),
    TEXT.replace("loss f(y)", "loss f(u)"),
    TEXT.replace("R[m, n]", "R[n, n]"),
    TEXT.replace("loss", "layout denominator\nloss"),
    TEXT.replace("check grad(q, x)", "check grad(q, x) =="),
    TEXT.replace("loss", "assume sum(x) == 1\nloss"),
    TEXT.replace("q = ", "q2 = sum(x)\nq = "),
    TEXT.replace("2 * A @ x", "2*A@x"),
    TEXT.replace("g(t)", "h(t)"),
    TEXT,
]


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The statements that were decided, not recalled."""
    found: list[str] = []
    real = check.check_statement

    def counted(book: Any, claim: Any, *rest: Any) -> Any:
        found.append(book.source.text[claim.span.start : claim.span.end])
        return real(book, claim, *rest)

    monkeypatch.setattr(check, "check_statement", counted)
    yield found


def test_every_version_has_the_verdicts_that_it_has_alone() -> None:
    known = Known()
    for text in VERSIONS:
        source = Source("a.mc", text)
        with reusing(known):
            found = check_source(source)
        assert found == check_source(source), text


@pytest.mark.parametrize(
    ("after", "again"),
    [
        (f"# {TEXT}".replace("W", "\nW", 1), 0),
        (TEXT.replace("W.T @ grad", "-W.T @ grad"), 1),
        (TEXT.replace("x.T @ A @ x", "x.T @ A @ x / 2"), 3),
        (TEXT.replace("tanh", "exp"), 5),  # a function may be used anywhere
    ],
)
def test_only_what_changed_is_decided(decided: list[str], after: str, again: int) -> None:
    known = Known()
    with reusing(known):
        check_source(Source("a.mc", TEXT))
        assert len(decided) == 5
        decided.clear()
        check_source(Source("a.mc", after))
    assert len(decided) == again, decided
