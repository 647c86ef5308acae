"""Names whose statement could not be read: what uses them is not taken for something else."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gradcli.diagnostics import Diagnostic

# `y = ...`, `y : ...`, `g(t) = ...`, `Y[i, j] = ...`, `loss f(...)`
_TARGET = re.compile(r"\s*(?:loss\s+)?([^\W\d]\w*)\s*(?:=(?!=)|[:(\[∈])")


def unread_names(diagnostics: Iterable[Diagnostic]) -> set[str]:
    """The names that statements with syntax errors meant to define, as far as the line of the error says."""
    names: set[str] = set()
    for diagnostic in diagnostics:
        if not diagnostic.code.startswith("E1") or diagnostic.span is None or diagnostic.source is None:
            continue
        text, place = diagnostic.source.text, diagnostic.span.start
        start = max(text.rfind("\n", 0, place), text.rfind(";", 0, place)) + 1
        found = _TARGET.match(text, start)
        if found and found.end() <= place + 1:
            names.add(found[1])
    return names
