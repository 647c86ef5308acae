"""The mistakes of `samples/mistakes`: every line is found false, with the hint and the side that are written down.

To write them down again: `python -m tests.check.test_mistakes`.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_expression
from gradcli.ways_in.files import check_file
from tests.check.helpers import verdict

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "samples" / "mistakes").glob("*.mc"))
GOLDEN = Path(__file__).parent / "data" / "mistakes.txt"


def told() -> str:
    """What is said of every line."""
    blocks = []
    for path in FILES:
        for found in check_file(str(path)).verdicts:
            hint = found.hint.text if found.hint else "none"
            blocks.append(f"{path.stem}: {found.text}\n  hint: {hint}\n  expected: {found.expected}\n")
    return "\n".join(blocks)


@pytest.mark.parametrize("zero", ["0", "zeros(n)"])
def test_beside_zero_the_whole_answer_is_no_term(zero: str) -> None:
    found = verdict(f"x : R[n]\nA : R[n, n]\nL = x.T @ A @ x\ncheck grad(L, x) == {zero}")
    assert found.kind == "refuted"
    assert found.hint is None
    assert found.expected == "(A + A.T) @ x"


def test_hints_are_as_written_down() -> None:
    assert told() == GOLDEN.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_line_is_false_and_mended(path: Path) -> None:
    found = check_file(str(path))
    text = path.read_text(encoding="utf-8")
    program = "\n".join(line for line in text.splitlines() if not line.startswith("check"))
    for wrong in found.verdicts:
        assert wrong.kind in ("refuted", "error") and not wrong.ok
        assert wrong.hint is not None and wrong.expected is not None
        left = wrong.text.removeprefix("check ").split(" == ")[0]
        assert verdict(f"{program}\ncheck {left} == {wrong.expected}").ok
        if wrong.hint.side is not None:
            assert verdict(f"{program}\ncheck {left} == {wrong.hint.side}").ok
            assert parse_expression(Source("", wrong.hint.side))


if __name__ == "__main__":
    GOLDEN.write_text(told(), encoding="utf-8")
