"""What is written out of habit from elsewhere, rewritten as the language has it.

Each rule takes the text of one statement and returns it rewritten, or the same text.  The outcome is read again before
anybody is told of it, so a rule says only what a notation means and not whether it is right where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from gradcli.ops.words import ALIASES, PREFIXES
from gradcli.syntax.operands import after, before
from gradcli.syntax.rewrites_declared import by_declarations
from gradcli.syntax.rewrites_languages import from_languages
from gradcli.syntax.rewrites_latex import from_latex
from gradcli.syntax.rewrites_questions import asked_alone
from gradcli.syntax.rewrites_types import rewritten_type

Rule = Callable[[str], str]

_WIDE = str.maketrans(
    "，（）；：＝＋－＊／［］．＠＜＞＾｛｝、‘’´‵“”„‟«»–—‐÷∕⁄○◦⚬∗⨀⊡◯≔←≈≡≅∊∆⟨⟩。",
    ',();:=+-*/[].@<>^{},\'\'\'\'""""""---///*******==' + "\x00\x00\x00:Δ<> ",
)
_LONGEST = 20_000  # characters of a text in which definitions are looked for
_NAME = r"[^\W\d]\w*"


def rewritten(text: str, whole: str) -> str | None:
    """The statement with the first foreign notation in it written as here; None where no rule knows one.

    `whole` is the text that it stands in.
    """
    if "#" in text:
        return None  # a comment inside of the statement
    text = " ".join(text.split())  # so that no pattern is tried on runs of blanks
    if len(whole) <= _LONGEST:
        new = asked_alone(text, whole) if text.endswith(".backward()") else by_declarations(text, whole)
        if new != text:
            return new
    for rule in _RULES:
        try:
            new = rule(text)
        except LookupError:
            continue
        if new != text:
            return new
    new = asked_alone(text, whole) if len(whole) <= _LONGEST else text
    return new if new != text else None


def _characters(s: str) -> str:
    if "%*%" in s or "crossprod(" in s:  # R, where t(A) is the transpose
        s = re.sub(r"(?<![\w.])t\(([\w.]+)\)", r"\1.T", s)
        s = re.sub(r"(?<![\w.])t\((?=[^()]*\))", r"transpose(", s)
    s = re.sub(r"%\*%", "@", s).replace("%x%", "⊗")
    s = re.sub(rf"({_NAME})\s*%o%\s*({_NAME})", r"\1 @ \2.T", s)
    s = re.sub(r"[•∙⨯✕✖]", "·", re.sub(r"‖|∥", "‖", s)).translate(_WIDE).replace("\x00", "==")
    s = re.sub(r"[０-９]", lambda found: str(ord(found[0]) - ord("０")), s)
    for char, number in {"½": "(1/2)", "⅓": "(1/3)", "¼": "(1/4)", "¾": "(3/4)", "⅔": "(2/3)"}.items():
        s = s.replace(char, number)
    return s.replace("$", "").replace("†", ".T").rstrip()


def _comments(s: str) -> str:
    s = re.sub(r"([\w)\]]+(?:\([^()]*\))?)\s*//\s*(\d+|[a-z]|\([^()]*\))$", r"floor(\1 / \2)", s)  # Python's quotient
    s = re.sub(rf"(=\s*)({_NAME})\s*%\s*(\d+)$", r"\1\2 - \3 * floor(\2 / \3)", s)
    return re.sub(r"\s(?://|%)\s.*", "", re.sub(r"^(?:--|//|%)", "#", s))


def _equals(s: str) -> str:
    s = re.sub(r":=|<-(?=\s)", "=", s)
    s = s.replace("=>", ">=").replace("=<", "<=")
    return re.sub(r"===", "==", s)


def _words(s: str) -> str:
    s = re.sub(rf"^def\s+({_NAME}\s*\([^()]*\))\s*:\s*return\s+", r"\1 = ", s)
    s = re.sub(rf"^({_NAME})\s*=\s*lambda\s+([\w\s,]+?)\s*:\s*", r"\1(\2) = ", s)
    s = re.sub(rf"^(?:@?\(({_NAME})\)\s*)$", r"\1", s)
    s = re.sub(rf"^({_NAME})\s*=\s*@\((\w[\w\s,]*)\)\s*", r"\1(\2) = ", s)
    s = re.sub(r"^(?:let|set|where|define|and)\s+(?=.*=)", "", s)
    s = re.sub(rf"^(?:let\s+)?({_NAME}(?:\s*,\s*{_NAME})*)\s+(?:be|is)\s+(?:in\s+|an?\s+)?(?=[Rℝ]\b)", r"\1 : ", s)
    s = re.sub(r"^(?:let|given|var|declare|suppose|for)\s+(?=.*(?::|∈|\bin\b))", "", s)
    s = re.sub(r"^(?:assert|prove|verify|show|claim)(?:\s+that)?\s+(?=.*==)", "check ", s)
    s = re.sub(rf"^((?:{_NAME}\s*,\s*)+{_NAME})\s*=\s*(?:\w+\.)?symbols\(.*\)$", r"\1 : R", s)
    s = re.sub(r"^return\s+", "out = ", s)
    s = re.sub(rf"^(?:设|令|已知|其中)?\s*({_NAME}(?:\s*,\s*{_NAME})*?)\s*(?:为|是|属于)\s*(?=[Rℝ]\b)", r"\1 : ", s)
    s = re.sub(r"^(?:设|令|其中|已知|给定|记)\s*", "", s)
    s = re.sub(r"^(?:证明|验证)\s*", "check ", s)
    s = _asked_in_chinese(s)
    s = re.sub(r"^求\s*", "", s)
    s = re.sub(rf"^(?:diff|D)\(({_NAME}),\s*({_NAME})\)$", r"derivative \1 wrt \2", s)
    s = re.sub(r"\b(?:with respect to|w\.r\.t\.?|by)\s+", "wrt ", s) if re.match(r"\w+\s+\w+\s", s) else s
    s = re.sub(r"^(?:diff|differentiate|d)\s+(\w+)\s+(?=wrt)", r"derivative \1 ", s)
    s = re.sub(r"^(?:gradient of|∇ of)\s+", "grad ", s)
    s = re.sub(rf"^∇\s*({_NAME})\(({_NAME})\)$", r"∇_\2 \1", s)
    return re.sub(r"^(check|refute)\s*:\s*", r"\1 ", s)


_CHINESE = {"梯度": "grad", "导数": "derivative", "偏导": "derivative", "偏导数": "derivative", "微分": "differential"}
_CHINESE |= {
    "雅可比": "jacobian",
    "雅可比矩阵": "jacobian",
    "黑塞矩阵": "hessian",
    "海森矩阵": "hessian",
    "海塞矩阵": "hessian",
}


def _asked_in_chinese(s: str) -> str:
    """`求 f 对 x 的梯度`, `求f关于x的导数`; the blanks may be missing, so the names are Latin or Greek letters."""
    name = r"([A-Za-zͰ-Ͽ_][\wͰ-Ͽ]*?)"
    found = re.fullmatch(rf"(?:求|计算)?\s*{name}\s*(?:对|关于)\s*{name}\s*(?:求|的)\s*({'|'.join(_CHINESE)})", s)
    return f"{_CHINESE[found[3]]} {found[1]} wrt {found[2]}" if found else s


def _keyword(s: str) -> str:
    from difflib import get_close_matches

    from gradcli.syntax.tokens import KEYWORDS

    found = re.match(r"([^\W\d]\w{2,30})\s+(?=[^\W_=:])", s)
    if found is None or found[1] in KEYWORDS or (" wrt " not in s and "==" not in s):
        return s
    close = get_close_matches(found[1].lower(), KEYWORDS, 1, 0.75)
    return f"{close[0]} {s[found.end() :]}" if close else s


def _matlab(s: str) -> str:
    """`A(:, 1)`, `A(:)`, `x[end]`, `sin.(x)`, `x .+ 1`."""
    s = re.sub(rf"\b({_NAME})\(\s*:\s*\)", r"vec(\1)", s)
    part = r"(?:\w*\s*:\s*[\w+-]*|\w+)"
    s = re.sub(rf"\b({_NAME})\((?=[^()]*:)(\s*{part}\s*(?:,\s*{part}\s*)*)\)", r"\1[\2]", s)
    s = re.sub(r"=\s*([^=|]+?)\s*\|>\s*(\w+)$", r"= \2(\1)", s)
    s = re.sub(r"(?:\bord\s*=\s*)?(['\"])(fro|nuc)\1", r'"\2"', s) if re.search(r"\bord\s*=|'(?:fro|nuc)'", s) else s
    s = re.sub(rf"\b({_NAME})\.\(", r"\1(", s)
    s = re.sub(r"\)\s*&&?\s*\(", ") * (", s)
    s = re.sub(r"\b([A-Za-z]\w?)\((\d+(?:\s*,\s*\d+)*)\)", r"\1[\2]", s)
    s = re.sub(rf"\b({_NAME})\[\s*:\s*:\s*-1\s*\]", r"flip(\1)", s)
    return re.sub(r"\s*\.([+-])", r" \1", s)


def _derivative(s: str) -> str:
    """`d/dx f`, `d/dx (f)`: the derivative as a question."""
    found = re.fullmatch(rf"(?:d|∂)\s*/\s*(?:d|∂)\s*({_NAME})\s*\(?\s*({_NAME})\s*\)?", s)
    s = f"∂{found[2]}/∂{found[1]}" if found else s
    return re.sub(rf"∇²\s*({_NAME})\(({_NAME})\)", r"hess(\1, \2)", s)


def _compared(s: str) -> str:
    """`y = x != 0`: a comparison that is a value stands in brackets."""
    found = re.fullmatch(rf"({_NAME}\s*=)\s*([^=!]+?)\s*(!=|≠)\s*([^=!]+)", s)
    return f"{found[1]} ({found[2]} != {found[4]})" if found else s


def _equation(s: str) -> str:
    """`check a = b`, `y == W @ x`, `check a != b`."""
    word = re.match(r"(check|refute|implicit)\b", s)
    if word and "!=" in s.replace("≠", "!=") and word[1] == "check":
        return "refute" + s.replace("≠", "!=").replace("!=", "==")[5:]
    if word and "==" not in s and "=" in s:
        return re.sub(r"(?<![<>=!])=(?!=)", "==", s)
    if word:
        return s
    if "!=" in s or "≠" in s:
        return "refute " + s.replace("≠", "!=").replace("!=", "==", 1)
    if "==" in s and not re.search(r"(?<![<>=!])=(?!=)", s):
        return re.sub("==", "=", s, count=1) if re.match(rf"{_NAME}\s*==", s) else f"check {s}"
    chain = re.fullmatch(rf"({_NAME})\s*=\s*({_NAME})\s*=\s*([^=]+)", s)
    return f"{chain[2]} = {chain[3]}; {chain[1]} = {chain[2]}" if chain else s


def _braces(s: str) -> str:
    if re.match(rf"{_NAME}(?:\s*,\s*{_NAME})*\s*[:∈]", s):
        return s
    s = re.sub(r"\^\s*\{\s*(-?)\s*(T|\d+)\s*\}", r"^\1\2", s)
    s = re.sub(r"_\{(\w+)\}", r"_\1", s)
    return s.replace("{", "(").replace("}", ")")


def _rows(s: str) -> str:
    """`[1, 2; 3, 4]`, `[1 2; 3 4]`, `[1 2]`."""

    def entries(row: str) -> str:
        row = row.strip()
        return ", ".join(row.split()) if "," not in row else row

    def literal(found: re.Match[str]) -> str:
        rows = [row for row in found[1].split(";") if row.strip()]
        inner = [entries(row) for row in rows]
        if len(rows) == 1 and "," not in found[1] and re.fullmatch(r"[A-Z]\w*(?:\s+[A-Z]\w*)+", rows[0].strip()):
            return f"[[{inner[0]}]]"  # matrices side by side
        return f"[{inner[0]}]" if len(rows) == 1 else "[" + ", ".join(f"[{row}]" for row in inner) + "]"

    return re.sub(r"(?<![\w\])])\[([^\[\]()=<>:]*)\]", literal, s)


def _chained(s: str) -> str:
    """`a < x < b`."""
    part = r"([\w.]+|\([^()]*\))"
    return re.sub(rf"{part}\s*(<=?|>=?)\s*{part}\s*(<=?|>=?)\s*{part}", r"(\1 \2 \3) * (\3 \4 \5)", s)


def _angles(s: str) -> str:
    s = re.sub(r"<([^<>=,|]+)\|([^<>=,|]+)>", lambda m: f"dot({m[1].strip()}, {m[2].strip()})", s)
    return re.sub(r"<([^<>=,]+),([^<>=,]+)>", lambda m: f"dot({m[1].strip()}, {m[2].strip()})", s)


def _choice(s: str) -> str:
    s = re.sub(r"=\s*(.+?)\s+if\s+(.+?)\s+else\s+(.+)$", r"= where(\2, \1, \3)", s)
    return re.sub(r"=\s*([^?]+?)\s*\?\s*([^:]+?)\s*:\s*(.+)$", r"= where(\1, \2, \3)", s)


def _numbers(s: str) -> str:
    return re.sub(r"(?<![\w.])(\d+)\.(?=\s|[-+*/)@,]|$)", r"\1.0", s)


def _subscripts(s: str) -> str:
    return re.sub(r"(?<=\w)([₀₁₂₃₄₅₆₇₈₉]+)", lambda m: "_" + "".join(str("₀₁₂₃₄₅₆₇₈₉".index(c)) for c in m[1]), s)


def _tuples(s: str) -> str:
    s = re.sub(r"\b(zeros|ones|eye|reshape)\(([^()]*?)[(\[]([\w\s,]*)[)\]]\)", r"\1(\2\3)", s)
    joins = "concat|concatenate|cat|stack|vstack|hstack|row_stack|column_stack|block_diag"
    s = re.sub(rf"\b({joins})\(\(([^()]*)\)", r"\1(\2", s)
    s = re.sub(rf"^\(((?:{_NAME}\s*,\s*)+{_NAME})\)\s*=", r"\1 =", s)
    return re.sub(r"=\s*\(([^()]+(?:,[^()]+)+)\)$", r"= [\1]", s)


def _cross(s: str) -> str:
    found = s.find("×")
    if found < 0:
        return s
    if re.search(r"\d\s*$", s[:found]) or re.match(r"\s*\d", s[found + 1 :]):
        return f"{s[:found].rstrip()} * {s[found + 1 :].lstrip()}"
    left, right = before(s, found), after(s, found + 1)
    a, b = s[left:found].strip(), s[found + 1 : right].strip()
    both = a.islower() and b.islower() and a.isalpha() and b.isalpha()
    return s[:left] + (f"cross({a}, {b})" if both else f"{a} @ {b}") + s[right:]


def _divided(s: str) -> str:
    r"""MATLAB's `A\b`, also with blanks around the sign."""
    s = re.sub(r"(?<=[\w)\]'])\s+\\\s+(?=[\w(])", r"\\", s)
    for found in re.finditer(r"\\(?=[A-Za-z]\b|[A-Za-z]\d|\()", s):
        place = found.start()
        left = before(s, place)
        if left == place:
            continue
        right = after(s, place + 1)
        return f"{s[:left]}solve({_stripped(s[left:place])}, {_stripped(s[place + 1 : right])}){s[right:]}"
    return s


