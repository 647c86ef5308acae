"""The rewrite rules: read from the text files beside this module, on first use."""

from __future__ import annotations

import os
import re
from functools import cache

from gradcli.record import dataclass
from gradcli.rewrite.pattern import Pattern, pattern

_TEMPLATES = os.path.join(os.path.dirname(__file__), "templates")
FAMILIES = ("matrices",)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One rule: what `before` fits becomes `after`, where the conditions `(name, what it is)` hold."""

    name: str
    text: str
    before: Pattern
    after: Pattern
    conditions: tuple[tuple[str, str], ...]


@cache
def all_rewrites() -> dict[str, Rewrite]:
    """Every rule by name, in the order of the files."""
    rules: dict[str, Rewrite] = {}
    for family in FAMILIES:
        with open(os.path.join(_TEMPLATES, f"{family}.rules"), encoding="utf-8") as file:
            text = file.read()
        for block in re.split(r"^(?=rewrite )", text, flags=re.MULTILINE)[1:]:
            rule = _read([line for line in block.splitlines() if line.strip() and not line.startswith("#")])
            rules[rule.name] = rule
    return rules


def _read(lines: list[str]) -> Rewrite:
    name, sides = lines[0].removeprefix("rewrite ").split(": ", 1)
    before, after = sides.split(" -> ")
    conditions: list[tuple[str, str]] = []
    for line in lines[1:]:
        for part in line.strip().removeprefix("where ").split(", "):
            of, _, what = part.partition(" is ")
            conditions.append((of, what))
    return Rewrite(name, "\n".join(lines), pattern(before), pattern(after), tuple(conditions))
