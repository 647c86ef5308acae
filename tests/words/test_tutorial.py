"""Every block of the tutorial runs: programs and sessions as those of all documents do, Python and workflows here."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from tests.cli.run import run_alone
from tests.golden.console import ROOT, replayed

TUTORIALS = [ROOT / "docs" / "tutorial.md", ROOT / "docs" / "zh" / "tutorial.md"]
_BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


@pytest.mark.parametrize("path", TUTORIALS, ids=["en", "zh"])
def test_every_block_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = path.read_text(encoding="utf-8")
    blocks = _BLOCK.findall(text)
    assert {language for language, _ in blocks} == {"mc", "console", "python", "yaml"}
    assert replayed(text, tmp_path) == text
    monkeypatch.chdir(tmp_path)
    for language, block in blocks:
        if language == "python":
            exec(compile(block, str(path), "exec"), {"__name__": "tutorial"})
        if language == "yaml":
            for command in re.findall(r"- run: gradcli (.*)", block):
                assert run_alone(*shlex.split(command)).status == 0


def test_both_languages_show_the_same() -> None:
    english, chinese = (_BLOCK.findall(path.read_text(encoding="utf-8")) for path in TUTORIALS)
    assert english == chinese
