"""Natural mistakes: the hint is a whole corrected line, and typed it gives what was meant."""

from __future__ import annotations

import pytest

from gradcli.program.model import Program
from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source
from tests.words.mistaken import read_through, rows
from tests.words.programs import program_of

ROWS = rows()


def test_there_are_many() -> None:
    assert sum(bool(mended) for _, mended, _ in ROWS) >= 150


@pytest.mark.parametrize(("typed", "mended", "meaning"), ROWS, ids=[typed for typed, _, _ in ROWS])
def test_the_hint_obeyed_gives_what_was_meant(typed: str, mended: list[str], meaning: str) -> None:
    text, lines = read_through(typed)
    assert lines == mended
    program = program_of(text)
    if " = " in meaning:
        name, value = meaning.split(" = ", 1)
        assert name in program.definitions
        (*_, verdict) = check_source(Source("typed.mc", f"{text}\ncheck {name} == {value}")).verdicts
        assert verdict.kind in ("proved", "equal"), (text, meaning)
    elif " by " in meaning:
        assert _asked(program) == meaning
    elif program.checks:
        assert [verdict.kind for verdict in check_source(Source("typed.mc", text)).verdicts] == [meaning]
    else:
        assert meaning == "declared"


def _asked(program: Program) -> str:
    (question,) = program.questions
    return f"{question.kind} {question.of_name} by {', '.join(name for name, _ in question.wrt)}"


@pytest.mark.parametrize(
    ("typed", "messages"),
    [
        ("f = sum((x - mean(x))^2)/n", 2),
        ("W : R[m, n]; x : R[n]; y : R[m]; L = sum((y - Wx)^2)", 2),
    ],
)
def test_the_faults_of_a_statement_are_told_together(typed: str, messages: int) -> None:
    (fault,) = [said for said in program_of(typed).diagnostics if said.is_error]
    assert 1 + len(fault.notes) == messages


@pytest.mark.parametrize(
    ("typed", "marked"),
    [
        ("W : R[m, n]; u, v : R[n]; y = 2*(W@u - v) @ W.T", None),
        ("A : R[m, n]; b : R[k]; y = tanh((A @ A.T) @ (A @ A.T @ A @ A.T @ A @ A.T @ A) + 1) @ b", None),
    ],
)
def test_brackets_are_never_cut_off(typed: str, marked: str | None) -> None:
    for said in program_of(typed).diagnostics:
        for text in (said.message, said.hint or ""):
            assert text.count("(") == text.count(")") and text.count("[") == text.count("]"), text
