"""How files may import one another: never in a circle, and a room only from floors below it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def modules() -> dict[str, Path]:
    """Every module of the package by name."""
    found = {}
    for path in sorted((ROOT / "gradcli").rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(path: Path, names: dict[str, Path]) -> Iterator[str]:
    """The modules that a file imports, wherever in it the statement stands, for types alone too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in names)
        elif isinstance(node, ast.ImportFrom) and node.module in names:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in names else node.module


def circles(arrows: dict[str, set[str]]) -> list[set[str]]:
    """What can be reached from itself, in groups."""

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        todo = [start]
        while todo:
            for other in arrows[todo.pop()] - seen:
                seen.add(other)
                todo.append(other)
        return seen

    far = {name: reached(name) for name in arrows}
    groups = {frozenset(other for other in far[name] if name in far[other]) for name in arrows if name in far[name]}
    return [set(group) for group in groups]


NAMES = modules()
ARROWS = {name: {other for other in imported(path, NAMES) if other != name} for name, path in NAMES.items()}


def test_no_file_imports_itself_through_others() -> None:
    assert circles(ARROWS) == []


def room(name: str) -> str:
    return ".".join(name.split(".")[:2])


def test_no_room_imports_itself_through_others() -> None:
    arrows: dict[str, set[str]] = {room(name): set() for name in ARROWS}
    for name, others in ARROWS.items():
        arrows[room(name)] |= {room(other) for other in others} - {room(name), "gradcli"}
    assert circles(arrows) == []


def test_a_circle_would_be_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == [{"a", "b", "c"}]