def _stripped(text: str) -> str:
    """An operand without the brackets around the whole of it."""
    text = text.strip()
    return text[1:-1] if text[:1] == "(" and after(text, 0) == len(text) and before(text, len(text)) == 0 else text


_METHODS = {
    "dot": "@",
    "matmul": "@",
    "mm": "@",
    "mv": "@",
    "bmm": "@",
    "mul": "*",
    "multiply": "*",
    "add": "+",
    "sub": "-",
    "div": "/",
    "pow": "**",
}
_REDUCTIONS = frozenset({"sum", "mean", "prod", "max", "min", "var", "std", "softmax", "logsumexp", "logsoftmax"})
_TURNED = ("transpose", "t", "conj", "numpy")
_RENAMED = {"square": "**2", "detach": "stop", "reciprocal": "^-1"}


def _methods(s: str) -> str:
    """`X.T.dot(y)`, `x.sum()`, `A.inverse()`."""
    found = re.search(r"\.([A-Za-z_]\w*)\(", s)
    if found is None:
        plain = re.search(r"\.(t|H|I)\b", s)
        if plain is None:
            s = re.sub(r"\.'", ".T", s)
            return re.sub(r"\b([A-Za-z]\d?)\.(?!T\b|mT\b)([A-Za-z]\d?)\b", r"\1 @ \2", s)
        return s[: plain.start()] + ("^-1" if plain[1] == "I" else ".T") + s[plain.end() :]
    place, name = found.start(), found[1]
    left = before(s, place)
    if s[left:place].split(".")[0] in PREFIXES:
        return s
    if left == place:
        return s
    right = after(s, found.end() - 1)
    base, inside = s[left:place], s[found.end() : right - 1].strip()
    if name in _METHODS and inside:
        operand = inside if after(inside, 0) == len(inside) else f"({inside})"
        new = f"{base} {_METHODS[name]} {operand}"
        if s[right : right + 1] in (".", "^") or s[:left].rstrip()[-1:] in tuple("*/@^-"):
            new = f"({new})"
    elif name == "transpose" and inside.replace(" ", "") in ("-1,-2", "-2,-1", "1,2", "2,1"):
        new = f"{base}.mT"
    elif name in ("transpose", "permute") and inside.replace(" ", "") in ("0,1", "1,0"):
        new = f"{base}.T"
    elif name == "unsqueeze" and inside in ("0", "1", "-1"):
        new = f"{base}[None, :]" if inside == "0" else f"{base}[:, None]"
    elif name in ("clamp", "clip") and (bounds := re.fullmatch(r"(min|max)\s*=\s*([^,]+)", inside)):
        new = f"{'max' if bounds[1] == 'min' else 'min'}({base}, {bounds[2]})"
    elif name in _TURNED and not inside:
        new = f"{base}.T"
    elif name in ("flatten", "ravel") and not inside:
        new = f"vec({_stripped(base)}.T)"
    elif name == "square":
        new = f"({base}**2)" if s[right : right + 1] in (".", "^", "[") else f"{base}**2"
    else:
        if ALIASES.get(name, name) in _REDUCTIONS:
            inside = re.sub(r"^(-?\d)(?=\s*(?:,|$))", r"axis=\1", inside)
            inside = re.sub(r"\bkeepdim\s*=", "keepdims=", re.sub(r"\bdim\s*=", "axis=", inside))
        fn = {"detach": "stop", "view": "reshape"}.get(name, ALIASES.get(name, name))
        new = f"{fn}({_stripped(base)}{', ' * bool(inside)}{inside})"
    return s[:left] + new + s[right:]


