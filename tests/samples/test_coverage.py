"""The samples show what they are said to show, and the table of it is current."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.samples.coverage import DOCUMENT, document, shown, verdicts
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
Found = dict[tuple[Path, int], str]


@pytest.fixture(scope="module")
def found() -> Found:
    return verdicts()


def test_every_mark_that_is_covered_is_shown_by_statements_that_hold(found: Found) -> None:
    for mark in MARKS:
        said = {what for _, what in shown(mark, found)}
        assert said <= {"proved", "equal", "refuted"}, mark
        assert bool(said & {"proved", "equal"}) == mark.covered, mark


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


def test_the_table_is_current(found: Found) -> None:
    written = DOCUMENT.read_text(encoding="utf-8")
    assert document(found) == written, "python -m tests.samples.coverage writes it anew"
