"""The pieces of a TeX text, in one pass over it."""

from __future__ import annotations

import re

from gradcli.documents.pieces import Directive, Formula, Piece, Unclosed

_SPECIAL = re.compile(
    r"(?P<directive>^[ \t]*%+[ \t]*gradcli:[^\n]*(?:\n[ \t]*%+[ \t]*gradcli:[^\n]*)*)"
    r"|(?P<escape>\\[\\$%](?!\[)|\\\\(?=\[))"
    r"|(?P<comment>%[^\n]*)"
    r"|(?P<double>\$\$)"
    r"|(?P<single>\$)"
    r"|(?P<paren>\\\()"
    r"|(?P<square>\\\[)"
    r"|\\begin\{(?P<env>(?:equation|align|gather|multline|eqnarray|displaymath|flalign|alignat|dmath|IEEEeqnarray)\*?)\}"
    r"|\\begin\{(?P<code>verbatim\*?|lstlisting|comment|minted|Verbatim|tikzpicture)\}"
    r"|(?P<verb>\\verb\*?(?P<bar>[^a-zA-Z\s]))",
    re.MULTILINE,
)
_HEAD = re.compile(r"^[ \t]*%+[ \t]*gradcli:", re.MULTILINE)
_BLANK = re.compile(r"\n[ \t]*\n")
_LONGEST_INLINE = 3000


def tex_pieces(text: str) -> list[Piece]:
    """The pieces of a TeX text, in order."""
    out: list[Piece] = []
    missing: set[str] = set()

    def find(what: str, at: int) -> int:
        if what in missing:
            return -1
        found = text.find(what, at)
        if found < 0:
            missing.add(what)
        return found

    at = 0
    while (match := _SPECIAL.search(text, at)) is not None:
        start, at = match.start(), match.end()
        if match["directive"]:
            said = _HEAD.sub(lambda head: " " * len(head[0]), match["directive"])
            out.append(Directive(start, at, start, at, said))
        elif match["escape"] or match["comment"]:
            continue
        elif match["code"]:
            closing = f"\\end{{{match['code']}}}"
            close = find(closing, at)
            at = close + len(closing) if close >= 0 else at
        elif match["verb"]:
            close = text.find(match["bar"], at, at + 1000)
            at = close + 1 if close >= 0 else at
        elif match["env"]:
            closing = f"\\end{{{match['env']}}}"
            close = find(closing, at)
            if close < 0:
                out.append(Unclosed(start, at, start, at, f"\\begin{{{match['env']}}} is never ended"))
                continue
            at = close + len(closing)
            out.append(Formula(start, at, start, at, True))
        elif match["single"]:
            close = _unescaped(text, at)
            if close < 0 or _BLANK.search(text, at, close):
                continue
            out.append(Formula(start, close + 1, at, close, False))
            at = close + 1
        else:
            closing = "$$" if match["double"] else "\\)" if match["paren"] else "\\]"
            close = find(closing, at)
            if close < 0:
                out.append(Unclosed(start, at, start, at, f"`{text[start:at]}` is never closed"))
                continue
            out.append(Formula(start, close + 2, at, close, not match["paren"]))
            at = close + 2
    return out


def _unescaped(text: str, at: int) -> int:
    last = at + _LONGEST_INLINE
    close = text.find("$", at, last)
    while close >= 0 and text[close - 1] == "\\":
        close = text.find("$", close + 1, last)
    return close
