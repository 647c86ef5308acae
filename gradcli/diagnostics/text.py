"""A diagnostic as text for people, with the line and carets under the place."""

from __future__ import annotations

import unicodedata

from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.diagnostics.position import line_and_column, line_range

WIDEST = 120  # columns of a source line that are shown
_BEFORE = 40  # of them, before the place, where a line has to be cut
_TAB = 4
_COLORS = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "note": "\x1b[1;36m"}
_BOLD, _DIM, _PLAIN = "\x1b[1m", "\x1b[2m", "\x1b[0m"


def render_text(diagnostic: Diagnostic, color: bool = False) -> str:
    """Return a diagnostic as lines of text, without a newline at the end."""
    paint = _COLORS[diagnostic.severity] if color else ""
    bold, dim, plain = (_BOLD, _DIM, _PLAIN) if color else ("", "", "")
    word = "" if diagnostic.severity == "error" else f"{diagnostic.severity}: "
    place, excerpt = _place(diagnostic, dim, paint, plain)
    lines = [f"{bold}{place}{plain}{paint}{diagnostic.code}{plain} {word}{_visible(diagnostic.message)}"]
    lines += excerpt
    if diagnostic.hint:
        lines.append(f"  {bold}hint:{plain} {_visible(diagnostic.hint)}")
    lines += [f"  {bold}note:{plain} {_visible(note)}" for note in diagnostic.notes]
    return "\n".join(lines)


def _place(diagnostic: Diagnostic, dim: str, paint: str, plain: str) -> tuple[str, list[str]]:
    """Return `file:line:column: ` and the excerpt with its carets."""
    source, span = diagnostic.source, diagnostic.span
    if source is None:
        return "", []
    if span is None:
        return f"{_visible(source.name)}: ", []
    line, column = line_and_column(source, span.start)
    start, end = line_range(source, line)
    first = max(start, min(span.start, end))
    last = max(first, min(span.end, end))
    while start < first and source.text[start].isspace():
        start += 1  # the indentation says nothing
    left, right = _window(start, end, first)
    last = min(last, right)
    text = source.text
    before, marked, after = text[left:first], text[first:last], text[last:right]
    head, tail = ("..." if left > start else ""), ("..." if right < end else "")
    shown = head + "".join(map(_glyph, before + marked + after)) + tail
    blanks = " " * (len(head) + _width(before))
    carets = "^" * max(1, _width(marked))
    gutter = " " * len(str(line))
    return f"{_visible(source.name)}:{line}:{column}: ", [
        f"  {dim}{line} |{plain} {shown}".rstrip(),
        f"  {dim}{gutter} |{plain} {blanks}{paint}{carets}{plain}",
    ]


def _window(start: int, end: int, first: int) -> tuple[int, int]:
    """Return the part of a long line that is shown."""
    if end - start <= WIDEST:
        return start, end
    left = max(start, min(first - _BEFORE, end - WIDEST))
    return left, min(end, left + WIDEST)


def _glyph(char: str) -> str:
    """Return what is printed for a character: nothing that moves the cursor."""
    if char == "\t":
        return " " * _TAB
    if char.isprintable() or unicodedata.combining(char):
        return char
    return "\ufffd"


def _width(text: str) -> int:
    """Return how many terminal columns a text takes, as `_glyph` prints it."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if char == "\t":
        return _TAB
    if unicodedata.combining(char):
        return 0
    return 2 if char.isprintable() and unicodedata.east_asian_width(char) in "WF" else 1


def _visible(text: str) -> str:
    """Return a text of one line without control characters."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or unicodedata.combining(c) else "\ufffd" for c in text)