_SMALL = str.maketrans("ᵢⱼₖₗₘₙₚᵣₛₜⁿᵐᵏᵈᴺ", "ijklmnprstnmkdN")


def plain(s: str) -> str:
    """Subscripts of small letters, `xᵢⱼ`, as `x_ij`; `ⁿ` as n."""
    return re.sub(r"[ᵢⱼₖₗₘₙₚᵣₛₜ]+", lambda found: f"_{found[0]}", s).translate(_SMALL)


def _sums(s: str) -> str:
    """`∑_{i=1}^n x_i`, as LaTeX has it."""
    s = re.sub(r"(?:∑|Σ)\s*([ᵢⱼₖₘₙ])₌₁([ⁿᵐᵏᵈᴺ])", lambda m: f"∑_{{{plain(m[1])[1:]}=1}}^{plain(m[2])} ", s)
    s = re.sub(r"(?<=_[a-z])[²³]", lambda m: f"^{'²³'.index(m[0]) + 2}", plain(s)) if "∑_" in s else s
    return from_latex(re.sub(r"(?:∑|Σ|\bsum)\s*_(?=\{|\w\s*\^)", r"\\sum_", s)) if "_" in s else s


def sums_over_subscripts(s: str) -> str:
    """`sum_i x_i`, `Σ x_i y_i`: sums of entries whose indices stand below; without an index by the letter of all."""
    s = re.sub(r"(?:∑|Σ|\bsum)_(?=[a-z](?![A-Za-z0-9_]))", r"\\sum_", s)
    several = re.search(r"(?:∑|Σ|\bsum)_([a-z]{2,3})(?![A-Za-z0-9_])\s*(.+)$", s)
    if several is not None:
        entries = re.sub(r"\b([^\W_]+)_([a-z]{1,3})\b", lambda one: f"{one[1]}[{', '.join(one[2])}]", several[2])
        return f"{s[: several.start()]}sum[{', '.join(several[1])}]({entries})"
    bare = re.search(r"(?:∑|Σ)(?![\w\[])\s*(.+)$", s)
    if bare is not None:
        letters = re.findall(r"[A-Za-z]_([a-z])(?![A-Za-z0-9])", bare[1])
        if letters and len(set(letters)) == 1:
            s = f"{s[: bare.start()]}\\sum_{letters[0]} {bare[1]}"
    return from_latex(s)


