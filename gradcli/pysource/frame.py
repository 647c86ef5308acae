"""The locals of a function while it is read."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from gradcli.pysource.values import Value


@dataclass(slots=True)
class Frame:
    """The locals of one call."""

    names: dict[str, Value]
    outer: Mapping[str, Value]
    depth: int = 0
    returned: Value | None = None
    exit: ast.Return | None = None
    last: dict[str, ast.AST] = field(default_factory=dict)  # where each local got its value


class OuterNames(Mapping[str, Value]):
    """The names that a local function sees: those of the function around it, as they are when it is called."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def __getitem__(self, name: str) -> Value:
        if name in self._frame.names:
            return self._frame.names[name]
        return self._frame.outer[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self._frame.outer, **self._frame.names})

    def __len__(self) -> int:
        return len({**self._frame.outer, **self._frame.names})
