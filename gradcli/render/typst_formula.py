"""Formulas as Typst mathematics."""

from __future__ import annotations

from gradcli.render.formula import (
    Accent,
    Fenced,
    Formula,
    Fraction,
    Matrix,
    Root,
    Row,
    Scripts,
    Space,
    Styled,
    Symbol,
    formula,
)

# what is a word of its own in Typst's mathematics; other words of several letters are text in quotes
_OPERATORS = {
    "∂": "partial", "∇": "nabla", "∈": "in", "×": "times", "⋅": "dot", "⊙": "dot.o", "⊘": "div.o", "⊗": "times.o",
    "≤": "<=", "≥": ">=", "≠": "!=", "∞": "infinity", "∑": "sum", "∏": "product", "⊤": "top", "→": "->", "†": "dagger",
    "∘": "compose", "∗": "ast", "−": "-", "…": "dots", "′": "'", "″": "''", ",": ",", "⌊": "⌊", "⌋": "⌋",
}  # fmt: skip
_FUNCTIONS = frozenset({
    "exp", "log", "ln", "sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "max", "min", "det",
    "tr",
})  # fmt: skip
_ACCENTS = {
    "^": "hat", "~": "tilde", "¯": "macron", "˙": "dot", "¨": "dot.double", "ˇ": "caron", "´": "acute", "`": "grave",
}  # fmt: skip
_SPECIAL = frozenset('#$*_`"/&;\\')


def typst(latex: str) -> str:
    """Typst mathematics, without dollars, of LaTeX that a notation wrote.

    Raises LookupError for a command that no notation writes.
    """
    return _written(formula(latex))


def _written(part: Formula) -> str:
    match part:
        case Symbol():
            return _symbol(part)
        case Space(width):
            return "quad" if width >= 1 else "thin"
        case Row(parts):
            return " ".join(text for each in parts if (text := _written(each)))
        case Scripts(base, below, above):
            return _scripts(base, below, above)
        case Fraction(top, bottom):
            return f"frac({_cell(top)}, {_cell(bottom)})"
        case Root(body):
            return f"sqrt({_cell(body)})"
        case Fenced(left, body, right):
            return _fenced(left, _written(body), right)
        case Matrix(rows):
            written = "; ".join(", ".join(_cell(cell) for cell in row) for row in rows)
            return f'mat(delim: "[", {written})'
        case Accent(sign, body):
            return f"accent({_cell(body)}, {_ACCENTS.get(sign, 'hat')})"
        case Styled(style, body):
            inner = _written(body)
            return f"bold({inner})" if style == "bold" else inner * 2 if len(inner) == 1 else inner


def _scripts(base: Formula, below: Formula | None, above: Formula | None) -> str:
    written = _written(base)
    if isinstance(base, Symbol | Styled | Fenced | Matrix | Accent | Root):
        written += f"_{_script(below)}" if below is not None else ""
        if above is None:
            return written
        return written + (_script(above) if _is_primes(above) else f"^{_script(above)}")
    # brackets around a base would be printed
    parts = [_protected(written)]
    parts += [f"b: {_cell(below)}"] if below is not None else []
    parts += [f"t: {_cell(above)}"] if above is not None else []
    return f"attach({', '.join(parts)})"


def _symbol(part: Symbol) -> str:
    text = part.text
    match part.kind:
        case "number" | "identifier":
            return text
        case "function":
            return text if text in _FUNCTIONS else f'op("{_quoted(text)}")'
        case "text":
            return f'"{_quoted(text)}"'
    if set(text) == {"′"}:
        return "'" * len(text)
    found = _OPERATORS.get(text)
    return found if found is not None else f"\\{text}" if text in _SPECIAL else text


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _fenced(left: str, inner: str, right: str) -> str:
    if left == right == "‖":
        return f"norm({_protected(inner)})"
    if left == right == "|":
        return f"abs({_protected(inner)})"
    return f"lr({left} {_protected(inner)} {right})"


def _script(part: Formula) -> str:
    written = _written(part)
    return written if _is_primes(part) else f"({written})"


def _is_primes(part: Formula) -> bool:
    return isinstance(part, Symbol) and set(part.text) == {"′"}


def _cell(part: Formula) -> str:
    return _protected(_written(part))


def _protected(written: str) -> str:
    """An argument of a call: what would part arguments is escaped."""
    depth = 0
    out = []
    quoted = False
    for sign in written:
        quoted ^= sign == '"'
        depth += (sign in "([") - (sign in ")]")
        out.append(f"\\{sign}" if sign in ",;" and depth == 0 and not quoted else sign)
    return "".join(out)
