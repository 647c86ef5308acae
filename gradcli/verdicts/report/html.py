"""Verdicts as one self-contained page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gradcli.diagnostics.text import render_text
from gradcli.render.page.verdicts import verdicts_html
from gradcli.verdicts.report import json
from gradcli.verdicts.report.words import counted
from gradcli.verdicts.verdict import Checked, Verdict


@dataclass(frozen=True, slots=True)
class _Told:
    """One verdict in the words of a page."""

    file: str
    line: int
    column: int
    statement: str
    verdict: str
    ok: bool
    reason: str
    hint: str | None
    counterexample: dict[str, Any] | None


def write(files: Sequence[Checked]) -> str:
    """The page."""
    told = [_told(file, verdict) for file in files for verdict in file.verdicts]
    said = dict.fromkeys(render_text(each) for file in files for each in file.diagnostics)
    counts = [f"{file.source.name}: {counted(file.formulas)}" for file in files if file.formulas is not None]
    return verdicts_html(told, list(said), counts)


def _told(file: Checked, verdict: Verdict) -> _Told:
    found = json.verdict_dict(verdict)
    return _Told(
        file.source.name,
        found["line"],
        found["column"],
        found["statement"],
        found["verdict"],
        found["ok"],
        verdict.reason,
        found["hint"],
        found["counterexample"],
    )
