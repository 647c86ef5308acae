"""The answers to the samples of the notes, as `derive` prints them: one file a row in `derived/`.

python -m tests.samples.derived writes them anew; then read what changed.
"""

from __future__ import annotations

from pathlib import Path

from tests.cli.run import run_alone
from tests.samples.marks import ROOT, SAMPLES

DERIVED = Path(__file__).with_name("derived")
NOTES = sorted((SAMPLES / "notes").glob("*.mc"))


def derived(path: Path) -> str:
    """What `gradcli derive` says of a sample, diagnostics first, and the status it ends with."""
    result = run_alone("derive", path.relative_to(ROOT).as_posix())
    return f"{result.err}{result.out}status {result.status}\n"


def main() -> None:
    """Rewrite what differs."""
    DERIVED.mkdir(exist_ok=True)
    for path in NOTES:
        golden, text = DERIVED / f"{path.stem}.txt", derived(path)
        if not golden.exists() or golden.read_text(encoding="utf-8") != text:
            golden.write_text(text, encoding="utf-8")
            print(f"rewritten: {golden.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
