"""What is printed may be typed: every answer that people read parses again and means what the language says of it."""

from __future__ import annotations

import re

import pytest

from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source
from tests.golden.cases import cases

CASES = cases()
_QUESTION = re.compile(r"\s*(?:grad|jac|hess|deriv|diff|hvp|∇|∂)")


def _typed(program: str, answers: str) -> tuple[str, int]:
    """The program with a check that each answer in the notation for people is the one in the language."""
    blocks: list[list[str]] = []
    for line in answers.splitlines():
        if line.startswith("    "):
            blocks[-1].append(line.strip())
        else:
            blocks.append([])
    steps = {line.removeprefix("where ") for block in blocks for line in block[2:]}
    checks = [f"check {block[1]} == {block[0]}" for block in blocks if len(block) > 1]
    asked = any(_QUESTION.match(line) for line in re.split("[\n;]", program))
    first = [] if asked else ["check 1 == 1"]  # what stands after it is not the last definition
    return "\n".join([program.rstrip("\n"), *first, *sorted(steps), *checks]), len(checks) + len(first)


@pytest.mark.parametrize("name", CASES)
def test_an_answer_means_what_it_meant(name: str) -> None:
    text, count = _typed(*CASES[name])
    found = check_source(Source("typed.mc", text))
    assert [said for said in found.diagnostics if said.is_error] == []
    verdicts = [(verdict.kind, verdict.reason) for verdict in found.verdicts]
    assert len(verdicts) == count and {kind for kind, _ in verdicts} <= {"proved", "equal"}, (text, verdicts)
