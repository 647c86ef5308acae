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
    **dict.fromkeys(("lVert", "rVert"), "‖"),
    **dict.fromkeys(("lvert", "rvert"), "|"),
    "Vert": "‖",
    "vert": "|",
    "ell": "l",
}


def from_latex(s: str) -> str:
    """The statement without backslashes."""
    if "\\" not in s:
        return s
    s = re.sub(r"\\(?:,|;|!|:| )", " ", s).replace("\\|", "‖").replace("\\{", "{").replace("\\}", "}")
    s = re.sub(r"\\(?:operatorname|mathrm|text)\s*\{\s*(\w+)\s*\}", r"\1", s)
    s = re.sub(r"\s*\\rVert\s*_\{?2\}?", "‖", re.sub(r"\\lVert\s*", "‖", s))
    s = re.sub(rf"\\(?:{_NOTHING})(?![A-Za-z])", "", s)
    s = re.sub(r"(?<![\\A-Za-z_{])(?:[A-Z][A-Za-z]|[a-z][A-Z])(?![A-Za-z_{(])", lambda m: " ".join(m[0]), s)  # `Ax`
    s = re.sub(r"\\mathbb\s*\{?R\}?", "ℝ", s)
    s = re.sub(r"\\mathbb\s*\{?Z\}?", "Z", s)
    inner = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
    for _ in range(8):
        s, one = re.subn(rf"\\[dt]?frac\s*{inner}\s*{inner}", _fraction, s)
        s, two = re.subn(rf"\\sqrt\s*{inner}", r"sqrt(\1)", s)
        s, three = re.subn(r"\\(?:hat|bar|tilde)\s*\{(\w+)\}", r"\1_hat", s)
        if not one + two + three:
            break
    for _ in range(3):
        s, found = re.subn(_SUM, _sum, s)
        if not found:
            break
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


_SUM = re.compile(r"\\sum_(?:\{([^{}]*)\}|(\w))(?:\s*\^\s*(?:\{[^{}]*\}|\w))?\s*((?:(?!\\sum).)+)$")
_WORDS = r"\b(log|exp|sin|cos|tan|tanh|sqrt|abs|ln)\s+(\w+\[[^\]]*\])"


def _sum(found: re.Match[str]) -> str:
    indices, body = re.findall(r"[A-Za-z]", re.split(r"=|\\in|∈", found[1] or found[2])[0]), found[3]
    index = ", ".join(indices)
    depth, rest = 0, ""
    for place, char in enumerate(body):
        depth += (char in "([{") - (char in ")]}")
        if depth < 0 or (not depth and place and char in "+-=" and body[place - 1] != "^"):
            body, rest = body[:place].rstrip(), f" {body[place:]}"
            break

    def entry(name: re.Match[str]) -> str:
        letters = [c for c in name[2] or name[3] if c.isalnum()]
        return f"{name[1]}[{', '.join(letters)}]" if set(letters) & set(indices) else name[0]

    body = re.sub(r"(?<![A-Za-z])([A-Za-z]\w*?)_(?:\{([^{}]*)\}|(\w+))", entry, body)
    body = re.sub(_WORDS, r"\1(\2)", _without_brackets(body))
    return f"sum[{index}]({body}){rest}"


def _without_brackets(text: str) -> str:
    """A text without the brackets that stand around the whole of it."""
    text = text.strip()
    if not (text.startswith("(") and text.endswith(")")):
        return text
    depth = 0
    for place, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if not depth and place < len(text) - 1:
            return text
    return text[1:-1]
