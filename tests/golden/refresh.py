"""Write the outputs in the documents anew: `python -m tests.golden.refresh`, then read what changed."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.golden.console import ROOT, replayed


def documents() -> list[Path]:
    """The documents that show sessions."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def main() -> None:
    """Rewrite what differs."""
    for path in documents():
        text = path.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory() as folder:
            new = replayed(text, Path(folder))
        if new != text:
            path.write_text(new, encoding="utf-8")
            print(f"rewritten: {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
