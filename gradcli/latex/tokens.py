"""The tokens of a formula, each with its place in the document."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

MOST_TOKENS = 20_000


@dataclass(frozen=True, slots=True)
class Token:
    """`kind` is command, letter, number, mark, words, open, close, sub, sup, amp, row or prime.

    `text` is a command's name without the backslash, a letter, a mark or the digits of a number.
    """

    kind: str
    text: str
    start: int
    end: int


_TOKEN = re.compile(
    r"(?P<skip>\s+|(?<!\\)%[^\n]*\n?)"
    r"|(?P<row>\\\\)"
    r"|\\(?P<command>[A-Za-z]+\*?|.)"
    r"|(?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)"
    r"|(?P<open>\{)|(?P<close>\})|(?P<sub>_)|(?P<sup>\^)|(?P<amp>&)|(?P<prime>['′’]+)"
    r"|(?P<words>[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]+)"
    r"|(?P<any>.)",
    re.DOTALL,
)
_INVISIBLE = frozenset(
    "\u200b\u200c\u200d\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
)
_UNICODE = {
    "∂": "partial", "∇": "nabla", "⊙": "odot", "∘": "circ", "⊗": "otimes", "⊘": "oslash", "·": "cdot", "×": "times",
    "∑": "sum", "Σ": "Sigma", "∏": "prod", "∈": "in", "≈": "approx", "≠": "neq", "≤": "leq", "≥": "geq", "→": "to",
    "⇒": "Rightarrow", "ℝ": "RR", "∞": "infty", "⊤": "top", "‖": "|", "∥": "|", "⟨": "langle", "⟩": "rangle",
    "√": "sqrt", "∗": "ast", "…": "dots", "⋯": "cdots", "⋮": "vdots", "⋱": "ddots", "≡": "equiv", "∝": "propto",
    "（": "(", "）": ")", "＝": "=", "＋": "+", "∀": "forall", "≜": "triangleq", "≔": "coloneqq", "ℓ": "ell", "−": "-",
}  # fmt: skip


def tokens_of(text: str, start: int, end: int) -> list[Token]:
    """The tokens of `text[start:end]`; comments, spaces and invisible characters are left out."""
    found: list[Token] = []
    for match in _TOKEN.finditer(text, start, end):
        kind = match.lastgroup
        at, to = match.span()
        if kind == "skip":
            continue
        if kind == "any":
            char = match[0]
            if char in _INVISIBLE or unicodedata.category(char) == "Cc":
                continue
            kind, word = _character(char)
        elif kind == "command":
            word = match["command"]
            if word.endswith("*") and word != "*" and word[:-1] not in ("operatorname", "tag", "hspace", "vspace"):
                found.append(Token("command", word[:-1], at, to - 1))
                kind, word, at = "mark", "*", to - 1
            elif word == "_":
                kind = "sub"
        else:
            word = match[0]
        found.append(Token(kind or "mark", word, at, to))
    return found


def _character(char: str) -> tuple[str, str]:
    if char in _UNICODE:
        word = _UNICODE[char]
        return ("mark", word) if word in "()=+-" else ("command", word)
    if char.isalpha():
        name = unicodedata.name(char, "")
        if name.startswith("GREEK") and "LETTER" in name:
            word = name.split("LETTER ")[1].split(" ")[0].lower().replace("lamda", "lambda")
            return "command", word.capitalize() if "CAPITAL" in name else word
        return "letter", char
    return "mark", char
