"""Verdicts as annotations of GitHub Actions (workflow commands)."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.diagnostics.position import line_and_column
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.sources import shown_name
from gradcli.verdicts.report.words import advice, counted, example, file_of, message
from gradcli.verdicts.verdict import Checked, Verdict


def write(files: Sequence[Checked]) -> str:
    """One command a line for each statement that fails, each undecided one that may, and each diagnostic.

    One more for each document counts its formulas.
    """
    lines = []
    for file in files:
        for verdict in file.verdicts:
            if verdict.kind != "error" and (not verdict.ok or verdict.kind == "undecided"):
                lines.append(_verdict(verdict))
        lines += [_diagnostic(said, file.source) for said in file.diagnostics]
        if file.formulas is not None:
            lines.append(_command("notice", file.source, None, "gradcli", counted(file.formulas)))
    return "".join(f"{line}\n" for line in lines)


def _verdict(verdict: Verdict) -> str:
    said = [message(verdict), advice(verdict)]
    if verdict.counterexample is not None:
        said.append(f"counterexample: {example(verdict.counterexample)}")
    level = "error" if not verdict.ok else "warning"
    text = "\n".join(part for part in said if part)
    return _command(level, verdict.source, verdict.span, verdict.code or "C502", text)


def _diagnostic(said: Diagnostic, source: Source) -> str:
    level = {"error": "error", "warning": "warning", "note": "notice"}[said.severity]
    text = said.message if said.hint is None else f"{said.message}\n{said.hint}"
    return _command(level, said.source or source, said.span, said.code, text)


def _command(level: str, source: Source, span: Span | None, title: str, text: str) -> str:
    options = [f"file={_property(shown_name(file_of(source)))}"]
    if span is not None:
        line, column = line_and_column(source, span.start)
        last, end = line_and_column(source, max(span.start, span.end - 1))
        options += [f"line={line}", f"endLine={last}", f"col={column}"]
        options += [f"endColumn={end + 1}"] if last == line else []
    options.append(f"title={_property(title)}")
    return f"::{level} {','.join(options)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
