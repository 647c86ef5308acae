"""Finding a product of factors inside a larger one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gradcli.normal.poly import FIRST_DUMMY, Atom, Factor, Rational

Spot = tuple[Atom, tuple[int, ...]]
Table = Mapping[Spot, Rational]


@dataclass(slots=True)
class Match:
    """Where a pattern was found: its indices as those of the term, and how much of each factor it takes."""

    indices: dict[int, int]
    taken: dict[Spot, Rational] = field(default_factory=dict)


def find(pattern: Sequence[Factor], table: Table, bound: Mapping[int, int], private: set[int]) -> Match | None:
    """The first way to find `pattern` among the factors of `table`, else None.

    `bound` says what some indices of the pattern are in the term.  Those in `private`, and the pattern's dummies, must
    go to different dummies that stand nowhere else in the term; indices not in either may go to any index.
    """
    hidden = private | {i for _, idx, _ in pattern for i in idx if i >= FIRST_DUMMY}
    for match in _search(list(pattern), table, Match(dict(bound)), hidden):
        if _alone(match, table, hidden):
            return match
    return None


def _search(pattern: list[Factor], table: Table, match: Match, hidden: set[int]) -> Iterator[Match]:
    if not pattern:
        yield match
        return
    # The factor with the fewest unknown indices first.
    pattern = sorted(pattern, key=lambda factor: sum(i >= 0 and i not in match.indices for i in factor[1]))
    (array, idx, exponent), rest = pattern[0], pattern[1:]
    for (other, place), available in table.items():
        if other is not array or (other, place) in match.taken:
            continue
        exact = any(i in hidden for i in idx)
        if available != exponent if exact else not _enough(available, exponent):
            continue
        for order in (tuple(range(len(idx))), *array.symmetries):
            indices = _unified(idx, tuple(place[k] for k in order), match.indices)
            if indices is not None:
                taken = {**match.taken, (other, place): exponent}
                yield from _search(rest, table, Match(indices, taken), hidden)


def _enough(available: Rational, wanted: Rational) -> bool:
    return available >= wanted if wanted > 0 else available <= wanted


def _unified(idx: tuple[int, ...], place: tuple[int, ...], indices: dict[int, int]) -> dict[int, int] | None:
    out = indices
    for i, j in zip(idx, place, strict=True):
        if i < 0:
            if i != j:
                return None
            continue
        known = out.get(i)
        if known is None:
            if out is indices:
                out = dict(indices)
            out[i] = j
        elif known != j:
            return None
    return out


def _alone(match: Match, table: Table, hidden: set[int]) -> bool:
    """Whether the hidden indices are different dummies that stand in nothing but what is taken."""
    places = [match.indices[i] for i in hidden]
    if any(i < FIRST_DUMMY for i in places) or len(set(places)) < len(places):
        return False
    return not any(i in places for spot in table if spot not in match.taken for i in spot[1])
