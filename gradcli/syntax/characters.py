"""Complaints about characters and names that are no part of the language (E103)."""

from __future__ import annotations

import unicodedata

from gradcli.diagnostics.diagnostic import Diagnostic, error
from gradcli.syntax import foreign
from gradcli.syntax.ast import Source, Span

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")


def clip(text: str, limit: int = 40) -> str:
    """Return a text short enough for a message."""
    return text if len(text) <= limit else text[:limit] + "..."


def unknown(source: Source, start: int, end: int) -> Diagnostic:
    """Characters that are no part of the language."""
    text = source.text
    word = text[start:end]
    span = Span(start, end)
    if word.startswith("\\") and len(word) > 1:
        command = word[1:]
        hint = foreign.LATEX.get(command, "formulas are written in plain text: y = W @ x")
        if command in foreign.GREEK:
            hint = f"write the letter itself, or its name: {command.removeprefix('var')}"
        return error("E103", f"`{clip(word)}` is LaTeX, which is not read here", source, span, hint)
    if word.startswith(".") and len(word) > 1:
        if start and text[start - 1].isdigit():
            span = Span(start, start + 1)
            return error("E103", "`.` is no part of the language", source, span, foreign.CHARACTERS["."])
        hint = foreign.ATTRIBUTES.get(word[1:], f"functions are called by name: {clip(word[1:])}(x)")
        return error("E103", f"`{clip(word)}` is no part of the language", source, span, hint)
    if word == '"':
        return error("E102", "the string is never closed", source, span, foreign.CHARACTERS[word])
    if word == "." and not (start and text[start - 1].isdigit()):
        return error("E103", "a dot stands only in a number and in `.T`, `.*`, `./`, `.^`", source, span)
    if not word.isprintable() or unicodedata.category(word[0]) in ("Cf", "Co", "Cn", "Cs"):
        name = unicodedata.name(word, "a control character").lower()
        return error("E103", f"there is an invisible character, U+{ord(word):04X} ({name})", source, span, "delete it")
    return error("E103", f"`{word}` is no part of the language", source, span, foreign.CHARACTERS.get(word))


def bad_name(source: Source, start: int, end: int, limit: int) -> Diagnostic:
    """A name beyond the limit, or with a character that is neither letter nor digit, such as `x²`."""
    if end - start > limit:
        return error("E103", f"this name has more than {limit:,} characters", source, Span(start, end))
    word = unicodedata.normalize("NFC", source.text[start:end])
    bad = next(i for i, c in enumerate(word) if not _may_be_in_name(c))
    stem, rest = word[:bad], word[bad:]
    hint = "names are letters, digits and `_`"
    plain = rest.translate(_SUPERSCRIPTS)
    if plain.isdecimal() and plain.isascii():
        stem, plain = clip(stem), clip(plain)
        hint = f"write {stem}**{plain} for the elementwise power, {stem}^{plain} for the matrix power"
    plain = rest.translate(_SUBSCRIPTS)
    if plain.isdecimal() and plain.isascii():
        hint = f"write {clip(stem)}_{clip(plain)} for a name, {clip(stem)}[{clip(plain)}] for an entry"
    if unicodedata.combining(rest[0]):
        hint = f"this accent does not compose with its letter; write {clip(stem)}_hat or the like"
    where = Span(start, end)
    return error("E103", f"`{clip(word)}` is not a name: `{rest[0]}` is neither letter nor digit", source, where, hint)


def _may_be_in_name(char: str) -> bool:
    category = unicodedata.category(char)
    return char == "_" or category == "Nd" or category.startswith("L")
