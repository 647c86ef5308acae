"""The table of `mistakes.txt`: what is typed, the corrected lines that hints offer, what the mended text means."""

from __future__ import annotations

import re
from pathlib import Path

from gradcli.syntax.ast import Source
from gradcli.syntax.lexer import statements
from tests.words.programs import program_of

TABLE = Path(__file__).with_name("mistakes.txt")
_LINE = re.compile(r"write `([^`]*)`\Z")
_MOST = 4  # statements of one text that are wrong


def rows() -> list[tuple[str, list[str], str]]:
    """Each row: the text, the corrected lines, the meaning."""
    found = []
    for block in TABLE.read_text(encoding="utf-8").split("\n\n"):
        lines = [line for line in block.splitlines() if line and not line.startswith("#")]
        if lines:
            typed, *mended, meaning = lines
            found.append((typed[2:].replace("\\n", "\n"), [line[2:] for line in mended], meaning[2:]))
    return found


def read_through(text: str) -> tuple[str, list[str]]:
    """The text with each wrong statement as its hint has it, and those lines; the result has no error."""
    lines: list[str] = []
    for _ in range(_MOST):
        faults = [said for said in program_of(text).diagnostics if said.is_error]
        if not faults:
            break
        offered = ((fault, _LINE.search(fault.hint or "")) for fault in faults)
        fault, line = next(((fault, line) for fault, line in offered if line), (faults[0], None))
        assert line is not None and fault.span is not None, [(said.code, said.message, said.hint) for said in faults]
        start, end = _statement(text, fault.span.start)
        text = text[:start] + line[1] + text[end:]
        lines.append(line[1])
    assert not [said for said in program_of(text).diagnostics if said.is_error], text
    return text, lines


def _statement(text: str, place: int) -> tuple[int, int]:
    for tokens in statements(Source("typed.mc", text)):
        if tokens.starts[0] <= place < max(tokens.ends[-1], tokens.starts[0] + 1):
            return tokens.starts[0], tokens.ends[-1]
    raise AssertionError(f"no statement at {place} of {text!r}")
