"""The edits that hints ask for: put in, they take the complaint away."""

from __future__ import annotations

import pytest

from gradcli.diagnostics import Diagnostic
from gradcli.diagnostics.mend import mend_of
from gradcli.program.elaborate import elaborate
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module

MENDED = [
    ("r = X w - y\nL = sum(r^2)", "r = X w - y\nL = sum(r**2)"),
    ("a = 2; L = sum((x - 1)^2); b = 3", "a = 2; L = sum((x - 1)**2); b = 3"),
    ("K : R[n,n] spd\nf = 1/2 y.T inv(K) y  # of a process", "K : R[n,n] spd\nf = (1/2) y.T inv(K) y  # of a process"),
    ("W : R[m, n]; y : R[m]\nu = W @ y", "W : R[m, n]; y : R[m]\nu = W.T @ y"),
    ("y = act(x)", "act : R -> R\ny = act(x)"),
    ("y = W @ (\n x^2)", "y = W @ ( x**2)"),
    ("数学 : R[n]\ny = 数学^2", "数学 : R[n]\ny = 数学**2"),
]
LEFT = ["y = ", "check 1 == 2", "y = x"]


def _said(text: str) -> list[Diagnostic]:
    module, wrong = parse_module(Source("a.mc", text))
    return [each for each in elaborate([module], wrong).diagnostics if each.is_error]


@pytest.mark.parametrize(("text", "after"), MENDED)
def test_a_hint_is_an_edit(text: str, after: str) -> None:
    said = _said(text)
    (mend,) = {mend for each in said if (mend := mend_of(each)) is not None}
    assert text[: mend.span.start] + mend.text + text[mend.span.end :] == after
    assert _said(after) == []


@pytest.mark.parametrize("text", LEFT)
def test_what_is_not_plain_is_left(text: str) -> None:
    assert all(mend_of(each) is None for each in _said(text))
