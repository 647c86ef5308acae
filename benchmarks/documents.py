"""The share of public derivations that are read with nothing but declarations beside them, and how long it takes.

    python -m benchmarks.documents

Over `tests/documents/corpus` and `tests/documents/published`: formulas of public documents, the source named in each.
"""

from __future__ import annotations

import re
import time
from pathlib import Path

from gradcli.documents.check import check_document
from gradcli.documents.read import read_document
from gradcli.syntax.ast import Source

DOCUMENTS = Path(__file__).parents[1] / "tests" / "documents"
_TRUE = ("proved", "equal")


def main() -> None:
    """Print the counts."""
    claims = true = plain = 0
    start = time.perf_counter()
    for path in sorted([*DOCUMENTS.glob("corpus/*.md"), *DOCUMENTS.glob("published/*.md")]):
        source = Source(path.name, path.read_text(encoding="utf-8"))
        due = re.search(r"Verdicts: ([TF]+) -->", source.text.splitlines()[0])  # a misprint is to be found
        found = check_document(source)
        document = read_document(source)
        programs = getattr(document, "programs", ())
        agreed = sum(len(program.claims) for program in programs if program.context.notations)
        claims += len(found.verdicts)
        if due is None:
            true += sum(verdict.ok for verdict in found.verdicts)
        else:
            pairs = zip(found.verdicts, due[1], strict=True)
            true += sum("FT"[verdict.kind in _TRUE] == wanted for verdict, wanted in pairs)
        plain += len(found.verdicts) - agreed
    took = time.perf_counter() - start
    print(f"{claims} claims: {true} decided rightly ({true / claims:.0%}), in {took:.1f} s")
    print(f"{plain} of them ({plain / claims:.0%}) stand in programs without an agreed notation (`as`)")


if __name__ == "__main__":
    main()
