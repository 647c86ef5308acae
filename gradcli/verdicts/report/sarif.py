"""Verdicts as SARIF 2.1.0 (OASIS), for code scanning."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from gradcli.diagnostics.as_json import json_text
from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.diagnostics.position import line_and_column
from gradcli.diagnostics.registry import code_doc
from gradcli.syntax.ast import Source, Span
from gradcli.verdicts.report.words import advice, example, file_of, message
from gradcli.verdicts.verdict import Checked, Verdict
from gradcli.version import __version__

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "note": "note"}


def write(files: Sequence[Checked]) -> str:
    """One run; a result for each statement that fails, each undecided one and each diagnostic."""
    results: list[dict[str, Any]] = []
    for file in files:
        for verdict in file.verdicts:
            if verdict.kind != "error" and (not verdict.ok or verdict.kind == "undecided"):
                results.append(_verdict(verdict))
        results += [_diagnostic(said, file.source) for said in file.diagnostics]
    codes = sorted({str(result["ruleId"]) for result in results})
    for result in results:
        result["ruleIndex"] = codes.index(result["ruleId"])
    driver = {
        "name": "gradcli",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(code) for code in codes],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    read = {_uri(file_of(file.source)): file.formulas.counts for file in files if file.formulas is not None}
    if read:
        run["properties"] = {"formulas": read}
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json_text(document)


def _rule(code: str) -> dict[str, Any]:
    doc = code_doc(code)
    if doc is None:
        return {"id": code}
    return {
        "id": code,
        "shortDescription": {"text": doc.title},
        "fullDescription": {"text": doc.means},
        "help": {"text": doc.text()},
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    said = [message(verdict), advice(verdict)]
    if verdict.counterexample is not None:
        said.append(f"counterexample: {example(verdict.counterexample)}")
    level = "warning" if verdict.ok else "error"
    text = "\n".join(part for part in said if part)
    return _result(verdict.code or "C502", level, text, verdict.source, verdict.span)


def _diagnostic(said: Diagnostic, source: Source) -> dict[str, Any]:
    text = said.message if said.hint is None else f"{said.message}\n{said.hint}"
    return _result(said.code, _LEVELS[said.severity], text, said.source or source, said.span)


def _result(code: str, level: str, text: str, source: Source, span: Span | None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": _uri(file_of(source))}}
    if span is not None:
        line, column = line_and_column(source, span.start)
        last, end = line_and_column(source, span.end)
        place["region"] = {"startLine": line, "startColumn": column, "endLine": last, "endColumn": end}
    return {
        "ruleId": code,
        "level": level,
        "message": {"text": text},
        "locations": [{"physicalLocation": place}],
    }


def _uri(name: str) -> str:
    """A file name, whatever its bytes, as a relative (or absolute) URI reference."""
    return quote(os.fsencode(name.replace("\\", "/").removeprefix("./")))
