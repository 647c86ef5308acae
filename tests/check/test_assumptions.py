"""`assume`: algebra uses it, every point satisfies it, every verdict that needed it says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source
from tests.cli.run import run

LINES = (Path(__file__).parent / "data" / "assumptions.txt").read_text().splitlines()
MORE = (Path(__file__).parent / "data" / "facts.txt").read_text().splitlines()
ALLOWED = {"T": ("proved", "equal"), "F": ("refuted",), "E": ("error",)}


@pytest.mark.parametrize("line", LINES)
def test_a_claim_is_decided_under_what_is_assumed(line: str) -> None:
    found = check_source(Source("t.mc", line[2:]))
    (verdict,) = found.verdicts
    assert verdict.kind in ALLOWED[line[0]], verdict.reason
    assert [d.code for d in found.errors] == (["E311"] if line[0] == "E" else [])


@pytest.mark.parametrize("line", MORE)
def test_more_claims_under_attributes_sizes_and_relations(line: str) -> None:
    (verdict,) = check_source(Source("t.mc", line[2:])).verdicts
    assert verdict.kind in ALLOWED[line[0]], verdict.reason


@pytest.mark.parametrize("line", [line for line in LINES if line[0] == "T" and line.count("assume") == 1])
def test_what_was_needed_is_said_and_without_it_the_claim_is_not_true(line: str) -> None:
    statements = [part.strip() for part in line[2:].split(";")]
    (assumption,) = [part for part in statements if part.startswith("assume")]
    (verdict,) = check_source(Source("t.mc", line[2:])).verdicts
    (plain,) = check_source(Source("t.mc", "; ".join(part for part in statements if part != assumption))).verdicts
    if verdict.assumed:
        assert plain.kind not in ("proved", "equal") and verdict.assumed == (assumption.removeprefix("assume "),)
    else:
        assert plain.kind in ("proved", "equal")


def test_reports_say_what_was_assumed() -> None:
    program = "y : R[n]; assume sum(y) == 1; check 2*sum(y) == 2"
    assert "proved" in run("check", "-e", program).out and "assuming `sum(y) == 1`" in run("check", "-e", program).out
    (verdict,) = json.loads(run("check", "--format", "json", "-e", program).out)["files"][0]["verdicts"]
    assert verdict["assumed"] == ["sum(y) == 1"]


def test_an_assumption_is_about_points_and_changes_no_derivative() -> None:
    text = "x : R[n]\nassume x**2 == 1\nf = sum(x**2)\ncheck grad(f, x) == 2*x\nrefute grad(f, x) == 0\n"
    assert [v.kind for v in check_source(Source("t.mc", text)).verdicts] == ["proved", "refuted"]


def test_the_program_is_printed_with_its_assumptions() -> None:
    program = "y : R[n]; z : R[n]; assume sum(y) == 1; assume z > 0; f = y.T @ z"
    printed = run("derive", "--format", "mc", "-e", program).out
    assert "assume sum(y) == 1\n" in printed and "assume 0 < z\n" in printed
    assert run("check", "-", stdin=printed).status == 0


@pytest.mark.parametrize("text", ["assume y", "assume y + 1"])
def test_an_assumption_compares(text: str) -> None:
    assert [d.code for d in check_source(Source("t.mc", f"y : R[n]\n{text}\ncheck y == y\n")).errors] == ["E108"]


def test_shapes_of_an_assumption_agree() -> None:
    found = check_source(Source("t.mc", "y : R[n]; A : R[n,n]; assume A == y; check y == y"))
    assert [d.code for d in found.errors] == ["E301"]
