"""From an offset in a text to a line and a column, both counted from 1."""

from __future__ import annotations

from bisect import bisect_right
from functools import lru_cache

from gradcli.diagnostics.place import Source


@lru_cache(maxsize=16)
def _line_starts(text: str) -> tuple[int, ...]:
    starts = [0]
    at = text.find("\n")
    while at >= 0:
        starts.append(at + 1)
        at = text.find("\n", at + 1)
    return tuple(starts)


def line_and_column(source: Source, offset: int) -> tuple[int, int]:
    """Return the line and the column (in code points) of an offset; both count from 1."""
    starts = _line_starts(source.text)
    line = bisect_right(starts, max(0, min(offset, len(source.text))))
    return line, offset - starts[line - 1] + 1


def line_range(source: Source, line: int) -> tuple[int, int]:
    """Return the offsets where a line starts and where it ends, its line feed left out."""
    starts = _line_starts(source.text)
    end = starts[line] - 1 if line < len(starts) else len(source.text)
    return starts[line - 1], end


def count_lines(source: Source) -> int:
    """Return the number of lines of the text; behind its last line feed there is one more."""
    return len(_line_starts(source.text))
