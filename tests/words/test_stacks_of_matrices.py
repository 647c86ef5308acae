"""Stacks of matrices: what is declared of each matrix, and gradients in the words of matrix calculus."""

from __future__ import annotations

import pytest

import gradcli
from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source


@pytest.mark.parametrize(
    ("program", "of", "wrt", "answer"),
    [
        (
            "S : R[B, n, n]; f = sum(inv(S))",
            "f",
            "S",
            "-(sum(inv(S), axis=1)[:, :, None] * sum(inv(S), axis=2)[:, None, :])",
        ),
        ("S : R[B, n, n]; x : R[B, n, 1]; f = sum(x.mT @ inv(S) @ x)", "f", "S", "-inv(S).mT @ x @ x.mT @ inv(S).mT"),
        ("S : R[B, n, n]; x : R[B, n, 1]; f = sum(x.mT @ inv(S) @ x)", "f", "x", "inv(S).mT @ x + inv(S) @ x"),
        ("S : R[B, n, n]; A : R[B, n, n]; f = sum(tr(inv(S) @ A))", "f", "S", "-inv(S).mT @ A.mT @ inv(S).mT"),
    ],
)
def test_gradients_through_inverses_are_products(program: str, of: str, wrt: str, answer: str) -> None:
    assert gradcli.parse(program).grad(of, wrt).mc == answer
    assert gradcli.check(f"{program}; check grad({of}, {wrt}) == {answer}").ok


@pytest.mark.parametrize(
    ("program", "verdict"),
    [
        ("S : R[B, n, n] spd; check chol(S) @ chol(S).mT == S", True),
        ("S : R[B, n, n] symmetric; check S.mT == S", True),
        ("K : R[B, n, n] skew; check K.mT == -K", True),
        ("L : R[B, n, n] lower; check det(L @ L) == det(L)**2", True),
        ("Q : R[B, n, n] orthogonal; x : R[B, n, 1]; check sum((Q @ x)**2) == sum(x**2)", True),
        ("S : R[B, n, n] spd positive; check abs(S) == S", True),
        ("S : R[B, n, n] spd; check det(S) == 1", False),
        ("L : R[B, n, n] lower; check L.mT == L", False),
    ],
)
def test_points_have_what_is_declared_of_each_matrix(program: str, verdict: bool) -> None:
    (found,) = check_source(Source("stack.mc", program)).verdicts
    assert found.kind in (("proved", "equal") if verdict else ("refuted",))


def test_a_claim_of_a_defined_stack_is_an_error() -> None:
    report = check_source(Source("stack.mc", "A : R[B, n, n]; S : R[B, n, n] spd; S = A + A.mT; check S.mT == S"))
    assert [found.kind for found in report.verdicts] == ["error"]


def test_what_is_declared_is_printed_again() -> None:
    assert "S : R[B, n, n] spd" in str(gradcli.parse("S : R[B, n, n] spd; f = sum(logdet(S))"))


@pytest.mark.parametrize("part", ["Q[:, d+1:2*d]", "Q[:, 2*d]", "Q[1:T + 1, :]"])
def test_a_part_beyond_the_end_for_all_sizes_is_an_error(part: str) -> None:
    with pytest.raises(gradcli.ProgramError, match="out of range"):
        gradcli.parse(f"Q : R[T, d]; y = {part}")


def test_no_loss_is_offered_of_a_derivative() -> None:
    text = "a, b : R[n]; c = silu(a) * b; s = sigmoid(a); dc = grad(f, c); check grad(f, b) == dc * a * s"
    hints = [said.hint or "" for said in check_source(Source("late.mc", text)).diagnostics]
    assert any("loss f(c)" in hint for hint in hints)
    assert not any("loss f(dc)" in hint for hint in hints)
