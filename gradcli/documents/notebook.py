"""Notebooks: the Markdown cells as one text, and back to cells."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Sequence

from gradcli.diagnostics import Diagnostic, error
from gradcli.record import dataclass
from gradcli.syntax.ast import Source, Span

_BETWEEN = "\n\n"
Edit = tuple[int, int, str]
"""A range of a text and what is to stand there."""


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

    def edited(self, raw: str, edits: Sequence[Edit]) -> str:
        """The notebook's file with edits of the text of all cells, every other byte as it was."""
        new: dict[int, str] = {}
        for start, end, text in sorted(edits, reverse=True):
            found = self.place(Span(start, end))
            if found is not None:
                cell, span = found
                old = new.get(cell.cell, cell.text)
                new[cell.cell] = old[: span.start] + text + old[span.end :]
        out = raw
        for number, source in sorted(new.items(), reverse=True):
            place = _source_place(out, number)
            if place is not None:
                out = out[: place[0]] + _as_json(source, out[place[0] : place[1]]) + out[place[1] :]
        return out


def _source_place(raw: str, number: int) -> tuple[int, int] | None:
    """Where in the file the value of the `source` of a cell stands."""
    decoder = json.JSONDecoder()
    at = _value_of(raw, raw.find("{"), "cells", decoder)
    if at is None:
        return None
    at = raw.index("[", at) + 1
    for count in range(1, number + 1):
        while raw[at] in " \t\r\n,":
            at += 1
        if count == number:
            start = _value_of(raw, at, "source", decoder)
            if start is None:
                return None
            _, end = decoder.raw_decode(raw, start)
            return start, end
        _, at = decoder.raw_decode(raw, at)
    return None


def _value_of(raw: str, at: int, wanted: str, decoder: json.JSONDecoder) -> int | None:
    """Where the value of a key of the object at a place begins."""
    at += 1
    while True:
        while raw[at] in " \t\r\n,":
            at += 1
        if raw[at] == "}":
            return None
        key, at = decoder.raw_decode(raw, at)
        while raw[at] in " \t\r\n:":
            at += 1
        if key == wanted:
            return at
        _, at = decoder.raw_decode(raw, at)


def _as_json(text: str, old: str) -> str:
    """A text as the file writes texts: one string, or a list of lines, indented as the old one."""
    ascii_only = old.isascii() and "\\u" in old
    if not old.startswith("["):
        return json.dumps(text, ensure_ascii=ascii_only)
    lines = [json.dumps(line, ensure_ascii=ascii_only) for line in text.splitlines(keepends=True)]
    head = old[1 : len(old) - len(old[1:].lstrip())]
    tail = old[:-1][len(old[:-1].rstrip()) :]
    between = f",{head}" if head else ", "
    if old[1:].lstrip().startswith('"'):
        _, end = json.JSONDecoder().raw_decode(old, 1 + len(head))
        after = old.find('"', end)
        between = old[end:after] if after > 0 else between
    return "[" + head + between.join(lines) + tail + "]"


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
