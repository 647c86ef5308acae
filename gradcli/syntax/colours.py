"""The words and pieces that editors and pages colour: one list for the language server, Pygments and TextMate."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from gradcli.ops.attributes import ATTRIBUTES
from gradcli.syntax.ast import Span
from gradcli.syntax.tokens import KEYWORDS

KEYWORD_WORDS = (*KEYWORDS, "wrt")
"""Words that begin a statement, or part it."""

MODIFIER_WORDS = (*ATTRIBUTES, "numerator", "denominator", "mixed")
"""Attributes of what is declared, and layouts."""

_PIECE = re.compile(
    r"(?P<comment>#[^\n]*)|(?P<string>\"[^\"\n]*\")"
    r"|(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?)|(?P<name>[^\W\d]\w*)"
    r"|(?P<operator>==|!=|<=|>=|->|\*\*|\.(?:mT|T)\b|[-+*/@^=<>≤≥≠→⊙⊘⊗·×∇∂∑Σ√∈ᵀ'])"
    r"|(?P<punctuation>[()\[\]{},;:|‖])"
)
PIECE_KINDS = ("comment", "string", "number", "keyword", "modifier", "function", "type", "variable")
"""Kinds of pieces with a colour of their own; `operator` and `punctuation` stand beside them."""


def pieces(text: str, functions: Container[str]) -> Iterator[tuple[Span, str]]:
    """The coloured pieces of a program, in order; `functions` are the names that are called.  Linear in the text.

    A name before a bracket, or before primes and a bracket, is a function as well; a statement's first word is a
    keyword where the name is not being called, defined or declared.
    """
    for found in _PIECE.finditer(text):
        kind = found.lastgroup or "name"
        if kind == "name":
            kind = _of_name(found[0], text, found.end(), functions)
        yield Span(found.start(), found.end()), kind


_CALL = re.compile(r"'*\(")
_BOUND = re.compile(r"[ \t]*(?:=(?!=)|:|∈|,)")


def _of_name(word: str, text: str, end: int, functions: Container[str]) -> str:
    called = _CALL.match(text, end) is not None
    if word in KEYWORD_WORDS and not called and _BOUND.match(text, end) is None:
        return "keyword"
    if word in MODIFIER_WORDS and not called and _BOUND.match(text, end) is None:
        return "modifier"
    if called or word in functions:
        return "function"
    return "type" if word in ("R", "Z") else "variable"
