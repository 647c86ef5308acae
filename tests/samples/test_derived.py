"""The answers to every row of the notes come out as they were read, and their mistakes are found."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.run import run
from tests.samples.derived import DERIVED, NOTES, derived


@pytest.mark.parametrize("path", NOTES, ids=lambda path: path.stem)
def test_a_row_is_derived_as_it_was_read(path: Path) -> None:
    expected = (DERIVED / f"{path.stem}.txt").read_text(encoding="utf-8")
    assert derived(path) == expected, "python -m tests.samples.derived writes it anew"


def test_no_answer_is_kept_of_a_sample_that_is_gone() -> None:
    assert {path.stem for path in DERIVED.glob("*.txt")} == {path.stem for path in NOTES}


def test_a_product_of_two_rows_has_no_shape_and_the_transpose_is_offered() -> None:
    """Row C5: the note has the derivative by W as d.T x, for a row d and a column x."""
    program = "W : R[n, m]; x : R[m]; z = W @ x; loss J(z); d = jac(J, z)\ncheck grad(J, W) == d.T @ x\n"
    result = run("check", "-", stdin=program)
    assert result.status == 2
    assert "E301 shapes do not agree: d.T is n x 1, x is m x 1" in result.err
    assert "hint: the second factor x must be transposed" in result.out


def test_a_missing_factor_of_a_partial_derivative_is_found() -> None:
    """Row B2: the note has 3xy in one place for the derivative of 3 x^2 y by x."""
    result = run("check", "-", stdin="x, y : R\nf = 3 * x**2 * y\ncheck jac(f, x) == 3 * x * y\n")
    assert result.status == 1
    assert "C501 refuted" in result.out
    assert "hint: the factor must be 6, not 3" in result.out


def test_a_derivative_written_twice_is_found() -> None:
    """Row B6: the note has dz_1/dy_2 where dz_1/dy_1 belongs."""
    program = "f : R[3] -> R[2]; g : R[2] -> R[3]; x : R[3]; y = f(x); z = g(y); J = jac(z, y); K = jac(y, x)\n"
    result = run("check", "-", stdin=program + "check grad(z[1], x) == K.T @ [J[1, 2], J[1, 2]]\n")
    assert result.status == 1
    assert "C501 refuted" in result.out


def test_an_integer_is_answered_with_the_reason_and_the_difference() -> None:
    """Row D8."""
    result = run("derive", "-", stdin="k : Z\nf = k**2\nderivative f wrt k\n")
    assert "E401 k is an integer and has no derivative." in result.err
    assert "Δ_k f = 2 k + 1" in result.out
