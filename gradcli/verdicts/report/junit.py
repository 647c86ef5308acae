"""Verdicts as JUnit XML: a suite a file, a case a statement."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.diagnostics.text import render_text
from gradcli.verdicts.report.words import advice, example, message, one_line, position
from gradcli.verdicts.summary import outside_statements
from gradcli.verdicts.verdict import Checked, Verdict


def write(files: Sequence[Checked]) -> str:
    """The document.  Times are left out: the same files give the same text."""
    root = Element("testsuites", name="gradcli")
    suites = [_suite(root, file) for file in files]
    for key in ("tests", "failures", "errors"):
        root.set(key, str(sum(int(suite.get(key, "0")) for suite in suites)))
    indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _suite(root: Element, file: Checked) -> Element:
    name = _clean(file.source.name)
    suite = SubElement(root, "testsuite", name=name)
    if file.formulas is not None:
        properties = SubElement(suite, "properties")
        for kind, count in file.formulas.counts.items():
            SubElement(properties, "property", name=f"formulas.{kind}", value=str(count))
    for verdict in file.verdicts:
        _case(suite, name, verdict)
    alone = outside_statements(file)
    if alone:
        case = SubElement(suite, "testcase", classname=name, name="the program")
        _add(case, "error", alone[0].message, alone[0].code, "\n".join(map(_text, alone)))
    suite.set("tests", str(len(suite.findall("testcase"))))
    suite.set("failures", str(len(suite.findall("testcase/failure"))))
    suite.set("errors", str(len(suite.findall("testcase/error"))))
    return suite


def _case(suite: Element, name: str, verdict: Verdict) -> None:
    line, _ = position(verdict)
    case = SubElement(suite, "testcase", classname=name, name=_clean(f"line {line}: {verdict.text}"))
    if verdict.ok:
        if verdict.kind in ("equal", "undecided"):
            SubElement(case, "system-out").text = _clean(f"{verdict.kind}: {verdict.reason}")
        return
    lines = [message(verdict), advice(verdict)]
    if verdict.counterexample is not None:
        lines.append(f"counterexample: {example(verdict.counterexample)}")
    kind = "error" if verdict.kind == "error" else "failure"
    _add(case, kind, message(verdict), verdict.code or "", "\n".join(part for part in lines if part))


def _add(case: Element, kind: str, message: str, code: str, text: str) -> None:
    SubElement(case, kind, message=_clean(message), type=code).text = _clean(text)


def _text(diagnostic: Diagnostic) -> str:
    return render_text(diagnostic)


def _clean(text: str) -> str:
    """XML has no control characters, not even escaped ones."""
    return "\n".join(one_line(line) for line in text.split("\n"))
