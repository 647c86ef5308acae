"""Long answers stand on several lines, matrices row below row; and what is printed may be typed."""

from __future__ import annotations

import pytest

from gradcli.render.derive_text import width
from gradcli.render.folded import folded, said_in_lines
from gradcli.syntax.ast import Source
from gradcli.syntax.lexer import statements
from tests.cli.run import run
from tests.golden.cases import cases

ANSWERS = sorted(
    {line.strip() for _, answers in cases().values() for line in answers.splitlines() if line.startswith("    ")}
)
ROOMS = (None, 16, 33, 60)


def _tokens(text: str) -> list[list[tuple[int, str]]]:
    read = statements(Source("typed.mc", f"check a == {text}\n"))
    return [[(kind, tokens.word(i)) for i, kind in enumerate(tokens.kinds)] for tokens in read]


@pytest.mark.parametrize("room", ROOMS)
def test_folded_answers_read_as_before(room: int | None) -> None:
    for answer in ANSWERS:
        text = answer.removeprefix("where ").partition(" = ")[2] if answer.startswith("where ") else answer
        lines = folded(text, room, width)
        assert _tokens("\n".join(lines)) == _tokens(text), (text, lines)


def test_matrices_have_their_columns_lined_up() -> None:
    assert folded("[[6 x y, 3 x²], [2, 8 y⁷]]", None, width) == ["[[6 x y, 3 x²],", " [2,     8 y⁷]]"]
    assert folded("2 [[a, b], [c, d]] x", None, width) == ["2 [[a, b],", "   [c, d]] x"]
    within = "tr(A B C) + sum(exp(x) ⊙ log(y)) + (xᵀ [[a, b], [c, d]] x)"
    assert folded(within, None, width) == [within]  # short, inside of an expression
    assert folded("[a, b, c]", None, width) == ["[a, b, c]"]
    assert folded("[[f(a, [1, 2]), b], [c, d]]", 80, width) == ["[[f(a, [1, 2]), b],", " [c,            d]]"]


def test_a_matrix_too_wide_has_its_rows_folded() -> None:
    lines = folded("[[alpha + beta, gamma * delta, epsilon], [1, 2, 3]]", 26, width)
    assert lines == ["[[alpha + beta,", "  gamma * delta, epsilon],", " [1, 2, 3]]"]


def test_sums_break_behind_their_signs() -> None:
    assert folded("Xᵀ (X w − y) / n + 2 lam w − Aᵀ b", 24, width) == ["Xᵀ (X w − y) / n +", "2 lam w − Aᵀ b"]
    assert folded("f(aaaaaaaaaa bbbbbbbbbb + cccccccccc)", 28, width) == ["f(aaaaaaaaaa bbbbbbbbbb +", "  cccccccccc)"]


def test_words_are_not_cut() -> None:
    assert said_in_lines("one two three four five six seven", 24, width) == ["one two three four five", "six seven"]


@pytest.mark.parametrize("columns", [40, 60, 200])
def test_the_terminal_says_how_wide(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    program = "f = sum(exp(X@w)) + sum(sigmoid(X@w)) + sum(tanh(X@w)) + norm(w)^2 / 2 + lam*sum(w**4); grad f wrt w"
    lines = run("derive", "-e", program).out.splitlines()
    assert all(width(line) <= columns for line in lines)
    assert (len(lines) > 8) == (columns < 200)


def test_lines_end_at_the_outermost_operator() -> None:
    product = "softmax(X W + 1_n bᵀ, axis=1) ⊙ tanh(X W + 1_n bᵀ) Vᵀ"
    assert folded(product, 40, width) == ["softmax(X W + 1_n bᵀ, axis=1) ⊙", "tanh(X W + 1_n bᵀ) Vᵀ"]


def test_calls_are_broken_at_their_commas_and_factors_last() -> None:
    call = "where(X W a > b + c, logsumexp(X W z), A B d + e)"
    assert folded(call, 40, width) == ["where(X W a > b + c, logsumexp(X W z),", "      A B d + e)"]
    factors = "f(A B C D E F G H J K L M N O P)"
    assert folded(factors, 24, width) == ["f(A B C D E F G H J K L", "  M N O P)"]
