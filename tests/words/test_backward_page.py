"""Every block of Python of the page on backward passes runs; its sessions are replayed by tests/golden."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from tests.golden.console import FILE, ROOT

ENGLISH, CHINESE = ROOT / "docs" / "backward.md", ROOT / "docs" / "zh" / "backward.md"
_BLOCK = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def test_every_block_of_python_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = ENGLISH.read_text(encoding="utf-8")
    for name, content in FILE.findall(text):
        (tmp_path / name).write_text(content, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    blocks = [block for language, block in _BLOCK.findall(text) if language == "python"]
    for block in blocks[:-1]:
        if all(find_spec(name) for name in re.findall(r"^import (\w+)", block, re.MULTILINE)):
            exec(compile(block, str(ENGLISH), "exec"), {"__name__": "page"})
    names: dict[str, Any] = {}
    exec(compile(blocks[-1], str(ENGLISH), "exec"), names)
    try:
        names["test_dense"]()
    finally:
        sys.modules.pop("mended", None)


def test_both_languages_show_the_same() -> None:
    english, chinese = (_BLOCK.findall(path.read_text(encoding="utf-8")) for path in (ENGLISH, CHINESE))
    assert english == chinese