def _sum_of_all(s: str) -> str:
    """`∑ (y - X w)²`, without an index: of all entries."""
    found = re.search(r"∑\s*(?=[(‖|])", s)
    if found is None:
        return s
    right = after(s, found.end())
    power = re.match(r"\s*(?:(?:\^|\*\*)\s*\d+|[²³])", s[right:])
    right += power.end() if power is not None else 0
    return f"{s[: found.start()]}sum({s[found.end() : right]}){s[right:]}"


_LISTED = re.compile(rf"[,，]\s*(?:(?:where|with|and|其中|且)\s+)?(?={_NAME}\s*(?:\([\w\s,]*\)\s*)?=(?!=))")


def _listed(s: str) -> str:
    """`L = f(p), p = W x`, `L = f(p) where p = W x`: definitions beside one another."""
    if re.match(rf"{_NAME}\s*(?:\([\w\s,]*\)\s*)?=(?!=)", s) is None:
        return s
    s = re.sub(rf"\s+(?:where|with|其中)\s+(?={_NAME}\s*=(?!=))", "; ", s)
    out, start = "", 0
    for found in _LISTED.finditer(s):
        before_it = s[: found.start()]
        if sum(before_it.count(each) for each in "([{") == sum(before_it.count(each) for each in ")]}"):
            out += f"{s[start : found.start()]}; "
            start = found.end()
    return out + s[start:]


