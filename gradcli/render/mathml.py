"""Formulas as MathML: what a browser sets without a script or a font from elsewhere."""

from __future__ import annotations

from html import escape

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

_LARGE = ("∑", "∏")
_PREFIX = ("∂", "∇")
_DOUBLE_STRUCK = {"R": "ℝ", "Z": "ℤ", "N": "ℕ", "1": "𝟙"}


def mathml(latex: str, large: bool = False) -> str:
    """A `<math>` element of LaTeX that a notation wrote; the LaTeX stands in it for who copies it.

    `large` sets fractions and sums as tall as in a display.  Raises LookupError for a command that no notation writes.
    """
    kind = ' displaystyle="true"' if large else ""
    body = _element(formula(latex))
    annotation = f'<annotation encoding="application/x-tex">{escape(latex, quote=False)}</annotation>'
    return f"<math{kind}><semantics><mrow>{body}</mrow>{annotation}</semantics></math>"


def _element(part: Formula) -> str:
    match part:
        case Symbol():
            return _symbol(part)
        case Space(width):
            return f'<mspace width="{width}em"></mspace>'
        case Row(parts):
            return "".join(_element(each) for each in parts)
        case Scripts():
            return _scripts(part)
        case Fraction(top, bottom):
            return f"<mfrac>{_one(top)}{_one(bottom)}</mfrac>"
        case Root(body):
            return f"<msqrt>{_element(body)}</msqrt>"
        case Fenced(left, body, right):
            return f"<mrow>{_fence(left, 'prefix')}{_element(body)}{_fence(right, 'postfix')}</mrow>"
        case Matrix(rows):
            cells = "".join(f"<mtr>{''.join(f'<mtd>{_element(cell)}</mtd>' for cell in row)}</mtr>" for row in rows)
            return f"<mrow>{_fence('[', 'prefix')}<mtable>{cells}</mtable>{_fence(']', 'postfix')}</mrow>"
        case Accent(sign, body):
            return f'<mover accent="true">{_one(body)}<mo stretchy="false">{escape(sign)}</mo></mover>'
        case Styled(style, body):
            return _styled(style, body)


def _symbol(part: Symbol) -> str:
    text = escape(part.text, quote=False)
    match part.kind:
        case "number":
            return f"<mn>{text}</mn>"
        case "identifier":
            return f"<mi>{text}</mi>"
        case "function":
            return f'<mi mathvariant="normal">{text}</mi><mo>&#x2061;</mo>' if len(text) > 1 else f"<mi>{text}</mi>"
        case "text":
            inner = text.strip(" ")  # spaces at the ends would be lost
            before, after = "\xa0" * text.startswith(" "), "\xa0" * (text.endswith(" ") and bool(inner))
            return f"<mtext>{before}{inner}{after}</mtext>"
    if part.text in _PREFIX:
        return f'<mo form="prefix" lspace="0.1em" rspace="0">{text}</mo>'
    if part.text in ("(", ")", "[", "]", "|", "⊤"):
        return f'<mo stretchy="false">{text}</mo>'
    return f"<mo>{text}</mo>"


def _fence(sign: str, form: str) -> str:
    return f'<mo form="{form}" stretchy="true" fence="true">{escape(sign, quote=False)}</mo>' if sign != "." else ""


def _one(part: Formula) -> str:
    """One element, as scripts and fractions want it."""
    written = _element(part)
    return written if isinstance(part, Symbol) and part.kind != "function" else f"<mrow>{written}</mrow>"


def _scripts(part: Scripts) -> str:
    large = isinstance(part.base, Symbol) and part.base.text in _LARGE
    kinds = ("munder", "mover", "munderover") if large else ("msub", "msup", "msubsup")
    scripts = [_one(each) for each in (part.below, part.above) if each is not None]
    kind = kinds[2 if len(scripts) == 2 else 0 if part.below is not None else 1]
    base = part.base
    if isinstance(base, Symbol) and base.kind == "function":
        base = Symbol("text", base.text)
    return f"<{kind}>{_one(base)}{''.join(scripts)}</{kind}>"


def _styled(style: str, body: Formula) -> str:
    text = body.text if isinstance(body, Symbol) else ""
    if style == "double-struck" and text in _DOUBLE_STRUCK:
        return f"<mi>{_DOUBLE_STRUCK[text]}</mi>"
    if style == "bold" and len(text) == 1:
        return f"<mi>{_bold(text)}</mi>"
    return _element(body)


def _bold(letter: str) -> str:
    if "a" <= letter <= "z":
        return chr(0x1D41A + ord(letter) - ord("a"))
    if "A" <= letter <= "Z":
        return chr(0x1D400 + ord(letter) - ord("A"))
    if letter in "0123456789":
        return chr(0x1D7CE + int(letter))
    return letter
