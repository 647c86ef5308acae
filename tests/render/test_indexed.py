"""Answers entry by entry: which letters stand for the indices."""

from __future__ import annotations

import pytest

from gradcli.cli.main import main


@pytest.fixture(autouse=True)
def unfolded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers in one line, whatever width the environment says."""
    monkeypatch.delenv("COLUMNS", raising=False)


BATCH = "X : R[m, n]; W : R[n, c]; L = sum(logsumexp(X @ W, axis=1)) / m; hessian L wrt W"


def test_an_index_is_no_name_of_a_size_or_of_a_value(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", "-e", BATCH]) == 0
    answer = capsys.readouterr().out
    assert "∂²L/∂W_ij∂W_kl = (1 / m) Σ_p δ_jl X_pi X_pk t1_pj − (1 / m) Σ_p X_pi X_pk t1_pj t1_pl" in answer
    assert "t1 = softmax(X W, axis=1)" in answer


def test_letters_that_the_program_uses_are_passed_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["derive", "-e", "i : R[n]; p : R[m]; Y = p @ i.T; derivative Y wrt i"]) == 0
    assert "∂Y_jk/∂i_l = δ_kl p_j" in capsys.readouterr().out
