"""The documentation of every code, read from the text files in `codes/`.

One file a family, one section a code:

    ## E301: shapes do not agree
    Means: what is said by it.
    Why: the rule behind it.
    Example:
        a program that has it
    Mend: what to do.
        the same program, mended

`gradcli explain` prints these texts and the documentation shows them; only they need the
registry, so nothing is read before somebody asks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from gradcli.diagnostics.diagnostic import Severity

_CODES = Path(__file__).resolve().parent / "codes"
_HEAD = re.compile(r"## ([A-Z]\d{3}): (.+)")
_LABEL = re.compile(r"(Means|Why|Example|Mend):\s*(.*)")


@dataclass(frozen=True, slots=True)
class CodeDoc:
    """What is written of one code; `example` has the fault and `mended` has it no more.

    Both are programs (empty where no program can show the code); what only a command line
    can show stands in `means` and `mend`.
    """

    code: str
    title: str
    means: str
    why: str
    example: str
    mend: str
    mended: str

    @property
    def severity(self) -> Severity:
        """How grave the code is: warnings are W6xx."""
        return "warning" if self.code.startswith("W") else "error"

    def text(self) -> str:
        """Return the whole documentation as plain text, as `gradcli explain` prints it."""
        parts = [f"{self.code}: {self.title}", self.means, self.why]
        if self.example:
            parts.append("Example:\n" + _indented(self.example))
        parts.append("To mend it: " + self.mend + ("\n" + _indented(self.mended) if self.mended else ""))
        return "\n\n".join(part for part in parts if part) + "\n"


@lru_cache(maxsize=1)
def all_codes() -> dict[str, CodeDoc]:
    """Return the documentation of every code, in the order of the codes."""
    found: dict[str, CodeDoc] = {}
    for path in sorted(_CODES.glob("*.md")):
        for section in re.split(r"^(?=## )", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
            doc = _read_section(section)
            if doc.code in found:
                raise ValueError(f"{path.name}: {doc.code} is documented twice")
            found[doc.code] = doc
    return dict(sorted(found.items()))


def code_doc(code: str) -> CodeDoc | None:
    """Return the documentation of one code (`E301` or `e301`); None where there is none."""
    return all_codes().get(code.strip().upper())


def _read_section(section: str) -> CodeDoc:
    head, *lines = section.rstrip().split("\n")
    match = _HEAD.fullmatch(head)
    if match is None:
        raise ValueError(f"not the heading of a code: {head}")
    prose: dict[str, list[str]] = {"Means": [], "Why": [], "Example": [], "Mend": []}
    programs: dict[str, list[str]] = {"Example": [], "Mend": []}
    label = ""
    for line in lines:
        start = _LABEL.fullmatch(line)
        if start is not None:
            label = start[1]
            prose[label].append(start[2])
        elif line.startswith("    ") and label in programs:
            programs[label].append(line[4:])
        elif label and line.strip():
            prose[label].append(line.strip())
        elif line.strip():
            raise ValueError(f"{match[1]}: a line outside of any part: {line}")
    joined = {name: " ".join(part for part in parts if part) for name, parts in prose.items()}
    return CodeDoc(
        match[1],
        match[2],
        joined["Means"],
        joined["Why"],
        "\n".join(programs["Example"]),
        joined["Mend"],
        "\n".join(programs["Mend"]),
    )


def _indented(text: str) -> str:
    return "\n".join(("    " + line).rstrip() for line in text.split("\n"))
