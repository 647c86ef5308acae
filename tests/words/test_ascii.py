"""What `--ascii` prints is the language: it parses again to what was derived, no two names alike."""

from __future__ import annotations

import re

from gradcli.expr.node import Node
from gradcli.render.ascii_text import ascii_names, ascii_text
from tests.cli.run import run
from tests.golden.cases import cases
from tests.worked.cases import read


def _statements(block: list[str], indent: int) -> list[str]:
    """The statements of a block, without their remarks; what goes on below stands in one line."""
    found: list[str] = []
    for line in block:
        if len(line) - len(line.lstrip()) == indent:
            found.append("")
        *before, last = re.split(" {3,}", line.strip())
        remark = bool(before) and not set("[](){}") & set(last)
        found[-1] += " " + " ".join(before if remark else [*before, last])
    return [one.strip() for one in found]


def _typed(text: str) -> str:
    """What was printed, as a program: what is given, the named parts, the answers as checks."""
    given, *sections = (section.splitlines() for section in text.rstrip("\n").split("\n\n"))
    losses: dict[str, None] = {}
    parts: list[str] = []
    checks: list[str] = []
    for title, *rows in sections:
        stated = re.search(r"for any scalar function (\w+) of ([\w, ]+?)(?:, \w+ layout)?$", title)
        if stated:
            losses[f"loss {stated[1]}({stated[2]})"] = None
        layout = re.search(r"(\w+) layout$", title)
        if layout:
            checks.append(f"layout {layout[1]}")
        for row in _statements(rows, 2) if title != "Notes" else []:
            named = title == "where" and re.match(r"\w+ +=", row)
            (parts if named else checks).append(row if named else f"check {row.replace(' = ', ' == ', 1)}")
    return "\n".join([*_statements(given, 0), *losses, "check 1 == 1", *parts, *checks]) + "\n"


def _sides(text: str) -> set[tuple[Node | None, ...]]:
    program = read(text)
    assert [str(said) for said in program.diagnostics if said.is_error] == [], text
    return {check.sides for check in program.checks if len(check.side_spans) > 1}


def _mismatched(program: str) -> list[tuple[Node | None, ...]]:
    printed = run("derive", "-", "--ascii", stdin=program).out
    meant = run("derive", "-", "--ascii", "--format", "mc", stdin=program).out
    assert printed.isascii() and meant.isascii()
    return [sides for sides in _sides(meant) if sides not in _sides(_typed(printed))]


def test_what_is_printed_in_ascii_may_be_typed() -> None:
    wrong = {name: found for name, (program, _) in cases().items() if (found := _mismatched(program))}
    assert wrong == {}


def test_no_two_names_are_spelled_alike() -> None:
    assert ascii_names(["λ", "lambda", "é", "è", "e", "x"]) == {"λ": "lambda_", "é": "e_", "è": "e__"}
    assert ascii_text("∇_λ L = λ_1 x", {"λ": "lambda_"}) == "grad(L, lambda_) = lambda__1 x"
    program = "λ, lambda : R; é : R; x : R[n]; L = λ*sum(x**2)*é + lambda*sum(x); grad L wrt x, λ, lambda, é"
    assert _mismatched(program) == []
    result = run("derive", "-", "--ascii", stdin=program)
    assert "grad(L, lambda_)" in result.out and "grad(L, lambda) " in result.out
