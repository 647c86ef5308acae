"""Notebooks: the Markdown cells as one text, and back to cells."""

from __future__ import annotations

import json
from bisect import bisect_right
from dataclasses import dataclass

from gradcli.diagnostics import Diagnostic, error
from gradcli.syntax.ast import Source, Span

_BETWEEN = "\n\n"


@dataclass(frozen=True, slots=True)
class CellSource(Source):
    """One cell of a notebook, as a source of its own; `file` is its file, `cell` counts all cells from 1."""

    file: str = ""
    cell: int = 0


@dataclass(frozen=True, slots=True)
class Notebook:
    """The text of all Markdown cells, and where in it each begins."""

    source: Source
    starts: tuple[int, ...]
    cells: tuple[CellSource, ...]

    def place(self, span: Span) -> tuple[CellSource, Span] | None:
        """The cell in which a place lies, and the place in it."""
        if not self.cells:
            return None
        k = max(0, bisect_right(self.starts, span.start) - 1)
        start = self.starts[k]
        length = len(self.cells[k].text)
        first = min(span.start - start, length)
        return self.cells[k], Span(first, max(first, min(span.end - start, length)))


def read_notebook(source: Source) -> Notebook | Diagnostic:
    """The Markdown cells of a notebook; a diagnostic where it is none."""
    try:
        data = json.loads(source.text)
    except (ValueError, RecursionError) as problem:
        return error("D713", f"this is no notebook: {str(problem)[:100]}", source, Span(0, 0))
    cells = data.get("cells") if isinstance(data, dict) else None
    if not isinstance(cells, list):
        return error("D713", "this is no notebook: it has no list of cells", source, Span(0, 0))
    texts: list[str] = []
    starts: list[int] = []
    found: list[CellSource] = []
    at = 0
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, dict) or cell.get("cell_type") != "markdown":
            continue
        text = cell.get("source", "")
        if isinstance(text, list):
            text = "".join(part for part in text if isinstance(part, str))
        if not isinstance(text, str):
            continue
        text = text.replace("\r\n", "\n")
        starts.append(at)
        found.append(CellSource(f"{source.name}:cell {number}", text, source.name, number))
        texts.append(text)
        at += len(text) + len(_BETWEEN)
    return Notebook(Source(source.name, _BETWEEN.join(texts)), tuple(starts), tuple(found))
