"""Derivations of several lines with mistakes planted: every wrong line is found, and no right one is blamed."""

from __future__ import annotations

from pathlib import Path

import pytest

from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source

BLOCKS = (Path(__file__).parent / "data" / "derivations.txt").read_text(encoding="utf-8").split("\n\n")[1:]


@pytest.mark.parametrize("block", BLOCKS, ids=[block.splitlines()[-1] for block in BLOCKS])
def test_wrong_lines_are_found_and_right_ones_are_not_blamed(block: str) -> None:
    lines = [line for line in block.splitlines() if line[:2] in ("+ ", "- ")]
    definitions = [line for line in block.splitlines() if line not in lines]
    text = "\n".join([*definitions, *(f"check {line[2:]}" for line in lines)])
    found = check_source(Source("derivation.mc", text)).verdicts
    good = {"+ ": {"proved", "equal"}, "- ": {"refuted", "error"}}  # shapes that do not agree are an error of the line
    assert [line for line, verdict in zip(lines, found, strict=True) if verdict.kind not in good[line[:2]]] == []
