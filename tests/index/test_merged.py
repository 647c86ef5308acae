"""What identities make equal is equal as a sum: both sides are added up by brute force."""

from __future__ import annotations

from itertools import product
from math import prod
from random import Random

import pytest

from gradcli.index.merged import merged, renamed

_LETTERS = tuple(range(6))
_SIZE = 2


@pytest.mark.parametrize("seed", range(40))
def test_identities_are_summed_away(seed: int) -> None:
    random = Random(seed)
    free = frozenset(random.sample(_LETTERS, random.randrange(4)))
    pairs = [(random.choice(_LETTERS), random.choice(_LETTERS)) for _ in range(random.randrange(1, 6))]
    worth = {letter: [random.randrange(1, 9) for _ in range(_SIZE)] for letter in _LETTERS}  # a factor for each letter
    equal = merged(pairs, free.__contains__, lambda letter: (letter not in free,))
    stand = renamed(_LETTERS, equal.table)
    left = [letter for letter in _LETTERS if letter not in equal.table]
    assert free <= set(left)
    before: dict[tuple[int, ...], int] = {}
    after: dict[tuple[int, ...], int] = {}
    for values in product(range(_SIZE), repeat=len(_LETTERS)):
        here = tuple(values[letter] for letter in sorted(free))
        found = prod(worth[letter][values[letter]] for letter in _LETTERS)
        before[here] = before.get(here, 0) + found * all(values[a] == values[b] for a, b in pairs)
    for chosen in product(range(_SIZE), repeat=len(left)):
        at = dict(zip(left, chosen, strict=True))
        here = tuple(at[letter] for letter in sorted(free))
        found = prod(worth[letter][at[by]] for letter, by in zip(_LETTERS, stand, strict=True))
        after[here] = after.get(here, 0) + found * all(at[a] == at[b] for a, b in equal.apart)
    assert before == after
    assert set(equal.closed) <= set(left)
