"""Notations, one short document each: declarations, the verdicts that must come, and the formulas.

`T` is a claim that is true, `F` one that is refuted, `t` a refutation that holds, a last `D` an error in reading.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.documents.reading import checked

BLOCKS = (Path(__file__).parent / "constructs.txt").read_text(encoding="utf-8").strip().split("\n\n")


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_notation_is_read_as_meant(block: str) -> None:
    head, *formulas = block.split("\n")
    declarations, _, wanted = head.rpartition(" => ")
    body = "\n\n".join(f"$$\n{formula}\n$$" for formula in formulas)
    found = checked(f"<!-- gradcli: check; {declarations} -->\n\n{body}\n")
    got = ""
    for verdict in found.verdicts:
        if verdict.claim == "refute":
            got += "t" if verdict.ok else "f"
        else:
            got += "T" if verdict.kind in ("proved", "equal") else verdict.kind[0].upper()
            got = got.replace("R", "F")
    got += "D" * any(said.code.startswith("D") for said in found.errors)
    assert got == wanted.strip(), [said.message for said in found.errors]
