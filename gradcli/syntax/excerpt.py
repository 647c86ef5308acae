"""Pieces of a text for messages: brackets are never cut off."""

from __future__ import annotations

_CLOSE = {"(": ")", "[": "]", "{": "}"}
_OPEN = {close: opening for opening, close in _CLOSE.items()}


def balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """The range with the brackets around it that one of its ends lacks."""
    missing: list[str] = []
    stack: list[str] = []
    for char in text[start:end]:
        if char in _CLOSE:
            stack.append(char)
        elif char in _OPEN:
            if stack:
                stack.pop()
            else:
                missing.append(_OPEN[char])
    for opening in missing:
        before = len(text[:start].rstrip())
        if not before or text[before - 1] != opening:
            break
        start = before - 1
    for opening in reversed(stack):
        after = end + len(text[end:]) - len(text[end:].lstrip())
        if text[after : after + 1] != _CLOSE[opening]:
            break
        end = after + 1
    return start, end


def shortened(text: str, limit: int = 40) -> str:
    """One line of at most about `limit` characters, with the inside of long brackets left out."""
    text = " ".join(text.split())
    while len(text) > limit:
        shorter = _without_longest(text)
        if shorter is None:
            break
        text = shorter
    return text if len(text) <= limit else _cut(text, limit)


def _without_longest(text: str) -> str | None:
    """The text with `...` for what stands in its longest brackets."""
    stack: list[int] = []
    best: tuple[int, int] | None = None
    for place, char in enumerate(text):
        if char in _CLOSE:
            stack.append(place)
        elif char in _OPEN and stack:
            opening = stack.pop()
            if not stack and place - opening > 4 and (best is None or place - opening > best[1] - best[0]):
                best = opening, place
    return None if best is None else f"{text[: best[0] + 1]}...{text[best[1] :]}"


def _cut(text: str, limit: int) -> str:
    """The beginning, up to a place outside of brackets."""
    depth, last = 0, 0
    for place, char in enumerate(text[: limit - 3]):
        depth += (char in _CLOSE) - (char in _OPEN)
        if not depth:
            last = place + 1
    return text[: last or limit - 3].rstrip() + "..."
