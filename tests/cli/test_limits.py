"""Inputs that are large, deep or extreme: a right answer or a diagnostic, in a time that depends on their size only."""

from __future__ import annotations

import re
import time

import pytest

from tests.cli.run import run

DEEP = 100_000
SECONDS = 10  # of a slow machine; each takes less than one on a usual one


@pytest.mark.parametrize(
    ("program", "code"),
    [
        ("y = " + "(" * DEEP + "x" + ")" * DEEP, "E104"),
        ("y = " + "(" * DEEP + "x", "E104"),
        ("y = " + "[" * DEEP + "x" + "]" * DEEP, "E104"),
        ("y = " + "exp(" * DEEP + "x" + ")" * DEEP, "E104"),
        ("y = " + "-" * DEEP + "x", "E104"),
        ("y = W" + ".T" * DEEP, "E104"),
        ("x : R\ny = " + "**".join(["x"] * DEEP), "E104"),
        ("y = " + "+".join(["x"] * 5_000_000), "E104"),
        ("a" * 10_000_000, "E103"),
        ("$" * 10_000_000, "E103"),
        ("y = " + "a " * 5_000_000, "E104"),
        ("x : R\ny = x * " + "9" * 1_000_000, "E107"),
        ("x : R[" + "9" * 5_000 + "]\ny = sum(x)", "E108"),
        ("x : R\ny = x^x^x^x", "E106"),
    ],
    ids=lambda value: value if len(value) < 9 else re.sub(r"(.+?)\1{3,}", r"\1...", value[:40]).replace("\n", " "),
)
def test_too_much_is_a_diagnostic(program: str, code: str) -> None:
    start = time.perf_counter()
    result = run("derive", "-", stdin=program)
    assert time.perf_counter() - start < SECONDS
    assert result.status == 2 and code in result.err
    assert "internal error" not in result.err
    assert len(result.err) < 2_000


@pytest.mark.parametrize(
    ("program", "answer"),
    [
        ("x : R\ny = x**1000000000\ngrad y wrt x", "1000000000 x⁹⁹⁹⁹⁹⁹⁹⁹⁹"),
        ("x : R\ny = (x + 1)**1000000000\ngrad y wrt x", "1000000000 (x + 1)⁹⁹⁹⁹⁹⁹⁹⁹⁹"),
        ("x : R\ny = x * 2**1000000000\ngrad y wrt x", "2¹⁰⁰⁰⁰⁰⁰⁰⁰⁰"),
        ("A : R[n, n]\ny = tr(A^1000000000)\ngrad y wrt A", "1000000000 (A⁹⁹⁹⁹⁹⁹⁹⁹⁹)ᵀ"),
        ("x : R[1000000000]\ny = sum(x * x)\ngrad y wrt x", "2 x"),
        ("y = eye(1000000000) @ x\njacobian y wrt x", "I"),
    ],
)
def test_a_large_number_is_no_large_work(program: str, answer: str) -> None:
    start = time.perf_counter()
    result = run("derive", "-e", program)
    assert time.perf_counter() - start < SECONDS
    assert result.status == 0 and f"= {answer} " in result.out


def test_a_definition_used_twice_at_every_step_does_not_double_the_work() -> None:
    program = "x : R\ny0 = x\n" + "".join(f"y{k + 1} = y{k} * y{k}\n" for k in range(100))
    result = run("derive", "-", "--kind", "gradient", stdin=program)
    assert result.status == 0 and len(result.out) < 20_000


def test_a_sum_of_thousands_of_names() -> None:
    names = [f"x{k}" for k in range(2000)]
    program = f"{', '.join(names)} : R\ny = {' + '.join(names)}\n"
    result = run("derive", "-", "--kind", "gradient", stdin=program)
    assert result.status == 0 and result.out.count(" = 1 ") == 2000
