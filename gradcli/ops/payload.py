"""What a node holds beside its operands, by kind of operation.

A payload is compared and hashed as the tuple of its parts.
"""

from __future__ import annotations

from typing import Any, NamedTuple


class Named(NamedTuple):
    """A named value: free or defined; the attributes are sorted."""

    name: str
    attributes: tuple[str, ...]


class Cotangent(NamedTuple):
    """∂of/∂by, `of` an arbitrary scalar function."""

    of: str
    by: str


class Applied(NamedTuple):
    """A function and how many primes it has."""

    name: str
    order: int


class Index(tuple[int, ...]):
    """The place of an entry, counted from 1."""

    __slots__ = ()


class Subscripts(NamedTuple):
    """The letters of each operand, and of the result."""

    inputs: tuple[str, ...]
    output: str


class Component(NamedTuple):
    """A part of a factorisation: `lu`, `"L"`."""

    kind: str
    part: str


class Placement(NamedTuple):
    """Where an array is 1: at the last index `sum(step * index) + offset`, indices counted from 1."""

    steps: tuple[int, ...]
    offset: str | int


class Settled(NamedTuple):
    """A relation: the unknown, the names that stand for what it depends on, and what is zero."""

    unknown: Any
    names: Any
    residual: Any


class Along(NamedTuple):
    """The axis of a variance, None for all entries, and what its divisor is short of."""

    axis: int | None
    ddof: int


class Running(NamedTuple):
    """The axis of running sums, None of a vector, and whether they run from the back."""

    axis: int | None
    backwards: bool


class Places(NamedTuple):
    """By how many places entries move on, and along which axis, None of a vector."""

    shift: int
    axis: int | None
