"""The array that evaluation computes with: a shape of integers and a flat list of entries, row by row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Any

from gradcli.evaluate.errors import NotEvaluable, OutsideDomain
from gradcli.expr.dims import Dim, dim_value
from gradcli.expr.shapes import Shape

Scalar = Any
"""A Fraction, a float, an mpf or an `Undefined`."""

Sizes = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Array:
    """`flat` holds `prod(shape)` entries; a scalar has shape `()` and one entry."""

    shape: tuple[int, ...]
    flat: list[Scalar]

    def __post_init__(self) -> None:
        if prod(self.shape) != len(self.flat):
            raise ValueError(f"{len(self.flat)} entries do not fill the shape {self.shape}")

    def nested(self) -> Any:
        """The entries as nested lists (a scalar as itself)."""
        level: list[Any] = list(self.flat)
        for length in reversed(self.shape):
            level = [level[i : i + length] for i in range(0, len(level), length)]
        return level[0]


def array(nested: Any) -> Array:
    """An array from a number or (nested) lists of numbers of one length each."""
    shape: list[int] = []
    level: list[Any] = [nested]
    while level and isinstance(level[0], list | tuple):
        shape.append(len(level[0]))
        level = [item for row in level for item in row]
    return Array(tuple(shape), level)


def size_of(dim: Dim, sizes: Sizes) -> int:
    """A dimension as a number; `m*p` is the product.

    Raises NotEvaluable for a name without a size, OutsideDomain where it is negative.
    """
    if isinstance(dim, int):
        return dim
    if dim in sizes:
        return sizes[dim]

    def size(name: str) -> int:
        if name not in sizes:
            raise NotEvaluable(f"the dimension {name} has no size")
        return sizes[name]

    value = dim_value(dim, size)
    if value < 0:
        raise OutsideDomain(f"the dimension {dim} is {value}")
    return value


def concrete(shape: Shape, sizes: Sizes) -> tuple[int, ...]:
    """A shape with the dimensions as numbers."""
    return tuple(size_of(dim, sizes) for dim in shape)


def full(shape: Iterable[int], value: Scalar) -> Array:
    """All entries alike."""
    dims = tuple(shape)
    return Array(dims, [value] * prod(dims))


def as_matrix(a: Array) -> tuple[int, int]:
    """Rows and columns of a scalar, vector (a column) or matrix."""
    if not a.shape:
        return 1, 1
    return (a.shape[0], 1) if len(a.shape) == 1 else (a.shape[0], a.shape[1])
