r"""Declarations in directives whose names are written as formulas write them: `\bar{x}, W^{(1)} : R[n]`, `pi : R`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from gradcli.latex.vocabulary import GREEK

_DECLARATION = re.compile(r"[^;\n:=#]*?(?=\s*:(?!=))")
_LATEX = re.compile(r"[\\{}^'*]|_\(")
_PLAIN = re.compile(r"\s*(?:pi|π)\s*")
_GREEK = re.compile(rf"\\({'|'.join(sorted(GREEK | {'ell'}))})(?![a-zA-Z])(?=[\w\s,;:()*+/@.=^'-]|$)")
FORMULA = re.compile(r"[^;\n]*\\in\s*\\[^;\n]*")
_LAYER = re.compile(r"\^(?:\{\s*)?([A-SU-Za-z])(?:\s*[+-]\s*\d)?\s*\}?\s*$")
NUMBER_PI = "pi_v"  # pi is the number in the language


def in_greek(text: str) -> str:
    r"""Statements with `\gamma` as gamma, places kept."""
    if "\\" not in text:
        return text
    return _GREEK.sub(lambda found: f" {found[1]}", text)


def layers_in(text: str) -> set[str]:
    r"""The letters above declared names, the L of `z^L : R[n]`: labels, and no powers."""
    if "^" not in text:
        return set()
    pieces = (text[first:last] for start, end in _lists(text) for first, last in _names(text, start, end))
    return {found[1] for piece in pieces if (found := _LAYER.search(piece)) is not None}


def in_language(text: str, named: Callable[[int, int], str | None]) -> str:
    """The statements with such names as names of the language, places kept where these are no longer.

    `named` gives the name of the formula between two places of the text, None where it is none.
    """
    if not _LATEX.search(text) and "pi" not in text and "π" not in text:
        return text
    out: list[str] = []
    last = 0
    for start, end in _lists(text):
        for first, after in _names(text, start, end):
            piece = text[first:after]
            name = NUMBER_PI if _PLAIN.fullmatch(piece) else named(first, after) if _LATEX.search(piece) else None
            if name is not None:
                out += [text[last:first], name.ljust(after - first)]
                last = after
    return "".join([*out, text[last:]])


def _lists(text: str) -> Iterator[tuple[int, int]]:
    """Where the names of declarations begin and end: at the beginning of a statement, before its colon."""
    at = 0
    for piece in re.split(r"([;\n])", text):
        found = _DECLARATION.match(piece)
        if found is not None and found[0].strip() and "(" not in found[0].replace("^{(", "").replace("^(", ""):
            yield at, at + found.end()
        at += len(piece)


def _names(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The names of a list, without the spaces around them."""
    depth = 0
    first = start
    for at in range(start, end + 1):
        char = text[at] if at < end else ","
        depth += (char in "{(") - (char in "})")
        if char == "," and not depth:
            piece = text[first:at]
            if piece.strip():
                yield first + len(piece) - len(piece.lstrip()), at - len(piece) + len(piece.rstrip())
            first = at + 1
