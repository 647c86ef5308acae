"""Write the outputs in the documents and the golden answers anew; then read what changed.

python -m tests.golden.refresh
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.golden.cases import ANSWERS, answered, cases
from tests.golden.console import ROOT, replayed


def documents() -> list[Path]:
    """The documents that show sessions."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "zh").glob("*.md"))]


def main() -> None:
    """Rewrite what differs."""
    for path in documents():
        with tempfile.TemporaryDirectory() as folder:
            _write(path, replayed(path.read_text(encoding="utf-8"), Path(folder)))
    blocks = [f"== {name}\n{program}--\n{answered(program)}" for name, (program, _) in cases().items()]
    _write(ANSWERS, "\n".join(blocks))


def _write(path: Path, text: str) -> None:
    if text != path.read_text(encoding="utf-8"):
        path.write_text(text, encoding="utf-8")
        print(f"rewritten: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
