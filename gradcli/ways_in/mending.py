"""`check --fix`: the expected side written in the place of a false one."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from gradcli.syntax.ast import Span
from gradcli.verdicts.verdict import Checked, Verdict


@dataclass(frozen=True, slots=True)
class Mend:
    """One text that is to stand in the place of a span."""

    span: Span
    text: str


def mends_of(checked: Checked) -> list[Mend]:
    """The mends of a file: of each check that is refuted, and for which one side was expected.

    A gradient of Python code is mended by hand: its line does more than say the side.
    """
    return _apart([Mend(v.span, v.expected) for v in _false(checked) if v.expected and v.source is checked.source])


def _false(checked: Checked) -> list[Verdict]:
    """The checks that are refuted and for which one side was expected."""
    return [
        verdict
        for verdict in checked.verdicts
        if verdict.claim == "check"
        and verdict.kind == "refuted"
        and not verdict.ok
        and verdict.expected is not None
        and verdict.backward is None
    ]


def _apart(found: list[Mend]) -> list[Mend]:
    """Mends in order, of those that overlap the first."""
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


def mended_file(checked: Checked) -> str | None:
    """The text of a file with its mends, those of a notebook in its cells; None where there is nothing to mend."""
    if not checked.source.name.endswith(".ipynb"):
        mends = mends_of(checked)
        return mended(checked.source.text, mends) if mends else None
    from gradcli.documents.notebook import CellSource, Notebook, read_notebook

    notebook = read_notebook(checked.source)
    if not isinstance(notebook, Notebook):
        return None
    starts = {cell.cell: start for cell, start in zip(notebook.cells, notebook.starts, strict=True)}
    found = []
    for verdict in _false(checked):
        start = starts.get(verdict.source.cell) if isinstance(verdict.source, CellSource) else None
        if start is not None and verdict.expected is not None:
            span = Span(start + verdict.span.start, start + verdict.span.end)
            found.append(Mend(span, verdict.expected))
    edits = [(mend.span.start, mend.span.end, mend.text) for mend in _apart(found)]
    return notebook.edited(checked.source.text, edits) if edits else None


def difference(name: str, before: str, after: str) -> str:
    """The change as a unified diff."""
    return "".join(
        difflib.unified_diff(before.splitlines(True), after.splitlines(True), name, name, n=2, lineterm="\n")
    )
