"""Axes with names: an index is a number, a letter on paper, and each axis of an array has a group of them.

Most groups are of one; an axis of a Kronecker product or of stacked columns has one for each of its factors.
"""

from __future__ import annotations

from collections.abc import Mapping

Letters = tuple[int, ...]
Groups = tuple[Letters, ...]


def flat(groups: Groups) -> Letters:
    """All letters of some groups, in order."""
    return tuple(letter for group in groups for letter in group)


def put(letters: Letters, table: Mapping[int, Letters]) -> Letters:
    """Letters with others put for some of them."""
    return tuple(new for letter in letters for new in table.get(letter, (letter,)))


def put_in_each(groups: Groups, table: Mapping[int, Letters]) -> Groups:
    """The same in each group."""
    return tuple(put(group, table) for group in groups)
