"""The samples show what they are said to show, and the table of it is current."""

from __future__ import annotations

import pytest

from tests.samples.coverage import DOCUMENT, checked, document, shown, verdicts
from tests.samples.marks import marks

MARKS = marks()
ROWS = [*(f"A{i}" for i in range(1, 8)), *(f"B{i}" for i in range(1, 10)), *(f"C{i}" for i in range(1, 8))]
ROWS += [f"D{i}" for i in range(1, 9)]
LINEAR_ALGEBRA = {
    "PyTorch": [
        "linalg_cholesky_ex",
        "linalg_lu",
        "linalg_qr",
        "linalg_eigh",
        "linalg_svd",
        "linalg_solve_triangular",
        "linalg_solve_ex",
        "_linalg_det",
        "_linalg_slogdet",
        "linalg_inv_ex",
        "linalg_pinv",
        "linalg_matrix_exp",
    ],
    "JAX": ["cholesky", "lu", "qr", "eigh", "svd", "triangular_solve", "scipy.linalg.expm"],
}


def test_every_statement_holds_and_shows_what_is_said_of_it() -> None:
    said = checked()
    assert said["summary"]["checked"] >= 30 and said["summary"]["ok"] == said["summary"]["checked"]
    found = verdicts(said)
    for mark in MARKS:
        what = {verdict for _, verdict in shown(mark, found)}
        assert what <= {"proved", "equal", "refuted"}, mark
        assert bool(what & {"proved", "equal"}) == mark.covered, mark
    assert document(found) == DOCUMENT.read_text(encoding="utf-8"), "python -m tests.samples.coverage writes it anew"


def test_what_is_not_covered_says_why() -> None:
    assert all(mark.says for mark in MARKS if not mark.covered)


def test_every_numbered_equation_of_the_cookbook_is_accounted_for() -> None:
    numbered = {mark.equation for mark in MARKS if mark.source == "Matrix Cookbook"}
    assert numbered >= {f"({number})" for number in range(32, 145)}


def test_no_more_than_complex_equations_of_the_cookbook_are_left_out() -> None:
    missing = [mark.equation for mark in MARKS if mark.source == "Matrix Cookbook" and not mark.covered]
    assert sorted(missing) == ["(45)", "(89)"]


@pytest.mark.parametrize("source", LINEAR_ALGEBRA)
def test_the_linear_algebra_of_the_frameworks_is_covered(source: str) -> None:
    assert {mark.equation for mark in MARKS if mark.source == source} >= set(LINEAR_ALGEBRA[source])


def test_every_row_of_the_notes_has_its_sample() -> None:
    assert sorted({mark.equation for mark in MARKS if mark.source == "Notes"}) == sorted(ROWS)
