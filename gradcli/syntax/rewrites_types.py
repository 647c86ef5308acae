"""Declarations as they are written elsewhere."""

from __future__ import annotations

import re

_NAMES = r"(?P<names>[^\W\d]\w*(?:\s*,\s*[^\W\d]\w*)*)"
_SCALAR = r"float|real|scalar|number|double|Float|Real|Scalar|f32|f64"
_DIM = r"[\w+*()-]+"

_DEFINITE = r"(?:_?\{?(?:\+\+|₊₊)\}?)?"
_SYMMETRIC = re.compile(
    rf"^(?:SPD|Sym|S|𝕊){_DEFINITE}\s*(?:\^\s*\{{?|[\[(]\s*)(\w+)(?:\s*[,×x]\s*\1)?\s*[\])}}]?{_DEFINITE}\s*$"
)


def _raised(found: re.Match[str]) -> str:
    """`ℝⁿ`, `ℝᵐˣⁿ`."""
    from unicodedata import normalize

    return f"R[{', '.join(normalize('NFKC', letter) for letter in found.groups() if letter)}]"


def _symmetric(found: re.Match[str]) -> str:
    """`S[n]`, `S^n`, `Sym(n)` are the symmetric matrices, `S_{++}^n` and `SPD(n)` the positive definite ones."""
    definite = any(mark in found[0] for mark in ("SPD", "++", "₊₊"))
    return f"R[{found[1]}, {found[1]}] {'spd' if definite else 'symmetric'}"


def _signed(found: re.Match[str]) -> str:
    return f"{found[1]} {'positive' if found[2] == '>' else 'nonnegative'}"


def _nonnegative(found: re.Match[str]) -> str:
    """`R+[n]`, `ℝ₊^n` are the nonnegative vectors, `R++[n]` the positive ones."""
    return f"R[{found[2].replace('×', ', ')}] {'positive' if len(found[1]) > 1 else 'nonnegative'}"


