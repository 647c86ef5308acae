"""The terms of a sum, and the sign of each."""

from __future__ import annotations

from gradcli.latex import (
    derivative_signs,
    sums,
)
from gradcli.latex.functions import function_of
from gradcli.latex.lists import trimmed
from gradcli.latex.reading import Reading
from gradcli.latex.tree import (
    Item,
    Items,
    Mark,
    Space,
    Word,
)

_OPERATORS = ("mul", "had", "div", "rel", "add", "punct", "arrow")


def split_terms(reader: Reading, items: Items) -> tuple[list[Items], list[str]]:
    """The terms of a sum and the sign of each."""
    terms: list[list[Item]] = [[]]
    signs = ["+"]
    for item in items:
        if isinstance(item, Mark) and item.kind == "add":
            if item.text in ("pm", "mp"):
                reader.fail("a sign that is plus or minus makes two formulas", item)
            before = [part for part in terms[-1] if not isinstance(part, Space)]
            last = before[-1] if before else None
            binary = last is not None and not (
                (isinstance(last, Mark) and last.kind in _OPERATORS)
                or (isinstance(last, Word) and last.command and function_of(last.text))
                or sums.is_big(last)
                or derivative_signs.is_operator(last)
                or derivative_signs.is_nabla(last)
            )
            if binary:
                terms.append([])
                signs.append(item.text)
                continue
            if last is None:
                if item.text == "-":
                    signs[-1] = "-" if signs[-1] == "+" else "+"
                continue
        terms[-1].append(item)
    whole = [trimmed(tuple(term)) for term in terms]
    for term in whole:
        if not term:
            reader.fail("a term is missing here", items[-1])
    return whole, signs
