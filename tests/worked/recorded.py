"""The steps of the rows of the notes as they are printed: two files a sample, in `recorded/`.

python -m tests.worked.recorded writes them anew; then read what changed.
"""

from __future__ import annotations

from pathlib import Path

from tests.cli.run import run_alone
from tests.samples.marks import ROOT, SAMPLES

RECORDED = Path(__file__).with_name("recorded")
NOTES = sorted((SAMPLES / "notes").glob("*.mc"))
WAYS = ("rules", "components")


def steps(path: Path, way: str) -> str:
    """What `gradcli derive --steps` says of a sample from the steps on."""
    result = run_alone("derive", path.relative_to(ROOT).as_posix(), "--steps", way)
    return result.out[result.out.index("Steps\n") :] if "Steps\n" in result.out else ""


def recorded(path: Path, way: str) -> Path:
    """Where they are kept."""
    return RECORDED / f"{path.stem}.{way}.txt"


def main() -> None:
    """Rewrite what differs."""
    RECORDED.mkdir(exist_ok=True)
    for path in NOTES:
        for way in WAYS:
            golden, text = recorded(path, way), steps(path, way)
            if not golden.exists() or golden.read_text(encoding="utf-8") != text:
                golden.write_text(text, encoding="utf-8")
                print(f"rewritten: {golden.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