def rewritten_type(s: str) -> str:
    """`W : R[m x n]`, `x : vector(n)`, `A : ℝ^{n×n}, x ∈ R^n`, `x : R[n], positive`, `x in R^n`."""
    word = re.match(r"(scalars?|vectors?|matrix|matrices)\s+(?=[^\W\d])(.+)$", s)
    if word and not re.search(r"[=:∈]", s):
        shape = {"s": "R", "v": "R[n]", "m": "R[m, n]"}[word[1][0]]
        return f"{word[2].strip()} : {shape}"
    s = re.sub(rf"^{_NAMES}\s+(?:in|is in|of)\s+(?=[Rℝ])", r"\g<names> : ", s)
    head = re.match(rf"{_NAMES}\s*[:∈]\s*", s)
    if head is None or "==" in s:
        return s
    names, rest = s[: head.end()], s[head.end() :]
    rest = re.sub(r"\\times|\btimes\b", "×", rest)
    rest = re.sub(r"^[Rℝ]([ᵐⁿᵏᵈᵖ])(?:[ˣ×]([ᵐⁿᵏᵈᵖ]))?(?!\w)", _raised, rest)
    rest = _SYMMETRIC.sub(_symmetric, rest)
    attributes = "symmetric|diagonal|spd|orthogonal|positive|lower|upper|skew|invertible|nonnegative|binary|constant"
    rest = re.sub(rf"^((?:{attributes})(?:\s+(?:{attributes}))*)\s+(?:matrix\s+)?([Rℝ]\[[^\]]*\])\s*$", r"\2 \1", rest)
    rest = re.sub(rf"^([Rℝ](?:\[[^\]]*\])?)\s*\(((?:{attributes})(?:\s*,?\s*(?:{attributes}))*)\)\s*$", r"\1 \2", rest)
    rest = re.sub(r"^([Rℝ]\[[^\]]*?)\s*,\s*\]", r"\1]", rest)
    rest = re.sub(r"^R([a-z])$", r"R[\1]", rest)
    rest = re.sub(r"^([Rℝ](?:\[[^\]]*\]|\^\w+)?)\s*(>=|≥|>)\s*0$", _signed, rest)
    rest = re.sub(r"^[Rℝ](?:_?\{?(\+\+?|[₊]+)\}?)\s*(?:\[|\^\{?)\s*([\w, ×]+?)\s*[\]}]?$", _nonnegative, rest)
    rest = re.sub(r"^\{\s*0\s*,\s*1\s*\}(?:\^)?(\[[^\]]*\])?$", lambda m: f"R{m[1] or ''} binary", rest)
    rest = re.sub(
        r"^\{\s*(?:-1\s*,\s*\+?1|\+?1\s*,\s*-1|±\s*1)\s*\}(\[[^\]]*\])?$", lambda m: f"R{m[1] or ''} signs", rest
    )
    rest = re.sub(
        r"^\{\s*0\s*(?:\.\.|,\s*…\s*,|,\s*\.\.\.\s*,)\s*(\d+)\s*\}", lambda m: f"{{1..{int(m[1]) + 1}}}", rest
    )
    name = re.escape(names.rstrip(" :∈"))
    rest = re.sub(rf"^([Rℝ]\[[^\]]*\])\s+(?:where|with)\s+{name}\s*=+\s*{name}(?:\.T|'|ᵀ|\^T)$", r"\1 symmetric", rest)
    # several declarations in one
    rest = re.sub(rf",\s*(?={_NAMES}\s*(?::|∈|\bin\b))", "; ", rest)
    rest = re.sub(r"(?<=;)(\s*[\w\s,]+?)\s+in\s+(?=[Rℝ])", r"\1 : ", rest)
    # a value
    value = re.match(r"([Rℝ](?:\[[^\]]*\])?)\s*=\s*(.+)$", rest)
    if value:
        name = names.rstrip(" :∈")
        return f"{name} : {value[1]}; {name} = {value[2]}"
    rest = re.sub(r"([Rℝ](?:\[[^\]]*\]|\^\{[^}]*\}|\^\w+)?)\s*,\s*(?=[a-z]{4,})", r"\1 ", rest)
    rest = re.sub(r"^([Rℝ])\s*\(([^()]*)\)", r"\1[\2]", rest)
    rest = re.sub(r"^([Rℝ])\s*\^\s*\(\s*(\w+)\s*(?:x|X|×|by)\s*(\w+)\s*\)", r"\1[\2, \3]", rest)
    rest = re.sub(rf"^([Rℝ])\s*\^\s*({_DIM}?)\s*[x×]\s*(\w+)", r"\1[\2, \3]", rest)
    rest = re.sub(rf"^([Rℝ])\s*\^?\s*[\[{{(]\s*({_DIM})\s*(?:x|X|\*|×|by)\s*({_DIM})\s*[\]}})]", r"\1[\2, \3]", rest)
    rest = re.sub(r"^([Rℝ])\[(\w+)\]\[(\w+)\]", r"\1[\2, \3]", rest)
    rest = re.sub(r"^[\[(]\s*([\w\s,]*?)\s*,?\s*[\])]", r"R[\1]", rest)
    kinds = "vector|Vector|vec|array|ndarray|Tensor|tensor|matrix|Matrix"
    rest = re.sub(rf"^(?:{kinds})\s*[\[(]([^\])]*)[\])]", r"R[\1]", rest)
    rest = re.sub(rf"^(?:{_SCALAR})\b", "R", rest)
    rest = re.sub(rf"^(?:{_SCALAR}|R)\s*[\[(]([^\])]*)[\])]", r"R[\1]", rest)
    rest = re.sub(r"^(?:int|integer|Int|ℕ|N)\b", "Z", rest)
    rest = re.sub(r"^(?:vector|Vector)\b(?!\s*[\[(])", "R[n]", rest)
    rest = re.sub(r"^(?:matrix|Matrix)\b(?!\s*[\[(])", "R[m, n]", rest)
    rest = re.sub(r"^(\w+)\s*(?:x|×|by)\s*(\w+)\s*$", r"R[\1, \2]", rest)
    rest = re.sub(r"^([a-z]|\d+)\s*$", r"R[\1]", rest)
    return names + rest
