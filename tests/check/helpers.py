"""Checking a text, for tests."""

from __future__ import annotations

from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source
from gradcli.verdicts.verdict import Checked, Verdict


def checked(text: str) -> Checked:
    """All that is found of a text."""
    return check_source(Source("test.mc", text))


def verdicts(text: str) -> list[Verdict]:
    """The verdicts of a text."""
    return list(checked(text).verdicts)


def verdict(text: str) -> Verdict:
    """The only verdict of a text."""
    (only,) = verdicts(text)
    return only
