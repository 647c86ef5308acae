"""Programs of this folder: text, and in comments what is asked of it.

# of: L wrt: x, W kind: gradient layout: denominator
# shapes: x: n; W: m n            (names that the program does not declare)
# sizes: n=4                      (where the usual ones do not fit)
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "programs"

_ASK = re.compile(
    r"#\s*of:\s*(?P<of>\S+)\s+wrt:\s*(?P<wrt>.*?)\s+kind:\s*(?P<kind>\w+)(\s+layout:\s*(?P<layout>\w+))?\s*$"
)


@dataclass(frozen=True)
class Ask:
    """One derivative, or several of one kind."""

    of: str
    wrt: tuple[str, ...]
    kind: str
    layout: str = "numerator"


@dataclass
class Case:
    """A program and its questions."""

    name: str
    text: str
    asks: list[Ask] = field(default_factory=list)
    shapes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    gap: str | None = None


def split_names(text: str) -> tuple[str, ...]:
    """`x, [a, b]` as `("x", "[a, b]")`."""
    return tuple(part.strip() for part in re.findall(r"\[[^\]]*\]|[^,\[\]]+", text) if part.strip())


def read_case(name: str, text: str) -> Case:
    """A case from its text."""
    case = Case(name, text)
    for line in text.splitlines():
        asked = _ASK.match(line)
        if asked:
            layout = asked["layout"] or "numerator"
            case.asks.append(Ask(asked["of"], split_names(asked["wrt"]), asked["kind"], layout))
        elif line.startswith("# shapes:"):
            for part in line.removeprefix("# shapes:").split(";"):
                key, dims = part.split(":")
                case.shapes[key.strip()] = tuple(dims.split())
        elif line.startswith("# gap:"):
            case.gap = line.removeprefix("# gap:").strip()
        elif line.startswith("# sizes:"):
            for part in line.removeprefix("# sizes:").split(","):
                key, size = part.split("=")
                case.sizes[key.strip()] = int(size)
    return case


def all_cases() -> list[Case]:
    """The programs of the folder, by name."""
    return [read_case(path.stem, path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.mc"))]
