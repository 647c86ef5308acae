"""What the documents show is what comes out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.run import run
from tests.golden.console import ROOT, replayed
from tests.golden.refresh import documents

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_PROGRAM = re.compile(r"```mc\n(.*?)```", re.DOTALL)
PROGRAMS = [
    pytest.param(program, id=f"{path.name}-{number}")
    for path in documents()
    for number, program in enumerate(_PROGRAM.findall(path.read_text(encoding="utf-8")))
]


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_session_is_current(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert replayed(text, tmp_path) == text, "python -m tests.golden.refresh writes it anew"


@pytest.mark.parametrize("program", PROGRAMS)
def test_every_program_shown_is_one(program: str) -> None:
    result = run("derive", "-", stdin=program)
    assert (result.status, result.err) == (0, "")
    if "check " in program and "homework" not in program and "W.T @ grad(f, y)\n" not in program:
        checked = run("check", "-", stdin=program)
        assert checked.status == 0, checked.out


def test_the_links_lead_somewhere() -> None:
    for path in documents():
        prose = _CODE.sub("", path.read_text(encoding="utf-8"))
        for target in re.findall(r"\]\(([^)#:]+)\)", prose):
            assert (path.parent / target).exists(), f"{path.relative_to(ROOT)}: {target}"
