"""Letters that identities make equal.

An index is a number, and a factor of a product has one for each of its axes.  `sum_k delta[i, k] A[k, j]` is `A[i, j]`:
k is gone, and i stands for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gradcli.record import dataclass

Letters = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """What identities make of the indices: `table` says of each that is gone which one stands for it.

    `apart` are the pairs of which both must stay, so that their identity stays too; `closed` are the indices of
    identities that are 1 by what was made equal before (`delta[i, i]`).
    """

    table: Mapping[int, int]
    apart: tuple[tuple[int, int], ...]
    closed: Letters


def merged(
    pairs: Iterable[tuple[int, int]], stays: Callable[[int], bool], order: Callable[[int], tuple[int, ...]]
) -> Merged:
    """The indices of identities made equal: of two the one that `order` puts first stands, of two alike the first."""
    equal: dict[int, int] = {}

    def root(index: int) -> int:
        while index in equal:
            index = equal[index]
        return index

    apart: list[tuple[int, int]] = []
    closed: list[int] = []
    for pair in pairs:
        a, b = map(root, pair)
        if a == b:
            closed.append(a)
        elif stays(a) and stays(b):
            apart.append((a, b))
        else:
            kept, gone = sorted((a, b), key=order)
            equal[gone] = kept
    return Merged({index: root(index) for index in equal}, tuple(apart), tuple(map(root, closed)))


def renamed(indices: Letters, table: Mapping[int, int]) -> Letters:
    """The indices with those that are gone by the ones that stand for them."""
    return tuple(table.get(index, index) for index in indices) if table else indices
