"""What a directive that agrees on a notation may name."""

from __future__ import annotations


def stands_as_index(letter: str, target: str) -> bool:
    """Whether a letter stands in brackets of the target, alone."""
    if len(letter) != 1 or "[" not in target:
        return False
    inside = target[target.index("[") :]
    words, word = [], ""
    for char in inside:
        if char.isalnum() or char == "_":
            word += char
        else:
            words.append(word)
            word = ""
    return letter in words
