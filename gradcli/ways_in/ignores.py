"""`# gradcli: ignore[C501] reason` at the end of a line: a failure there that is known and let pass."""

from __future__ import annotations

import re
from dataclasses import replace

from gradcli.diagnostics import Diagnostic, warning
from gradcli.diagnostics.position import line_and_column
from gradcli.syntax.ast import Span
from gradcli.verdicts.verdict import Checked, Verdict

_IGNORE = re.compile(r"(?:#|%|<!--)[^\S\n]*gradcli:[^\S\n]*ignore(?:\[([^\]\n]*)\])?")
_CODE = re.compile(r"[A-Z]\d{3}")


def with_ignores(checked: Checked) -> Checked:
    """The verdicts with those let pass that a comment of their line names; a comment that names none is a warning."""
    text = checked.source.text
    if "gradcli:" not in text or "ignore" not in text:
        return checked
    wanted: dict[int, tuple[Span, list[str]]] = {}
    said: list[Diagnostic] = []
    for found in _IGNORE.finditer(text):
        line, _ = line_and_column(checked.source, found.start())
        span = Span(found.start(), found.end())
        codes = [code.strip() for code in (found[1] or "").split(",") if code.strip()]
        wrong = [code for code in codes if not _CODE.fullmatch(code)]
        if not codes or wrong:
            what = f"{wrong[0]!r} is no code" if wrong else "it names no code"
            told = f"an ignore says which codes it lets pass, and {what}"
            said.append(warning("W610", told, checked.source, span, "write `# gradcli: ignore[C501] reason`"))
            continue
        wanted[line] = (span, codes)
    used: set[tuple[int, str]] = set()
    verdicts = tuple(_let_pass(verdict, wanted, used) for verdict in checked.verdicts)
    diagnostics = []
    for each in checked.diagnostics:
        line = line_and_column(each.source, each.span.start)[0] if each.source and each.span else 0
        if each.source is checked.source and not each.is_error and each.code in wanted.get(line, (None, []))[1]:
            used.add((line, each.code))
        else:
            diagnostics.append(each)
    for line, (span, codes) in wanted.items():
        for code in codes:
            if (line, code) not in used:
                told = f"nothing on this line is {code}: the ignore ignores nothing"
                said.append(warning("W611", told, checked.source, span, _instead(line, verdicts)))
    return replace(checked, verdicts=verdicts, diagnostics=(*diagnostics, *said))


def _instead(line: int, verdicts: tuple[Verdict, ...]) -> str:
    """What to do with an ignore that ignores nothing: it may name another code than what fails there."""
    for verdict in verdicts:
        if not verdict.ok and verdict.code is not None and line in _lines(verdict):
            return f"what fails here is {verdict.code}: `# gradcli: ignore[{verdict.code}]` lets it pass"
    return "take it out"


def _lines(verdict: Verdict) -> range:
    """The lines of a statement."""
    first, _ = line_and_column(verdict.source, verdict.statement.start)
    last, _ = line_and_column(verdict.source, max(verdict.statement.end - 1, verdict.statement.start))
    return range(first, last + 1)


def _let_pass(verdict: Verdict, wanted: dict[int, tuple[Span, list[str]]], used: set[tuple[int, str]]) -> Verdict:
    if verdict.ok or verdict.code is None or verdict.kind == "error" or not wanted:
        return verdict
    for line in _lines(verdict):
        if verdict.code in wanted.get(line, (None, []))[1]:
            used.add((line, verdict.code))
            return replace(verdict, ok=True)
    return verdict
