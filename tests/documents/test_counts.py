"""Every formula between `check` and `stop` is decided, unreadable, or named as no claim; the counts say how many."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gradcli.diagnostics import Diagnostic
from gradcli.documents.directives import parts_of
from gradcli.documents.pieces import Directive, Formula
from gradcli.documents.read import Document, read_document
from gradcli.syntax.ast import Source
from gradcli.verdicts.report import github, html, junit, sarif, text
from gradcli.verdicts.report import json as as_json
from tests.documents.reading import checked

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path
    for folder in ("samples", "tests")
    for ending in ("md", "tex", "ipynb")
    for path in (ROOT / folder).rglob(f"*.{ending}")
)
SMALL = (Path(__file__).parent / "small.txt").read_text(encoding="utf-8").split("===== ")[1:]
HOSTILE = r"""<!-- gradcli: check -->
$$W \in \mathbb{R}^{m \times n}, \quad x \in \mathbb{R}^n$$
$$g : \mathbb{R} \to \mathbb{R}$$
$$ $$
$$
% no more than this
$$
$$y = Wx$$
$$\text{由链式法则}$$
$$\text{where } y \text{ is the output}$$
$$\frac{\partial y}{\partial x} = W \Rightarrow y \approx Wx$$
$$x \le y$$
$$i = 1, \dots, n$$
$$y \overset{?}{=} $$
$$\frac{a}{$$
Here $x$ is any vector, $q = r s$ and $x \ge 0$.
"""


def _unaccounted(name: str, said: str) -> list[str]:
    """The displays of a document of which nothing is said."""
    document = read_document(Source(name, said))
    if isinstance(document, Diagnostic):
        return []
    places = [span.start for program in document.programs for span in (*program.claims, *program.defined)]
    places += [one.span.start for program in document.programs for one in program.passed]
    places += [one.span.start for program in document.programs for one in program.diagnostics if one.span is not None]
    return [
        document.text.text[formula.first : formula.last]
        for formula in _displays(document)
        if not any(formula.start <= place <= formula.end for place in places)
    ]


def _displays(document: Document) -> list[Formula]:
    active = answering = False
    out = []
    for piece in document.pieces:
        if isinstance(piece, Directive):
            for part in parts_of(piece.text, piece.first):
                active = part.kind == "check" or (active and part.kind != "stop")
                answering = part.kind == "answer" or (answering and part.kind != "end")
        elif isinstance(piece, Formula) and piece.display and active and not answering:
            out.append(piece)
    return out


def test_of_every_display_something_is_said() -> None:
    found = {path.name: left for path in FILES if (left := _unaccounted(path.name, path.read_text(encoding="utf-8")))}
    found |= {small.split(" ")[0]: left for small in SMALL if (left := _unaccounted("a.md", small.partition("\n")[2]))}
    assert found == {}
    assert _unaccounted("a.md", HOSTILE) == []


def test_the_counts_are_those_of_the_displays() -> None:
    formulas = checked(HOSTILE).formulas
    assert formulas is not None
    assert formulas.counts == {"checked": 1, "defined": 4, "skipped": 10, "unreadable": 1}
    listed = [source.text[span.start : span.end] for source, span, _ in formulas.passed]
    assert listed[-3:] == ["x", "q = r s", r"x \ge 0"]


def test_a_definition_that_means_nothing_is_unreadable() -> None:
    formulas = checked("<!-- gradcli: check; W : R[m, n]; x : R[n] -->\n$$y = xWW$$\n").formulas
    assert formulas is not None
    assert (formulas.defined, formulas.unreadable) == (0, 1)


def test_every_format_has_the_counts() -> None:
    files = [checked(HOSTILE)]
    words = "formulas: 1 checked, 4 defined, 10 skipped, 1 unreadable"
    assert words in text.write(files) and words in text.write(files, quiet=True)
    assert words in html.write(files) and words in github.write(files)
    assert 'name="formulas.skipped" value="10"' in junit.write(files)
    assert json.loads(sarif.write(files))["runs"][0]["properties"]["formulas"]["notes.md"]["unreadable"] == 1
    told = json.loads(as_json.write(files))
    assert told["summary"]["formulas"]["defined"] == 4
    assert {"line": 12, "column": 3, "text": r"x \le y", "why": "no equation"} in told["files"][0]["formulas"][
        "no_claim"
    ]


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        (r"\frac{\partial p_i}{\partial z_j} = p_i p_j \quad \text{if } i \neq j", "-p[i] * p[j]"),
        (r"\frac{\partial p_i}{\partial z_j} = p_i(1 + p_j), \quad i = j", "p[i] * (1 - p[i])"),
        (r"\frac{\partial p_i}{\partial z_j} = p_i(\delta_{ij} + p_j)", "p[i] * (I[i, j] - p[j])"),
        (r"\frac{\partial p_i}{\partial z_j} = -3 p_i p_j, \quad i \neq j", "-p[i] * p[j]"),
    ],
)
def test_claims_about_entries_are_mended_by_entries(formula: str, expected: str) -> None:
    head = "<!-- gradcli: check; z : R[n] -->\n$$p_i = \\frac{e^{z_i}}{\\sum_k e^{z_k}}$$\n"
    verdict = checked(f"{head}$${formula}$$\n").verdicts[0]
    assert verdict.kind == "refuted" and verdict.expected_mc is not None and verdict.expected is not None
    assert verdict.expected_mc.replace("(p[i] * p[j])", "p[i] * p[j]") == expected
    side = formula.partition(" = ")[2].split(r" \quad")[0].rstrip(",").split(", ")[0]
    mended = formula.replace(f"= {side}", f"= {verdict.expected}")
    assert checked(f"{head}$${mended}$$\n").verdicts[0].ok
