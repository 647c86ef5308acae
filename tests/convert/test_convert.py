"""Conversion keeps what every statement says, and every character that need not change."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcli.convert.convert import convert
from gradcli.program.model import LAYOUTS
from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source
from tests.cli.run import run

FORMULAS = sorted((Path(__file__).parents[2] / "benchmarks" / "formulas").glob("*.mc"))
DECLARED = """# a neuron;  spaces stay
W : R[m, n]
x : R[n]; c : R[m]
u = W@x;  y = g(u)   # two
s = c.T @ y
"""

PAIRS = [
    ("jac(y, x) == diag(g'(u)) @ W", "jac(y, x) == W.T @ diag(g'(u))"),
    ("jac(s, x) == c.T @ diag(g'(u)) @ W  # row", "jac(s, x) == W.T @ diag(g'(u)) @ c  # row"),
    (" jac(y,x)  ==  jac(y, u) @ jac(u, x)", " jac(y,x)  ==  jac(u, x) @ jac(y, u)"),
    ("∂y/∂x == diag(g'(u))@W", "∂y/∂x == W.T@diag(g'(u))"),
    ("grad(s, x) == jac(s, x).T", "grad(s, x) == jac(s, x)"),
    ("jac(s, W) == x @ (c * g'(u)).T", "jac(s, W) == (c * g'(u)) @ x.T"),
    ("2 * jac(s, x) == 2 * (c * g'(u)).T @ W", "2 * jac(s, x).T == 2 * (c * g'(u)).T @ W"),
    ("diag(g'(u)) @ W == jac(y, x)", "W.T @ diag(g'(u)) == jac(y, x)"),
    ("jac(u, x) == 2 * W / 2 == W", "jac(u, x) == 2 * W.T / 2 == W.T"),
    ("jac(u, x) == W - 0 * W", "jac(u, x) == W.T - 0 * W.T"),
    ("grad(f, x) == W.T @ (grad(f, y) * g'(u))", "grad(f, x) == W.T @ (grad(f, y) * g'(u))"),
    ("jac(y, x, layout=mixed) == diag(g'(u)) @ W", "jac(y, x, layout=mixed) == diag(g'(u)) @ W"),
]


def converted(text: str, target: str) -> str:
    return convert(Source("t.mc", text), target).text


@pytest.mark.parametrize(("numerator", "denominator"), PAIRS)
def test_a_formula_and_its_other_side(numerator: str, denominator: str) -> None:
    there = f"layout numerator\n{DECLARED}check {numerator}\n"
    back = f"layout denominator\n{DECLARED}check {denominator}\n"
    assert converted(there, "denominator") == back
    assert converted(back, "numerator") == there
    assert all(v.ok for text in (there, back) for v in check_source(Source("t.mc", text)).verdicts)


def test_a_layout_line_is_added_and_taken_away_again() -> None:
    text = f"{DECLARED}check jac(u, x) == W\n"
    there = converted(text, "denominator")
    assert "layout denominator" in there and there.endswith("check jac(u, x) == W.T\n")
    assert there.startswith("# a neuron;  spaces stay\n")
    assert converted(there, "numerator") == text


def test_the_same_layout_changes_nothing() -> None:
    text = f"{DECLARED}check jac(y, x) == diag(g'(u)) @ W"
    assert converted(text, "numerator") == text


def test_a_definition_keeps_its_value() -> None:
    text = f"{DECLARED}J = jac(u, x)\ncheck J == W\n"
    there = converted(text, "denominator")
    assert "J = jac(u, x).T\ncheck J == W\n" in there
    assert converted(there, "numerator") == text


def test_what_has_no_transpose_names_its_layout() -> None:
    there = converted(f"{DECLARED}check jac(u, W) == jac(u, W)\n", "denominator")
    assert "check jac(u, W, layout=numerator) == jac(u, W, layout=numerator)\n" in there


def test_false_statements_stay_false() -> None:
    text = f"{DECLARED}refute jac(y, x) == W\ncheck jac(u, x) == 2 * W\n"
    for target in LAYOUTS:
        old, new = (check_source(Source("t.mc", t)).verdicts for t in (text, converted(text, target)))
        assert [v.ok for v in old] == [v.ok for v in new] == [True, False]


@pytest.mark.parametrize("path", FORMULAS, ids=lambda path: path.stem)
def test_files_check_as_before(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in LAYOUTS:
        new = converted(text, target)
        assert all(v.ok for v in check_source(Source(path.name, new)).verdicts)
        unchanged = [line for line in text.splitlines() if "jac" not in line and not line.startswith("layout")]
        assert [line for line in new.splitlines() if line in unchanged] == unchanged


def test_the_command_writes_the_file_byte_for_byte(tmp_path: Path) -> None:
    path = tmp_path / "a.mc"
    path.write_bytes(b"\xef\xbb\xbfx : R[n]\r\ny = 2 * x\r\ncheck jac(y, x) == 2 * eye(n)")
    assert run("convert", str(path), "--to", "numerator").out.encode() == path.read_bytes()
    new = run("convert", str(path), "--to", "denominator")
    assert new.status == 0 and new.out.count("\r\n") == 3 and new.out.endswith("== 2 * eye(n)")


def test_wrong_calls_and_wrong_files() -> None:
    assert run("convert", "-", stdin="x : R[n]\n").status == 2
    assert run("convert", "-", "--to", "upside-down", stdin="x : R[n]\n").status == 2
    assert run("convert", "missing.mc", "--to", "mixed").status == 2
    wrong = run("convert", "-", "--to", "mixed", stdin="y = (\n")
    assert wrong.status == 2 and not wrong.out and "E1" in wrong.err
    assert run("convert", "-", "--to", "mixed", stdin="").status == 2
