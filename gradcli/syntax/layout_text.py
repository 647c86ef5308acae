"""Programs laid out: one space where a space belongs, and nothing else changed.

Lines stay where they are, comments keep their words, and a text whose meaning a space could change is left alone.
"""

from __future__ import annotations

import re

from gradcli.syntax.ast import Module, Source
from gradcli.syntax.parse import parse_module

# longest first; what stands between two of these keeps or loses its spaces by the rules below
_TOKEN = re.compile(
    r"(?P<string>\"[^\"\n]*\")|(?P<number>\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)|(?P<name>[^\W\d]\w*)"
    r"|(?P<post>\.\^|\.\*|\./|\.m?T\b|\.[^\W\d]\w*|['′]+|[⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ]+)|(?P<op>\*\*|==|!=|<=|>=|->|→|[-+*/@=<>⊙⊘⊗∘≤≥≠−·⋅×^:,])"
    r"|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<other>\S)"
)
_SPACED = frozenset({
    "==", "!=", "<=", ">=", "->", "→", "=", "<", ">", "+", "@", "⊙", "⊘", "⊗", "∘", "≤", "≥", "≠", "*", "/", "·",
    "⋅", "×",
    ".*", "./",
})  # fmt: skip
_SIGNS = frozenset({"-", "−"})


def laid_out(source: Source) -> str:
    """The text laid out; the same text where it has a syntax error or would not mean the same."""
    module, wrong = parse_module(source)
    if wrong:
        return source.text
    lines = [_line(line) for line in source.text.split("\n")]
    kept: list[str] = []
    for line in lines:  # at most one blank line, none at the ends
        if line or (kept and kept[-1]):
            kept.append(line)
    while kept and not kept[-1]:
        kept.pop()
    text = "\n".join(kept) + "\n" if kept else ""
    again, wrong = parse_module(Source(source.name, text))
    return text if not wrong and _same(module, again) else source.text


def _same(first: Module, second: Module) -> bool:
    return first.statements == second.statements


def _line(line: str) -> str:
    code, mark, comment = _parted(line)
    indent = "  " if code[:1].isspace() else ""  # a line that goes on keeps standing in
    statements = [_statement(part) for part in code.split(";")]
    body = "; ".join(part for part in statements if part)
    body = indent + body if body else ""
    if not mark:
        return body
    words = comment.strip()
    told = "#" if not words else f"# {words}" if not words.startswith(("!", "#")) else f"#{words}"
    return f"{body}  {told}" if body else told


def _parted(line: str) -> tuple[str, str, str]:
    """Code, the comment's mark, and the comment; a mark in a string is none."""
    inside = False
    for place, sign in enumerate(line):
        inside ^= sign == '"'
        if sign == "#" and not inside:
            return line[:place], "#", line[place + 1 :]
    return line, "", ""


def _statement(code: str) -> str:
    tokens: list[tuple[str, str, bool]] = []
    place = 0
    for found in _TOKEN.finditer(code):
        tokens.append((found.lastgroup or "other", found[0], found.start() > place and bool(tokens)))
        place = found.end()
    out = ""
    depth: list[str] = []
    for at, (kind, text, spaced) in enumerate(tokens):
        before = tokens[at - 1] if at else ("start", "", False)
        out += " " * _gap(before, (kind, text, spaced), depth, tokens, at) + text
        if kind == "open":
            depth.append(text)
        elif kind == "close" and depth:
            depth.pop()
    return out.strip()


def _gap(
    before: tuple[str, str, bool],
    token: tuple[str, str, bool],
    depth: list[str],
    tokens: list[tuple[str, str, bool]],
    at: int,
) -> int:
    """How many spaces stand between two tokens: none or one."""
    kind, text, spaced = token
    last_kind, last, _ = before
    if last_kind in ("start", "open") or kind in ("close", "post") or text == ",":
        return 0
    if last == ",":
        return 1
    if text == ":" or last == ":":
        return 0 if depth else 1
    if _is_option(text, last, depth):
        return 0
    if text in ("^", "**") or last in ("^", "**"):
        return 0
    if text in _SIGNS or last in _SIGNS:
        return _around_minus(before, token, tokens, at)
    if text in _SPACED or last in _SPACED:
        return 1
    return int(spaced)  # a space between operands is a product, and none is a call


def _is_option(text: str, last: str, depth: list[str]) -> bool:
    """`axis=1` inside of brackets."""
    return bool(depth) and "=" in (text, last)


def _around_minus(
    before: tuple[str, str, bool], token: tuple[str, str, bool], tokens: list[tuple[str, str, bool]], at: int
) -> int:
    """A minus between operands has spaces, a sign has none behind it."""
    text = token[1]
    last_kind, last, _ = before
    if text in _SIGNS:
        return int(last_kind not in ("open",)) if last_kind != "op" else int(last in _SPACED)
    first = tokens[at - 2] if at >= 2 else ("start", "", False)
    is_sign = first[0] in ("start", "open", "op")
    return 0 if is_sign else 1
