"""The name that was meant, for a name that is none."""

from __future__ import annotations

from collections.abc import Iterable


def nearest(name: str, names: Iterable[str]) -> str:
    """` (did you mean NAME?)`, or an empty text where no name is near."""
    from difflib import get_close_matches

    by_lower = {known.lower(): known for known in names}
    found = get_close_matches(name.lower(), by_lower, n=3, cutoff=0.6)
    found.sort(key=lambda near: near != name[:-1].lower())  # one letter too many comes before other ways to be near
    return f" (did you mean {by_lower[found[0]]}?)" if found else ""
