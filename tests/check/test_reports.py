"""Each format says the same verdicts, in the shape that its readers expect."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
import xmlschema
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as SarifLog

from gradcli.syntax.ast import Source
from gradcli.verdicts.report import github, junit, sarif, text
from gradcli.verdicts.report import json as as_json
from gradcli.verdicts.verdict import Checked
from gradcli.ways_in.files import check_text

XSD = Path(__file__).parent / "data" / "junit.xsd"

FIRST = """W : R[m, n]
x : R[n]
u = W @ x; y = g(u)
check grad(f, x) == W.T @ (grad(f, y) * g'(u))
check grad(f, x) == W.T @ grad(f, y)
check jac(y, x) == W.T @ diag(g'(u))
check exp(x + u) == x
refute x == 2 * x
check x == 2 * x == x  # two links break
check log(-x**2 - 1) == x
check atan(x) == asin(x / sqrt(1 + x**2))
"""
SECOND = "x :: R[n]\ncheck 1 == 1 == 2\n"


@pytest.fixture(scope="module")
def files() -> list[Checked]:
    return [check_text(Source("a/first.mc", FIRST)), check_text(Source("b & c<d>\x07.mc", SECOND))]


def test_json_has_the_fields_of_the_reference(files: list[Checked]) -> None:
    data = json.loads(as_json.write(files))
    assert data["version"] == 1 and [f["file"] for f in data["files"]] == ["a/first.mc", "b & c<d>\x07.mc"]
    first = data["files"][0]["verdicts"]
    fields = ["line", "column", "statement", "kind", "verdict", "ok", "code", "link", "hint", "counterexample"]
    assert all(list(v) == fields for v in first)
    assert [v["verdict"] for v in first] == [
        "proved", "refuted", "refuted", "error", "refuted", "refuted", "undecided", "equal",
    ]  # fmt: skip
    assert [v["code"] for v in first] == [None, "C501", "C504", "E301", None, "C501", "C502", None]
    assert [v["line"] for v in first] == [4, 5, 6, 7, 8, 9, 10, 11]
    assert first[1]["hint"] == "the inner derivative g'(u) is missing; expected: W.T @ (grad(f, y) * g'(u))"
    assert first[1]["counterexample"]["left"] != first[1]["counterexample"]["right"]
    assert first[4]["kind"] == "refute" and first[4]["ok"] and first[5]["link"] == 1
    assert data["summary"] == {"checked": 9, "ok": 3, "failed": 5, "errors": 2}
    diagnostic = data["files"][0]["diagnostics"][0]
    assert {"line", "column", "code", "severity", "message", "hint"} <= set(diagnostic)
    assert diagnostic["line"] == 7 and diagnostic["code"] == "E301"


def test_junit_is_valid_and_counts(files: list[Checked]) -> None:
    written = junit.write(files)
    xmlschema.XMLSchema(str(XSD)).validate(ElementTree.fromstring(written))
    root = ElementTree.fromstring(written)
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("10", "5", "2")
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None and failure.text is not None
    assert "the inner derivative g'(u) is missing" in failure.text and failure.get("type") == "C501"
    names = [case.get("name") for case in root.iter("testcase")]
    assert names[0] == "line 4: check grad(f, x) == W.T @ (grad(f, y) * g'(u))"


def test_sarif_is_valid_by_the_schema(files: list[Checked]) -> None:
    data = json.loads(sarif.write(files))
    SarifLog.model_validate(data)
    (run,) = data["runs"]
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert rules == sorted(set(rules)) and "C501" in rules
    result = run["results"][0]
    assert result["ruleId"] == "C501" and rules[result["ruleIndex"]] == "C501" and result["level"] == "error"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a/first.mc"
    assert place["region"] == {"startLine": 5, "startColumn": 21, "endLine": 5, "endColumn": 37}


def test_sarif_names_a_file_by_its_bytes() -> None:
    data = json.loads(sarif.write([check_text(Source("not utf\udcff.mc", SECOND))]))
    place = data["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "not%20utf%FF.mc"


def test_github_annotations_are_one_line_each(files: list[Checked]) -> None:
    lines = github.write(files).splitlines()
    pattern = r"::(error|warning|notice) file=[^,:]+(,\w+=[^,:]+)*::.+"
    assert lines and all(re.fullmatch(pattern, line) for line in lines)
    assert lines[0].startswith("::error file=a/first.mc,line=5,endLine=5,col=21,endColumn=37,title=C501::refuted")


def test_text_points_at_the_side_and_sums_up(files: list[Checked]) -> None:
    written = text.write(files)
    assert "a/first.mc:4:1: proved  check grad(f, x) == W.T @ (grad(f, y) * g'(u))\n" in written
    block = """a/first.mc:5:21: C501 refuted: the sides differ
  5 | check grad(f, x) == W.T @ grad(f, y)
    |                     ^^^^^^^^^^^^^^^^
  hint: the inner derivative g'(u) is missing
  expected: W.T @ (grad(f, y) * g'(u))
  counterexample: """
    assert block in written
    assert "C501 refuted: the sides differ (link 1 of 2)" in written
    assert written.endswith("9 statements checked in 2 files: 3 ok, 5 failed, 2 errors\n")
    assert "\x07" not in written and "\x1b" not in written
    assert "\x1b[" in text.write(files, color=True)


def test_quiet_text_leaves_out_what_is_well(files: list[Checked]) -> None:
    assert "proved" not in text.write(files, quiet=True)


def test_formats_are_the_same_every_time(files: list[Checked]) -> None:
    again = [check_text(file.source) for file in files]
    for write in (as_json.write, junit.write, sarif.write, github.write, text.write):
        assert write(files) == write(again)