def _optimised(s: str) -> str:
    """`minimize 1/2 x^T Q x`, `min_w ||X w - y||^2`: what is optimised is the value that is asked about."""
    if re.search(r"(?<![<>=!])=(?!=)", s):
        return s
    words = r"(?:arg)?min(?:imi[sz]e)?|(?:arg)?max(?:imi[sz]e)?|最小化|最大化"
    found = re.match(rf"(?:{words})(?:\s*_\s*(?:\w|\{{[^{{}}]*\}}))?\s+(?=\S)", s, re.IGNORECASE)
    if found is None:
        return s
    value = re.split(r"\s(?:s\.\s?t\.|subject to)\s", s[found.end() :])[0]
    return f"f = {value}"


def _divergence(s: str) -> str:
    """`KL(p || q)`."""
    part = r"\s*([^()|‖∥,]+?)\s*"
    found = re.search(rf"\b(?:D_?)?KL\s*\({part}(?:\|\||‖|∥){part}\)", s)
    if found is None:
        return s
    p, q = (each if re.fullmatch(r"\w+", each) else f"({each})" for each in found.groups())
    return f"{s[: found.start()]}sum({p} * log({p} / {q})){s[found.end() :]}"


def _logdet(s: str) -> str:
    return re.sub(r"\blog\s*\|?\s*det\s+([A-Za-z]\w*)\|?", r"logdet(\1)", s)


_RULES: tuple[Rule, ...] = (
    _divergence,
    from_languages,
    _characters,
    _divided,
    _optimised,
    from_latex,
    _listed,
    _sums,
    _sum_of_all,
    _comments,
    _words,
    _logdet,
    _derivative,
    _compared,
    _matlab,
    rewritten_type,
    _tuples,
    _methods,
    _angles,
    _equals,
    _choice,
    _rows,
    _braces,
    _subscripts,
    _numbers,
    _chained,
    _cross,
    _keyword,
    _equation,
)
