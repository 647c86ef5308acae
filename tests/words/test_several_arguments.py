"""Functions of several arguments: what is printed has the arguments apart, as they were written."""

from __future__ import annotations

import pytest

import gradcli

TWO = "A : R[n, n]; x : R[n]; f : R[n], R[n] -> R; L = f(x, A @ x)"


@pytest.mark.parametrize(
    ("program", "of", "wrt", "answer"),
    [
        (TWO, "L", "x", "(f'(x, A @ x).T)[1:n] + A.T @ (f'(x, A @ x).T)[n + 1:2 * n]"),
        (TWO, "L", "A", "(f'(x, A @ x).T)[n + 1:2 * n] @ x.T"),
        ("x, y : R; f : R, R -> R; L = f(x, 2 * y)**2", "L", "y", "4 * f(x, 2 * y) * (f'(x, 2 * y).T)[2]"),
        (
            "x, z : R[n]; t : R; f : R[n], R, R[2*n] -> R; L = f(x, t, concat(z, x))",
            "L",
            "t",
            "(f'(x, t, concat(z, x)).T)[n + 1]",
        ),
    ],
)
def test_the_arguments_stand_apart(program: str, of: str, wrt: str, answer: str) -> None:
    read = gradcli.parse(program)
    assert read.grad(of, wrt).mc == answer
    assert gradcli.check(f"{program}; check grad({of}, {wrt}) == {answer}").ok


def test_a_list_of_one_name_is_not_taken_apart() -> None:
    read = gradcli.parse("z : R[2*n]; f : R[n], R[n] -> R; L = f(z[1:n], z[n+1:2*n])")
    assert "f(z" in str(read)
