"""`check`, `derive`, `convert` and `--fix` of documents."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.run import ROOT, run

NOTES = r"""# Notes
<!-- gradcli: check; W : R[m, n]; x : R[n]; \hat{y} as yh -->
$$\mathbf{u} = \mathbf{W}\mathbf{x}$$
$$\hat{y} = g(u)$$

$$
\frac{\partial \mathbf{u}}{\partial \mathbf{x}} = \mathbf{W}
$$
Inline $\frac{\partial x^\top x}{\partial x} = 2 x^\top$.
$$\frac{\partial u_i}{\partial x_j} = W_{ij}$$
$$\nabla_W f = \left(\nabla_u f\right) x^\top$$
"""


HEAD = "<!-- gradcli: check; W : R[m, n]; x : R[n] -->\n"


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    path = tmp_path / "notes.md"
    path.write_text(NOTES, encoding="utf-8")
    return path


def test_there_and_back_is_the_same_file(notes: Path, tmp_path: Path) -> None:
    there = run("convert", str(notes), "--to", "denominator")
    assert there.status == 0
    assert r"= \mathbf{W}^\top" in there.out
    other = tmp_path / "other.md"
    other.write_text(there.out, encoding="utf-8")
    assert run("check", str(other)).status == 0
    assert run("convert", str(other), "--to", "numerator").out == NOTES


def test_answers_are_written_below_their_questions_once(notes: Path) -> None:
    notes.write_text(NOTES + "<!-- gradcli: grad f wrt x, W -->\nText.\n", encoding="utf-8")
    assert run("derive", "--write", str(notes)).status == 0
    once = notes.read_text(encoding="utf-8")
    assert "<!-- gradcli: grad f wrt x, W -->\n<!-- gradcli: answer -->\n$$\n" in once
    assert once.endswith("<!-- gradcli: end -->\nText.\n")
    assert run("derive", "--write", str(notes)).status == 0
    assert notes.read_text(encoding="utf-8") == once
    assert run("check", str(notes)).status == 0


def test_a_false_side_is_mended_in_latex(notes: Path) -> None:
    wrong = NOTES.replace(r"= \mathbf{W}" + "\n", r"= \mathbf{W}^\top" + "\n")
    notes.write_text(wrong, encoding="utf-8")
    assert run("check", str(notes)).status == 1
    run("check", "--fix", str(notes))
    assert notes.read_text(encoding="utf-8") == NOTES


def test_json_has_both_spellings(notes: Path) -> None:
    notes.write_text(NOTES.replace("W_{ij}$$", "2 W_{ij}$$"), encoding="utf-8")
    found = json.loads(run("check", "--format", "json", str(notes)).out)
    wrong = next(verdict for verdict in found["files"][0]["verdicts"] if not verdict["ok"])
    assert (wrong["line"], wrong["expected_mc"]) == (10, "W[i, j]")
    assert found["files"][0]["formulas"]["checked"] == 4


def test_the_layout_in_which_all_is_true_is_named(notes: Path) -> None:
    text = NOTES.replace(r"= \mathbf{W}" + "\n", r"= \mathbf{W}^\top" + "\n").replace(r"2 x^\top$", "2 x$")
    notes.write_text(text, encoding="utf-8")
    assert "every claim holds in the denominator layout: write `layout denominator`" in run("check", str(notes)).out


def test_lines_that_mix_layouts_are_named(notes: Path) -> None:
    turned = "$$\\frac{\\partial u}{\\partial x} = W^\\top$$\n"
    notes.write_text(NOTES + turned, encoding="utf-8")
    said = run("check", str(notes)).out
    assert (
        "the claims mix layouts: true are lines 7, 9 in the numerator layout; line 12 in the denominator layout" in said
    )


def test_what_was_read_is_printed(notes: Path) -> None:
    assert "check jac(u, x) == W  # " in run("check", "--explain", str(notes)).out


def test_a_notebook_says_cell_and_line(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": [HEAD, "$$y = Wx$$"]},
        {"cell_type": "code", "metadata": {}, "source": "x = 1"},
        {"cell_type": "markdown", "metadata": {}, "source": "Text\n\n$$\\frac{\\partial y}{\\partial x} = W^T$$"},
    ]
    path = tmp_path / "lecture.ipynb"
    path.write_text(json.dumps({"cells": cells, "nbformat": 4}), encoding="utf-8")
    verdict = json.loads(run("check", "--format", "json", str(path)).out)["files"][0]["verdicts"][0]
    assert (verdict["cell"], verdict["line"], verdict["verdict"]) == (3, 3, "refuted")


def test_a_folder_is_searched_for_documents_with_directives(tmp_path: Path, notes: Path) -> None:
    (tmp_path / "readme.md").write_text("Write `<!-- gradcli: check -->` above formulas.\n", encoding="utf-8")
    assert "in 2 files" not in run("check", str(tmp_path)).out
    assert run("check", str(tmp_path)).status == 0


def test_programs_are_derived_without_the_rooms_of_documents() -> None:
    code = (
        "import sys\nfrom gradcli.cli.main import main\nmain(('derive', '-e', 'y = W @ x'))\n"
        "assert not [name for name in sys.modules if name.startswith(('gradcli.latex', 'gradcli.documents'))]\n"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False, cwd=ROOT).returncode == 0


def test_a_false_side_is_mended_in_its_cell(tmp_path: Path) -> None:
    cells = [
        HEAD + "$$y = Wx$$",
        "x = 1",
        "$$\\nabla_x f = W \\nabla_y f$$\n中文\n$$\\frac{\\partial y}{\\partial x} = W^T$$",
    ]
    kinds = ["markdown", "code", "markdown"]
    book = {
        "cells": [
            {"cell_type": kind, "metadata": {}, "source": cell.splitlines(keepends=True)}
            for kind, cell in zip(kinds, cells, strict=True)
        ],
        "nbformat": 4,
    }
    path = tmp_path / "notes.ipynb"
    path.write_text(json.dumps(book, indent=1, ensure_ascii=False), encoding="utf-8")
    before = path.read_text(encoding="utf-8").splitlines()
    assert run("check", "--fix", str(path)).status == 0
    after = path.read_text(encoding="utf-8").splitlines()
    changed = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
    assert [new.strip() for _, new in changed] == [
        r'"$$\\nabla_x f = W^T \\nabla_{y} f$$\n",',
        r'"$$\\frac{\\partial y}{\\partial x} = W$$"',
    ]
