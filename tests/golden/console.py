"""Sessions in Markdown: blocks of ```` ```console ```` whose commands are run and whose output is compared."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cli.run import run_alone

ROOT = Path(__file__).resolve().parents[2]
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
FILE = re.compile(r"`([\w.-]+\.(?:mc|py))`[:：]\n+```(?:mc|python)\n(.*?)```", re.DOTALL)


def replayed(markdown: str, folder: Path) -> str:
    """The document with the output of every command as it is now.

    Commands are `gradcli ...`, `cat FILE` and `echo $?`; files that the document shows are written to `folder`,
    beside the samples.
    """
    for name, content in FILE.findall(markdown):
        (folder / name).write_text(content, encoding="utf-8")
    if not (folder / "samples").exists():
        (folder / "samples").symlink_to(ROOT / "samples")
    with _inside(folder):
        return _BLOCK.sub(lambda block: f"```console\n{_session(block[1])}```", markdown)


def _session(text: str) -> str:
    out = []
    status = 0
    for line in text.splitlines():
        if line.startswith("$ "):
            printed, status = _answer(line[2:], status)
            out.append(f"{line}\n{printed}")
    return "".join(out)


def _answer(command: str, status: int) -> tuple[str, int]:
    words = shlex.split(command)
    if words == ["echo", "$?"]:
        return f"{status}\n", 0
    if words[0] == "cat":
        return Path(words[1]).read_text(encoding="utf-8"), 0
    assert words[0] == "gradcli", command
    result = run_alone(*words[1:])
    return result.out + result.err, result.status


@contextmanager
def _inside(folder: Path) -> Iterator[None]:
    kept = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(kept)
