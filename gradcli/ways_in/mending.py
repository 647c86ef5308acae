"""`check --fix`: the expected side written in the place of a false one."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from gradcli.syntax.ast import Span
from gradcli.verdicts.verdict import Checked


@dataclass(frozen=True, slots=True)
class Mend:
    """One text that is to stand in the place of a span."""

    span: Span
    text: str


def mends_of(checked: Checked) -> list[Mend]:
    """The mends of a file: of each check that is refuted, and for which one side was expected.

    A gradient of Python code is mended by hand: its line does more than say the side.
    """
    found = [
        Mend(verdict.span, verdict.expected)
        for verdict in checked.verdicts
        if verdict.claim == "check"
        and verdict.kind == "refuted"
        and not verdict.ok
        and verdict.expected is not None
        and verdict.source is checked.source
        and verdict.backward is None
    ]
    found.sort(key=lambda mend: mend.span.start)
    apart: list[Mend] = []
    for mend in found:
        if not apart or apart[-1].span.end <= mend.span.start:
            apart.append(mend)
    return apart


def mended(text: str, mends: Sequence[Mend]) -> str:
    """The text with every mend in its place."""
    for mend in reversed(mends):
        text = text[: mend.span.start] + mend.text + text[mend.span.end :]
    return text


def difference(name: str, before: str, after: str) -> str:
    """The change as a unified diff."""
    return "".join(
        difflib.unified_diff(before.splitlines(True), after.splitlines(True), name, name, n=2, lineterm="\n")
    )
