"""The word that was meant, for one that is none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def meant_by(word: str, known: Iterable[str], elsewhere: Mapping[str, str], cutoff: float = 0.8) -> str | None:
    """One of the `known` words, by what a thing is called elsewhere or by a spelling that is near; None for neither."""
    from difflib import get_close_matches

    lower = word.lower()
    if lower in elsewhere:
        return elsewhere[lower]
    return next(iter(get_close_matches(lower, list(known), n=1, cutoff=cutoff)), None)
