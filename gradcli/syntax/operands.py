"""The operand that ends or begins at a place of a text: a name, a number or a bracket, with what is postfix."""

from __future__ import annotations

import re

_CLOSE = {")": "(", "]": "[", "}": "{"}
_OPEN = {opening: close for close, opening in _CLOSE.items()}
_POSTFIX = re.compile(r"\s*(?:\.T\b|\^\s*-?\s*(?:T\b|\d+)|['ᵀ²³])")
_WORD = re.compile(r"\s*-?\s*(?:\d[\w.]*|[^\W\d]\w*)?")


def before(text: str, place: int) -> int:
    """Where the operand begins that ends before a place; the place itself where there is none."""
    at = len(text[:place].rstrip())
    start = at
    while at:
        postfix = re.search(r"(?:\.T|\^-?(?:T|\d+)|['ᵀ²³])$", text[:at])
        if postfix:
            at = postfix.start()
            continue
        if text[at - 1] in _CLOSE:
            depth = 0
            while at:
                at -= 1
                depth += (text[at] in _CLOSE) - (text[at] in _OPEN)
                if not depth:
                    break
            start = at
            if not at or not (text[at - 1].isalnum() or text[at - 1] in "_)]"):
                break
            continue
        word = re.search(r"[\w.]*[^\W]$", text[:at])
        if word is None:
            break
        start = word.start()
        break
    return start if start < len(text[:place].rstrip()) else place


def after(text: str, place: int) -> int:
    """Where the operand ends that begins at a place."""
    found = _WORD.match(text, place)
    at = found.end() if found else place
    while at < len(text):
        if text[at] in _OPEN:
            depth = 0
            while at < len(text):
                depth += (text[at] in _OPEN) - (text[at] in _CLOSE)
                at += 1
                if not depth:
                    break
            continue
        postfix = _POSTFIX.match(text, at)
        if postfix is None:
            break
        at = postfix.end()
    return at
