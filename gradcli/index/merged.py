"""Letters that identities make equal: `sum_k delta[i, k] A[k, j]` is `A[i, j]`, k is gone and i stands for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from gradcli.index.axes import Letters
from gradcli.record import dataclass


@dataclass(frozen=True, slots=True)
class Merged:
    """What identities make of the letters: `table` says of each that is gone which one stands for it.

    `apart` are the pairs of which both must stay, so that their identity stays too; `closed` are the letters of
    identities that are 1 by what was made equal before (`delta[i, i]`).
    """

    table: Mapping[int, int]
    apart: tuple[tuple[int, int], ...]
    closed: Letters


def merged(
    pairs: Iterable[tuple[int, int]], stays: Callable[[int], bool], order: Callable[[int], tuple[int, ...]]
) -> Merged:
    """The letters of identities made equal: of two the one that `order` puts first stands, of two alike the first."""
    equal: dict[int, int] = {}

    def root(letter: int) -> int:
        while letter in equal:
            letter = equal[letter]
        return letter

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
    return Merged({letter: root(letter) for letter in equal}, tuple(apart), tuple(map(root, closed)))


def renamed(letters: Letters, table: Mapping[int, int]) -> Letters:
    """The letters with those that are gone by the ones that stand for them."""
    return tuple(table.get(letter, letter) for letter in letters) if table else letters
