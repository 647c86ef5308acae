"""Names of the language as LaTeX: `W1` is W with index 1, `alpha` and `α` are the Greek letter."""

from __future__ import annotations

import re
import unicodedata

from gradcli.expr.dims import Dim, least_parts, terms_of
from gradcli.ops.functions import SCALAR_FUNCTIONS

_GREEK = frozenset({
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu",
    "nu", "xi", "pi", "rho", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
    "Gamma", "Delta", "Theta", "Lambda", "Xi", "Pi", "Sigma", "Upsilon", "Phi", "Psi", "Omega",
})  # fmt: skip
_SPELLED = {"lam": "lambda", "lmbda": "lambda", "eps": "epsilon"}  # as code spells them
# the Greek letters that LaTeX has no command for are the Latin ones
_LATIN = {
    "omicron": "o", "Alpha": "A", "Beta": "B", "Epsilon": "E", "Zeta": "Z", "Eta": "H", "Iota": "I",
    "Kappa": "K", "Mu": "M", "Nu": "N", "Omicron": "O", "Rho": "P", "Tau": "T", "Chi": "X",
}  # fmt: skip
_LETTERS = {
    "ϵ": r"\epsilon", "ε": r"\varepsilon", "ϑ": r"\vartheta", "ϕ": r"\phi", "φ": r"\varphi", "ϱ": r"\varrho",
    "ς": r"\varsigma", "ℓ": r"\ell",
}  # fmt: skip
_ACCENTS = {
    "\u0300": r"\grave", "\u0301": r"\acute", "\u0302": r"\hat", "\u0303": r"\tilde", "\u0304": r"\bar",
    "\u0307": r"\dot", "\u0308": r"\ddot", "\u030c": r"\check",
}  # fmt: skip
_PART = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+|\d+")

_OPERATORS = {"max": r"\max", "min": r"\min", "det": r"\det"}


def latex_function(name: str) -> str:
    """A function's name: a word is an operator, anything else is written like any name."""
    row = SCALAR_FUNCTIONS.get(name)
    known = _OPERATORS.get(name) if row is None else row.latex
    if known is not None:
        return known
    if len(name) > 1 and name.isascii() and name.isalpha() and name not in _GREEK:
        return rf"\operatorname{{{name}}}"
    return latex_name(name)


def latex_dim(dim: Dim) -> str:
    """A dimension as LaTeX mathematics: a polynomial of names."""
    text = ""
    for names, value in terms_of(dim).items():
        number = [str(abs(value))] if abs(value) != 1 or not names else []
        sign = "-" if value < 0 else "+" if text else ""
        written = " ".join([*number, *map(latex_name, names)])
        text += f" {sign} {written}" if text else f"{sign}{written}"
    return text or "0"


def latex_name(name: str) -> str:
    """A name as LaTeX mathematics, for any identifier; indices after `_` or as trailing digits.

    What is no identifier, a piece of source text, is set as text.
    """
    least = least_parts(name)
    if least is not None:
        return rf"\min({', '.join(part if part.isdigit() else latex_name(part) for part in map(str, least))})"
    if not name.isidentifier():
        return rf"\text{{({latex_text(name)})}}"
    parts = _PART.findall(name)
    if not parts or not name.startswith(parts[0]) or parts[0].isdigit():
        return _upright(name)
    head, *indices = (part if part.isdecimal() and part.isascii() else _letters(part) for part in parts)
    return f"{head}_{{{','.join(indices)}}}" if indices else head


def _letters(word: str) -> str:
    if word in _LETTERS:
        return _LETTERS[word]
    if _SPELLED.get(word, word) in _GREEK:
        return f"\\{_SPELLED.get(word, word)}"
    if len(word) == 1 and word.isascii():
        return word
    apart = unicodedata.normalize("NFD", word)
    if len(apart) == 2 and apart[1] in _ACCENTS:
        return f"{_ACCENTS[apart[1]]}{{{_letters(apart[0])}}}"
    return (_greek(word) if len(word) == 1 else None) or _upright(word)


def _greek(letter: str) -> str | None:
    parts = unicodedata.name(letter, "").split()
    if parts[:1] != ["GREEK"] or len(parts) != 4 or parts[2] != "LETTER":
        return None
    name = parts[3].lower().replace("lamda", "lambda")
    name = name.capitalize() if parts[1] == "CAPITAL" else name
    return f"\\{name}" if name in _GREEK else _LATIN.get(name)


_ESCAPES = {
    **{char: f"\\{char}" for char in "{}$&#_%"},
    "\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip


def latex_text(text: str) -> str:
    """Any text, with the characters that mean something to LaTeX escaped."""
    return "".join(_ESCAPES.get(char, char) for char in text)


def _upright(word: str) -> str:
    escaped = latex_text(word)
    return rf"\mathrm{{{escaped}}}" if word.isascii() else rf"\text{{{escaped}}}"
