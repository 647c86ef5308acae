"""Text without Unicode: signs as the language spells them, Greek letters by name."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

_SIGNS = {
    "−": "-", "·": "*", "⋅": "*", "×": "x", "⊙": "*", "∘": "*", "⊘": "/", "⊗": "kron", "÷": "/", "≤": "<=", "≥": ">=",
    "≠": "!=", "≈": "~", "∈": "in", "∞": "inf", "√": "sqrt", "∇": "grad", "∂": "d", "∑": "sum", "∏": "prod",
    "ℝ": "R", "ℤ": "Z", "ℓ": "l", "‖": "||", "→": "->", "←": "<-", "↦": "->", "⇒": "=>",
    "…": "...", "–": "-", "—": "--", "‘": "'", "’": "'", "“": '"', "”": '"', "«": '"', "»": '"', "′": "'", "″": "''",
    "\N{NO-BREAK SPACE}": " ", "ᵀ": ".T", "⁺": "^+", "✓": "ok", "✗": "x", "•": "*", "│": "|", "─": "-", "∎": "",
    "¬": "not ",
    "。": ".", "，": ", ", "：": ": ", "；": "; ", "（": "(", "）": ")", "、": ", ", "！": "!", "？": "?",
}  # fmt: skip
_RAISED = dict(zip("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789", strict=True))
_LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
_PHRASES = (
    (re.compile(r"⁻ᵀ"), "^-T"),
    (re.compile(r"\^⊙"), "**"),
    (re.compile(r"∂²"), "d^2 "),
    (re.compile(r"∇²?_(\w+|\[[^\]]*\]) (\w+)"), lambda m: f"{'hess' if '²' in m[0] else 'grad'}({m[2]}, {m[1]})"),
    (re.compile(r"∇\[(\w+)\] ?(\w+)"), r"grad(\2, \1)"),
    (re.compile(r"∈ ?ℝ\^\{([^}×]*)×([^}]*)\}"), r": R[\1, \2]"),
    (re.compile(r"∈ ?ℝ\^(\w+)"), r": R[\1]"),
    (re.compile(r"∈ ?ℝ"), ": R"),
    (re.compile(r"Σ(?=_[a-z]+ |\[\w(?:, \w)*\]\()"), "sum"),  # else it is a name
    (re.compile(r"([\w)\]])‖"), r"\1||"),
)


def ascii_text(text: str) -> str:
    """The text in ASCII; formulas in it may still be typed where their signs have a spelling."""
    if text.isascii():
        return text
    for pattern, instead in _PHRASES:
        text = pattern.sub(instead, text)
    out: list[str] = []
    raised = False
    for char in text:
        if char in _RAISED:
            out.append(_RAISED[char] if raised else f"^{_RAISED[char]}")
        else:
            out.append(char if char.isascii() else _sign(char))
        raised = char in _RAISED
    return "".join(out)


def ascii_json(text: str) -> str:
    """JSON whose strings hold what they held."""
    return "".join(char if char.isascii() else _escaped(char) for char in text)


def ascii_markup(text: str) -> str:
    """HTML or XML that shows what it showed."""
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _escaped(char: str) -> str:
    units = char.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[i]:02x}{units[i + 1]:02x}" for i in range(0, len(units), 2))


def _sign(char: str) -> str:
    return _SIGNS.get(char) or _LOWERED.get(char) or _letter(char)


@cache
def _letter(char: str) -> str:
    """A letter by name or without its accents; any other by its number."""
    name = unicodedata.name(char, "")
    greek = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER (?:FINAL )?(\w+)", name)
    if greek is not None:
        letters = "lambda" if greek[2] == "LAMDA" else greek[2].lower()
        return letters.capitalize() if greek[1] == "CAPITAL" else letters
    plain = unicodedata.normalize("NFKD", char).encode("ascii", "ignore").decode("ascii")
    if plain:
        return plain
    if unicodedata.combining(char):
        return ""
    return f"u{ord(char):x}" if char.isalnum() else "?"


__all__ = ["ascii_json", "ascii_markup", "ascii_text"]
