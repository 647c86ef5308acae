"""Pieces of LaTeX in a statement, as the language has them."""

from __future__ import annotations

import re

_NOTHING = (
    r"left|right|big|Big|bigl|bigr|displaystyle|limits|quad|qquad|boldsymbol|mathbf|bm|mathrm|mathit|vec|text"
    r"|operatorname"
)
_SIGNS = {
    **dict.fromkeys(("cdot", "times"), " "),
    **dict.fromkeys(("odot", "circ", "ast"), " * "),
    "otimes": " ⊗ ",
    "oslash": " / ",
    **dict.fromkeys(("top", "intercal", "prime"), "T "),
    "in": " : ",
    **dict.fromkeys(("le", "leq"), " <= "),
    **dict.fromkeys(("ge", "geq"), " >= "),
    **dict.fromkeys(("ne", "neq"), " != "),
    "infty": "inf",
    "nabla": "∇",
    "partial": "∂",
    "ln": "log",
    "to": "->",
    "langle": "<",
    "rangle": ">",
    "|": "‖",
    "Vert": "‖",
    "vert": "|",
    "ell": "l",
}


def from_latex(s: str) -> str:
    """The statement without backslashes."""
    if "\\" not in s:
        return s
    s = re.sub(r"\\(?:,|;|!|:| )", " ", s).replace("\\|", "‖").replace("\\{", "{").replace("\\}", "}")
    s = re.sub(rf"\\(?:{_NOTHING})(?![A-Za-z])", "", s)
    s = re.sub(r"\\mathbb\s*\{?R\}?", "ℝ", s)
    s = re.sub(r"\\mathbb\s*\{?Z\}?", "Z", s)
    inner = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
    for _ in range(8):
        s, one = re.subn(rf"\\[dt]?frac\s*{inner}\s*{inner}", _fraction, s)
        s, two = re.subn(rf"\\sqrt\s*{inner}", r"sqrt(\1)", s)
        s, three = re.subn(r"\\(?:hat|bar|tilde)\s*\{(\w+)\}", r"\1_hat", s)
        if not one + two + three:
            break
    s = re.sub(r"\\sum_\{?(\w+)(?:\s*=\s*1)?\}?(?:\s*\^\s*(?:\{[^{}]*\}|\w))?\s*(.+)$", _sum, s)
    if "\\in" in s:
        s = s.replace("\\times", " × ")
    s = re.sub(r"\\([A-Za-z]+)\s?(\(?)", lambda m: (_SIGNS.get(m[1]) or f" {m[1]}{'' if m[2] else ' '}") + m[2], s)
    s = re.sub(r"\^\s*\{\s*(-?)\s*(T|\d+)\s*\}", r"^\1\2", s)
    s = re.sub(r"(∇_|_)\{(\w+)\}", r"\1\2", s)
    s = re.sub(r"\{([^{}]*)\}(?=\s*$|\s*[-+*/=)])", r"(\1)", s) if ":" not in s else s
    s = re.sub(r"\^\s+T\b", "^T", s)
    return re.sub(r"\s+", " ", re.sub(r"\s+(?=[(\[])", " ", s)).strip()


def _fraction(found: re.Match[str]) -> str:
    over, under = found[1].strip(), found[2].strip()
    partial = re.match(r"(?:\\partial|d)\s*(\w+)$", over), re.match(r"(?:\\partial|d)\s*(\w+)$", under)
    if partial[0] and partial[1]:
        return f"∂{partial[0][1]}/∂{partial[1][1]}"
    parts = [part if re.fullmatch(r"\w+", part) else f"({part})" for part in (over, under)]
    return f"({parts[0]}/{parts[1]})"


def _sum(found: re.Match[str]) -> str:
    index, body = found[1], found[2]
    depth, rest = 0, ""
    for place, char in enumerate(body):
        depth += (char in "([{") - (char in ")]}")
        if depth < 0 or (not depth and place and char in "+-=" and body[place - 1] != "^"):
            body, rest = body[:place].rstrip(), f" {body[place:]}"
            break
    body = re.sub(rf"\b([A-Za-z]\w*?)_\{{?((?:\w,?\s*)*{index}(?:,?\s*\w)*)\}}?", _entry, body)
    return f"sum[{index}]({body}){rest}"


def _entry(found: re.Match[str]) -> str:
    return f"{found[1]}[{', '.join(c for c in found[2] if c.isalnum())}]"
