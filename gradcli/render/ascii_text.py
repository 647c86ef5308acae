"""Text without Unicode: signs as the language spells them, Greek letters by name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
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


_NABLA = re.compile(r"∇(²?)_(\w+) ?\(")
_WORD = re.compile(r"[^\W\d_]\w*")


def ascii_names(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """The spellings of the names that are not ASCII, each unlike all others and those `taken`."""
    every = dict.fromkeys(names)
    used = {*taken, *(name for name in every if name.isascii())}
    out: dict[str, str] = {}
    for name in every:
        if not name.isascii():
            spelled = "".join(char if char.isascii() else _sign(char) for char in name)
            while spelled in used:
                spelled += "_"
            used.add(spelled)
            out[name] = spelled
    return out


def ascii_text(text: str, names: Mapping[str, str] | None = None) -> str:
    """The text in ASCII; formulas in it may still be typed where their signs have a spelling.

    `names` are spellings of names, see `ascii_names`; without one a name is spelled letter by letter.
    """
    if text.isascii():
        return text
    if names:
        text = _renamed(text, names)
    text = _gradients(text)
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


def _gradients(text: str) -> str:
    """`∇_x(sum(x²))` as the call that the language has for it."""
    for found in reversed(list(_NABLA.finditer(text))):
        depth = 0
        for end in range(found.end() - 1, len(text)):
            depth += (text[end] == "(") - (text[end] == ")")
            if not depth:
                name = "hess" if found[1] else "grad"
                text = f"{text[: found.start()]}{name}{text[found.end() - 1 : end]}, {found[2]}){text[end + 1 :]}"
                break
    return text


def _renamed(text: str, names: Mapping[str, str]) -> str:
    """The names in a text spelled anew, also one below a sign or with an index: `∇_λ L`, `λ_ij`."""
    return _WORD.sub(lambda found: "_".join(_spelled(found[0], names)), text)


def _spelled(word: str, names: Mapping[str, str]) -> list[str]:
    if word in names or "_" not in word:
        return [names.get(word, word)]
    parts = word.split("_")
    place = next((i for i in range(len(parts) - 1, 0, -1) if "_".join(parts[:i]) in names), None)
    if place is None:
        return [names.get(part, part) for part in parts]
    return [names["_".join(parts[:place])], *(names.get(part, part) for part in parts[place:])]


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
    name = unicodedata.name(usual if len(usual := unicodedata.normalize("NFKC", char)) == 1 else char, "")
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


__all__ = ["ascii_json", "ascii_markup", "ascii_names", "ascii_text"]
