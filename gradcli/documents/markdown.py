"""The pieces of a Markdown text, in one pass over it."""

from __future__ import annotations

import re

from gradcli.documents.pieces import Directive, Fence, Formula, Piece, Unclosed

_SPECIAL = re.compile(
    r"(?P<fence>^[ \t>]*(?P<ticks>`{3,}|~{3,})[ \t]*(?P<info>[^\n`]*)$)"
    r"|(?P<comment><!--)"
    r"|(?P<code>`+)"
    r"|(?P<escape>\\\$)"
    r"|(?P<double>\$\$)"
    r"|(?P<single>\$)"
    r"|(?P<paren>\\{1,2}\()"
    r"|(?P<square>\\{1,2}\[)"
    r"|\\begin\{(?P<env>(?:equation|align|gather|multline|eqnarray|displaymath|flalign|alignat|aligned|split)\*?)\}"
    r"|(?P<block><(?P<tag>pre|script|style)\b|\{%-?\s*(?P<liquid>highlight|raw)\b)",
    re.MULTILINE,
)
_QUIET = re.compile(  # where no formulas are read
    r"(?P<fence>^[ \t>]*(?P<ticks>`{3,}|~{3,})[ \t]*(?P<info>[^\n`]*)$)|(?P<comment><!--)", re.MULTILINE
)
_BLANK = re.compile(r"\n[ \t]*\n")
_GRADCLI = re.compile(r"\s*gradcli:")
_LONGEST_INLINE = 1500
_LONGEST_CODE = 3000  # characters in which a mark must be closed, or a line ends
_MARKERS = re.compile(r"[\s>*\-+\d.:、，。,;；：()（）]*+")


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.out: list[Piece] = []
        self.missing: set[str] = set()

    def find(self, what: str, at: int) -> int:
        """Where a closing mark stands; -1 where there is none, which is found out once."""
        if what in self.missing:
            return -1
        found = self.text.find(what, at)
        if found < 0:
            self.missing.add(what)
        return found

    def scan(self) -> list[Piece]:
        text = self.text
        at = self.front_matter()
        active = False
        while (match := (_SPECIAL if active else _QUIET).search(text, at)) is not None:
            if not active and match["comment"] and self.in_code(match.start()):
                at = match.end()
                continue
            at = self.piece(match)
            last = self.out[-1] if self.out else None
            if isinstance(last, Directive) and last.start == match.start():
                active = _turned(last.text, active)
        return self.out

    def in_code(self, at: int) -> bool:
        """Whether a place of a line stands between backticks."""
        start = self.text.rfind("\n", max(0, at - _LONGEST_CODE), at) + 1
        return self.text.count("`", start, at) % 2 == 1

    def front_matter(self) -> int:
        if self.text.startswith("---\n"):
            end = self.text.find("\n---", 3)
            return end + 4 if end >= 0 else 0
        return 0

    def piece(self, match: re.Match[str]) -> int:
        text, start, end = self.text, match.start(), match.end()
        if match["fence"] is not None:
            return self.fence(match)
        if match["comment"]:
            close = self.find("-->", end)
            said = _GRADCLI.match(text, end)
            if close < 0:
                if said:
                    self.out.append(Unclosed(start, end, start, end, "this comment is never closed"))
                return end
            if said and said.end() <= close:
                self.out.append(Directive(start, close + 3, said.end(), close, text[said.end() : close]))
            return close + 3
        assert match.re is _SPECIAL
        if match["code"]:
            ticks = match["code"]
            if text[start - 1 : start] == "$" and len(ticks) == 1:
                return end
            stop = _BLANK.search(text, end, end + _LONGEST_CODE)
            close = text.find(ticks, end, stop.start() if stop else end + _LONGEST_CODE)
            return close + len(ticks) if close >= 0 else end
        if match["escape"]:
            return end
        if match["double"]:
            return self.double(start, end)
        if match["single"]:
            return self.single(start, end)
        if match["paren"] or match["square"]:
            mark = match["paren"] or match["square"]
            closing = mark[:-1] + (")" if match["paren"] else "]")
            close = self.find(closing, end)
            if close < 0 or (match["paren"] and _BLANK.search(text, end, close)):
                return end
            self.out.append(Formula(start, close + len(closing), end, close, bool(match["square"])))
            return close + len(closing)
        if match["env"]:
            closing = f"\\end{{{match['env']}}}"
            close = self.find(closing, end)
            if close < 0:
                self.out.append(Unclosed(start, end, start, end, f"\\begin{{{match['env']}}} is never ended"))
                return end
            close += len(closing)
            self.out.append(Formula(start, close, start, close, True))
            return close
        closing = f"</{match['tag']}" if match["tag"] else f"end{match['liquid']}"
        close = self.find(closing, end)
        return close + len(closing) if close >= 0 and match["liquid"] != "raw" else end

    def fence(self, match: re.Match[str]) -> int:
        text, end = self.text, match.end()
        ticks = match["ticks"]
        closing = re.compile(rf"^[ \t>]*{re.escape(ticks[0])}{{{len(ticks)},}}[ \t]*$", re.MULTILINE)
        found = closing.search(text, end)
        first = min(end + 1, len(text))
        last, stop = (found.start(), found.end()) if found else (len(text), len(text))
        info = match["info"].strip().strip("{}").strip().lstrip(".")
        words = info.split()
        kind = words[0].rstrip(",") if words else ""
        if kind == "mc":
            self.out.append(Fence(match.start(), stop, first, max(first, last)))
        elif kind in ("math", "latex-math"):
            self.out.append(Formula(match.start(), stop, first, max(first, last), True))
        return stop

    def double(self, start: int, end: int) -> int:
        close = self.find("$$", end)
        if close < 0:
            self.out.append(Unclosed(start, end, start, end, "these dollars are never closed"))
            return end
        text = self.text
        line_start = text.rfind("\n", max(0, start - _LONGEST_CODE), start) + 1
        before = text[line_start or max(0, start - _LONGEST_CODE) : start]
        line_end = text.find("\n", close + 2, close + _LONGEST_CODE)
        after = text[close + 2 : line_end if line_end >= 0 else close + _LONGEST_CODE]
        text_before = not _MARKERS.fullmatch(before)
        text_after = not _MARKERS.fullmatch(after)
        inside = text[end:close]
        display = not (text_after and "\n" not in inside) or (not text_before and not text_after)
        if text_before and text_after:
            display = "\n" in inside.strip()
        self.out.append(Formula(start, close + 2, end, close, display))
        return close + 2

    def single(self, start: int, end: int) -> int:
        text = self.text
        if text[end : end + 1] == "`":
            close = text.find("`$", end + 1, end + _LONGEST_INLINE)
            if close >= 0:
                self.out.append(Formula(start, close + 2, end + 1, close, False))
                return close + 2
        close = text.find("$", end, end + _LONGEST_INLINE)
        while close >= 0 and text[close - 1] == "\\":
            close = text.find("$", close + 1, end + _LONGEST_INLINE)
        if close < 0:
            return end
        inside = text[end:close]
        if _BLANK.search(inside):
            return end
        opens_apart, closes_apart = inside[:1].isspace(), inside[-1:].isspace()
        if opens_apart != closes_apart or text[close + 1 : close + 2].isdigit() or not inside.strip():
            return end
        self.out.append(Formula(start, close + 1, end, close, False))
        return close + 1


def _turned(text: str, active: bool) -> bool:
    """Whether formulas are read after a directive."""
    for word in re.findall(r"(?:^|[;\n])\s*(check|stop)\s*(?=$|[;\n])", text.strip()):
        active = word == "check"
    return active


def markdown_pieces(text: str) -> list[Piece]:
    """The pieces of a Markdown text, in order."""
    return _Scanner(text).scan()
