"""Short documents and what they come to."""

from __future__ import annotations

from gradcli.documents.check import check_document
from gradcli.syntax.ast import Source
from gradcli.verdicts.verdict import Checked


def checked(text: str, name: str = "notes.md") -> Checked:
    """The verdicts of a text as a document."""
    return check_document(Source(name, text))


def kinds(text: str, name: str = "notes.md") -> list[str]:
    """The kinds of the verdicts, proved and equal alike `true`, then the codes of errors."""
    found = checked(text, name)
    words = ["true" if verdict.kind in ("proved", "equal") else verdict.kind for verdict in found.verdicts]
    return words + [said.code for said in found.errors if said.code.startswith("D")]


def of(declarations: str, *formulas: str) -> list[str]:
    """The kinds of the verdicts of formulas, each a display, under declarations."""
    body = "\n\n".join(f"$$\n{formula}\n$$" for formula in formulas)
    return kinds(f"<!-- gradcli: check; {declarations} -->\n\n{body}\n")
