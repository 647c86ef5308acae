"""Write `docs/coverage.md`: which equations and functions the samples show, and what `check` says of each.

python -m tests.samples.coverage
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from tests.cli.run import run
from tests.samples.marks import FILES, ROOT, SOURCES, Mark, marks

DOCUMENT = ROOT / "docs" / "coverage.md"
_HEAD = """# What is covered

Written by `python -m tests.samples.coverage` from the samples and their verdicts; not by hand.

Each row is an equation or a function of a source and the lines of a sample that show it. `proved` is equal by
algebra, for all sizes that the sample leaves open; `equal` is equal at random points beyond any doubt; `refuted`
is a statement that the sample says is false, and that is found false.
"""
_ABOUT = {
    "Matrix Cookbook": ("K. B. Petersen, M. S. Pedersen, The Matrix Cookbook, version of 15 November 2012, chapter 2."),
    "PyTorch": "The backward formulas of `derivatives.yaml`, by the name of the function there, and of losses.",
    "JAX": "The rules of `jax.lax`, `jax.numpy` and `jax.nn`; forward rules along any direction.",
    "Notes": "The rows of four lecture notes on the chain rule, one sample a row.",
}


def checked() -> dict[str, Any]:
    """What `check` says of all samples but the mistakes."""
    said: dict[str, Any] = json.loads(run("check", *map(str, FILES), "--format", "json").out)
    return said


def verdicts(said: dict[str, Any]) -> dict[tuple[Path, int], str]:
    """What it says of every statement, by file and line."""
    return {
        (Path(file["file"]), verdict["line"]): verdict["verdict"]
        for file in said["files"]
        for verdict in file["verdicts"]
    }


def shown(mark: Mark, found: dict[tuple[Path, int], str]) -> list[tuple[int, str]]:
    """Line and verdict of each statement that shows what the mark names."""
    return sorted(
        (line, what) for (path, line), what in found.items() if path == mark.path and mark.line <= line < mark.end
    )


def document(found: dict[tuple[Path, int], str]) -> str:
    """The whole document."""
    parts = [_HEAD]
    for source in SOURCES:
        here = sorted((mark for mark in marks() if mark.source == source), key=_order)
        names = dict.fromkeys(mark.equation for mark in here)
        missing = dict.fromkeys(mark.equation for mark in here if not mark.covered)
        parts.append(f"## {source}\n\n{_ABOUT[source]}\n{len(names) - len(missing)} of {len(names)} are covered.\n")
        parts.append(
            "\n".join(["| what | where | verdict | remark |", "| --- | --- | --- | --- |", *_rows(here, found)]) + "\n"
        )
    return "\n".join(parts)


def _rows(here: list[Mark], found: dict[tuple[Path, int], str]) -> list[str]:
    rows = []
    for mark in here:
        lines = shown(mark, found)
        place = lines[0][0] if lines else mark.line
        link = f"[{mark.path.stem}.mc:{place}](../{mark.path.relative_to(ROOT).as_posix()}#L{place})"
        counted = Counter(what for _, what in lines)
        said = ", ".join(what if len(lines) == 1 else f"{number} {what}" for what, number in sorted(counted.items()))
        name = mark.equation if mark.source in ("Matrix Cookbook", "Notes") else f"`{mark.equation}`"
        rows.append(f"| {name} | {link} | {said or 'not covered'} | {_escaped(mark.says)} |")
    return rows


def _escaped(text: str) -> str:
    return re.sub(r"([|*_<\[])", r"\\\1", text)


def _order(mark: Mark) -> tuple[float, str, str, int]:
    number = re.fullmatch(r"\((\d+)\)", mark.equation)
    place = float(number[1]) if number else 0.0
    return (place, mark.equation.lstrip("_"), mark.path.name, mark.line)


def main() -> None:
    """Rewrite the document if it differs."""
    text = document(verdicts(checked()))
    if not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != text:
        DOCUMENT.write_text(text, encoding="utf-8")
        print(f"rewritten: {DOCUMENT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
