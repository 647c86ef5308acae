"""A diagnostic as a dictionary for JSON."""

from __future__ import annotations

import json
from typing import Any

from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.diagnostics.position import line_and_column


def render_dict(diagnostic: Diagnostic) -> dict[str, Any]:
    """Return line, column (both from 1, or None), code, severity, message and hint."""
    line = column = None
    if diagnostic.source is not None and diagnostic.span is not None:
        line, column = line_and_column(diagnostic.source, diagnostic.span.start)
    cell = getattr(diagnostic.source, "cell", None)
    return {
        **({"cell": cell} if cell is not None else {}),
        "line": line,
        "column": column,
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        **({"notes": list(diagnostic.notes)} if diagnostic.notes else {}),
    }


def json_text(document: object) -> str:
    """JSON that people can read, without characters that steer a terminal."""
    text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    if text.isascii():
        return text
    return "".join(c if c.isprintable() or c == "\n" else _escaped(c) for c in text)


def _escaped(char: str) -> str:
    """A character in ASCII; half a pair, which stands for a byte of a name that is no UTF-8, is no text."""
    return "\ufffd" if "\ud800" <= char <= "\udfff" else json.dumps(char)[1:-1]
