"""One instruction of a plan."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class Instr:
    """One operation; `rank` is the number of axes of its value, `serial` counts instructions of a plan."""

    kind: str
    args: tuple[Instr, ...]
    data: Hashable
    rank: int
    serial: int


def held(instr: Instr, kind: type[T]) -> T:
    """What an instruction holds beside its arguments, which its kind says to be of this type."""
    data = instr.data
    assert isinstance(data, kind), instr
    return data
