"""What the samples say they show: marks in their comments, such as `# Matrix Cookbook (49)`.

A mark names a source and one or more of its equations or functions, then perhaps says something after a colon. The
statements that follow, up to the next mark, show it. `# PyTorch gather, not covered: why` has no statements. In the
samples of the notes the row, `(row A1)`, stands in the first comment, and all statements of the file belong to it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
FILES = sorted(path for path in SAMPLES.rglob("*.mc") if path.parent.name != "mistakes")
FOLDERS = ("cookbook", "frameworks", "notes")
SOURCES = ("Matrix Cookbook", "PyTorch", "JAX", "Notes")
_MARK = re.compile(r"# ((?:Matrix Cookbook|PyTorch|JAX) [^:]*)(?:: (.*))?$")
_ROW = re.compile(r"\b[Rr]ow ([A-D]\d)\b")
_NOT_COVERED = "not covered"


@dataclass(frozen=True)
class Mark:
    """One equation of one source, and the lines of a file that show it."""

    source: str
    equation: str
    says: str
    path: Path
    line: int
    end: int
    covered: bool


def marks() -> list[Mark]:
    """All marks of all samples, file by file."""
    return [mark for folder in FOLDERS for path in sorted((SAMPLES / folder).glob("*.mc")) for mark in _of_file(path)]


def _of_file(path: Path) -> list[Mark]:
    lines = path.read_text(encoding="utf-8").splitlines()
    if path.parent.name == "notes":
        row = _ROW.search("\n".join(line for line in lines if line.startswith("# ")))
        assert row is not None, f"{path} names no row of the notes"
        return [Mark("Notes", row[1], "", path, 1, len(lines) + 1, True)]
    starts = [(number, found) for number, line in enumerate(lines, 1) if (found := _MARK.match(line))]
    out = []
    for index, (number, found) in enumerate(starts):
        end = starts[index + 1][0] if index + 1 < len(starts) else len(lines) + 1
        named, covered = _named(found[1])
        out += [Mark(source, name, found[2] or "", path, number, end, covered) for source, name in named]
    return out


def _named(text: str) -> tuple[list[tuple[str, str]], bool]:
    """The equations that a mark names, each with its source, and whether they are covered."""
    items = text.split(", ")
    named: list[tuple[str, str]] = []
    for item in items:
        if item == _NOT_COVERED:
            continue
        source = next((source for source in SOURCES if item.startswith(f"{source} ")), named[-1][0] if named else "")
        named.append((source, item.removeprefix(f"{source} ")))
    return named, _NOT_COVERED not in items
