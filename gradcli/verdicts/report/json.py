"""Verdicts as one JSON object."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from gradcli.diagnostics.as_json import json_text, render_dict
from gradcli.diagnostics.position import line_and_column
from gradcli.syntax.ast import Source, Span
from gradcli.verdicts.report.words import advice, decimals, position
from gradcli.verdicts.summary import summarize
from gradcli.verdicts.verdict import Checked, Counterexample, Formulas, Scientific, Verdict

VERSION = 1


def write(files: Sequence[Checked]) -> str:
    """The object of the command line reference, indented."""
    return json_text(report(files))


def report(files: Sequence[Checked]) -> dict[str, Any]:
    """The object before it is written."""
    summary: dict[str, Any] = asdict(summarize(files))
    read = [file.formulas.counts for file in files if file.formulas is not None]
    if read:
        summary["formulas"] = {kind: sum(counts[kind] for counts in read) for kind in read[0]}
    return {"version": VERSION, "files": [_file(file) for file in files], "summary": summary}


def _file(file: Checked) -> dict[str, Any]:
    out: dict[str, Any] = {
        "file": file.source.name,
        "verdicts": [verdict_dict(verdict) for verdict in file.verdicts],
        "diagnostics": [render_dict(diagnostic) for diagnostic in file.diagnostics],
    }
    if file.formulas is not None:
        out["formulas"] = _formulas(file.formulas)
    return out


def _formulas(formulas: Formulas) -> dict[str, Any]:
    """The counts of a document's formulas, those that claim nothing, and what is said of all of them."""
    return {
        **formulas.counts,
        "no_claim": [_passed(*one) for one in formulas.passed],
        "notes": list(formulas.notes),
    }


def _passed(source: Source, span: Span, why: str) -> dict[str, Any]:
    """A formula that claims nothing, and why."""
    line, column = line_and_column(source, span.start)
    cell = getattr(source, "cell", None)
    text = source.text[span.start : span.end]
    return {**({"cell": cell} if cell is not None else {}), "line": line, "column": column, "text": text, "why": why}


def verdict_dict(verdict: Verdict) -> dict[str, Any]:
    """One verdict."""
    line, column = position(verdict)
    cell = getattr(verdict.source, "cell", None)
    spelled = {"expected_latex": verdict.expected_latex, "expected_mc": verdict.expected_mc}
    return {
        **({"cell": cell} if cell is not None else {}),
        "line": line,
        "column": column,
        "statement": verdict.text,
        "kind": verdict.claim,
        "verdict": verdict.kind,
        "ok": verdict.ok,
        "code": verdict.code,
        "link": verdict.link,
        "hint": _hint(verdict),
        "counterexample": _counterexample(verdict.counterexample) if verdict.counterexample else None,
        **({"assumed": list(verdict.assumed)} if verdict.assumed else {}),
        **(spelled if verdict.expected_latex is not None else {}),
        **({"gradient": verdict.gradient, "backward": verdict.backward} if verdict.backward is not None else {}),
    }


def _hint(verdict: Verdict) -> str | None:
    said = advice(verdict)
    if said is None and verdict.kind in ("undecided", "error"):
        return verdict.reason
    if verdict.code == "C504":
        return f"{verdict.reason}; {said}" if said else verdict.reason
    return said


def _counterexample(found: Counterexample) -> dict[str, Any]:
    return {
        "sizes": found.sizes,
        "values": {name: _numbers(value) for name, value in found.values.items()},
        "functions": found.functions,
        "entry": list(found.entry),
        "left": _side(found.left, found.right),
        "right": _side(found.right, found.left),
    }


def _side(value: Any, other: Any) -> Any:
    """A side as a number; as a decimal in a text where as a number it would look like the other."""
    shown = _numbers(value)
    return decimals(value, other) if shown == _numbers(other) and value != other else shown


def _numbers(value: Any) -> Any:
    """Integers as integers, other numbers as decimals."""
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, Scientific):
        return value
    if isinstance(value, Fraction) and value.denominator == 1:
        return value.numerator
    return float(value)
