"""Verdicts for people."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.diagnostics.diagnostic import Diagnostic, Severity
from gradcli.diagnostics.position import line_and_column
from gradcli.diagnostics.text import render_text
from gradcli.verdicts.report.words import counted, example, message, one_line, plural, position
from gradcli.verdicts.summary import summarize
from gradcli.verdicts.verdict import Checked, Formulas, Verdict

_PAINT = {"proved": "\x1b[32m", "refuted": "\x1b[1;31m"}
_LONGEST_PASSED = 100
_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"


def write(files: Sequence[Checked], color: bool = False, quiet: bool = False, verbose: bool = False) -> str:
    """One line a statement, a block for each that fails, the counts at the end.

    `quiet` leaves out what is well; `verbose` shows the counterexamples of refutations too.
    """
    blocks = []
    for file in files:
        for verdict in file.verdicts:
            if not quiet or (not verdict.ok and verdict.kind != "error"):
                blocks.append(block(verdict, color, verbose))
    for file in files:
        if file.formulas is not None:
            blocks += _of_formulas(file.source.name, file.formulas, verbose)
    blocks.append(_summary(files, color))
    return "\n".join(blocks) + "\n"


def _of_formulas(name: str, formulas: Formulas, verbose: bool) -> list[str]:
    """The formulas of a document that claim nothing, and the counts of all."""
    lines = []
    for source, span, why in formulas.passed if verbose else ():
        line, column = line_and_column(source, span.start)
        text = one_line(" ".join(source.text[span.start : span.end].split()))
        shown = text if len(text) <= _LONGEST_PASSED else f"{text[: _LONGEST_PASSED - 3]}..."
        lines.append(f"{one_line(source.name)}:{line}:{column}: no claim  {shown}  ({why})")
    lines += [f"{one_line(name)}: {note}" for note in formulas.notes]
    lines.append(f"{one_line(name)}: {counted(formulas)}")
    return lines


def block(verdict: Verdict, color: bool = False, verbose: bool = False) -> str:
    """All that is said of one statement."""
    if not verdict.ok and verdict.kind != "error":
        return _failure(verdict, color)
    return _line(verdict, color, verbose)


def _line(verdict: Verdict, color: bool, verbose: bool) -> str:
    line, column = position(verdict)
    place = f"{one_line(verdict.source.name)}:{line}:{column}:"
    paint, plain = (_PAINT["proved"] if verdict.ok else _PAINT["refuted"], _PLAIN) if color else ("", "")
    why = f"  ({verdict.reason})" if verdict.kind in ("equal", "undecided") or verdict.assumed else ""
    out = f"{place} {paint}{verdict.kind}{plain}  {one_line(verdict.text)}{why}"
    more = _more(verdict, color, verbose or not verdict.ok)
    return "\n".join([out, *([f"  hint: {verdict.hint.text}"] if verdict.hint and not verdict.ok else []), *more])


def _failure(verdict: Verdict, color: bool) -> str:
    hint = verdict.hint.text if verdict.hint else None
    severity: Severity = "warning" if verdict.kind == "undecided" else "error"
    said = Diagnostic(verdict.code or "", message(verdict), severity, verdict.span, verdict.source, hint)
    return "\n".join([render_text(said, color), *_more(verdict, color, True)])


def _more(verdict: Verdict, color: bool, wanted: bool) -> list[str]:
    """What was expected, and the counterexample."""
    bold, plain = (_BOLD, _PLAIN) if color else ("", "")
    lines = []
    if wanted and verdict.expected is not None:
        lines.append(f"  {bold}expected:{plain} {one_line(verdict.expected)}")
    if wanted and verdict.counterexample is not None:
        lines.append(f"  {bold}counterexample:{plain} {example(verdict.counterexample)}")
    return lines


def _summary(files: Sequence[Checked], color: bool) -> str:
    counts = summarize(files)
    good = not counts.failed and not counts.errors
    paint, plain = (_PAINT["proved"] if good else _PAINT["refuted"], _PLAIN) if color else ("", "")
    parts = [f"{counts.ok} ok"]
    if counts.failed:
        parts.append(f"{counts.failed} failed")
    if counts.errors:
        parts.append(plural(counts.errors, "error"))
    where = f" in {plural(len(files), 'file')}" if len(files) > 1 else ""
    return f"{paint}{plural(counts.checked, 'statement')} checked{where}: {', '.join(parts)}{plain}"
