r"""Formulas in another layout by a transpose written around them, `\left(..\right)^T`: done twice it undoes itself."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.convert.rewrite import Change, Rewriter
from gradcli.latex.write import Unwritable
from gradcli.syntax import ast
from gradcli.syntax.ast import Span

_OPEN, _CLOSE, _SIGN = r"\left(", r"\right)", "^T"


class Wrapper:
    """Writes transposes around brackets, `braced` with braces in them; what stands in such brackets comes off."""

    def __init__(self, rewriter: Rewriter, text: str, braced: bool) -> None:
        self._rewriter = rewriter
        self._text = text
        self._open, self._close = (_OPEN + "{", "}" + _CLOSE) if braced else (_OPEN, _CLOSE)

    def statement(self, sides: Sequence[ast.Expr], layout: str) -> list[Change]:
        """The changes of a claim; where one side is a derivative and no more, those of the other sides."""
        if not any(self._rewriter.depends(side, layout) for side in sides):
            return []
        fixed = isinstance(sides[0], ast.Call) and sides[0].fn == "grad"
        if fixed or not any(self._rewriter.turns(side, layout) for side in sides):
            return [change for side in sides for change in self.definition(side, layout)]
        out: list[Change] = []
        for side in sides:
            if self._rewriter.turns(side, layout):
                continue
            inner = self.definition(side, layout)
            if self._rewriter.is_scalar(side):
                out += inner
            else:
                out.append(self._side(side.span, inner))
        return out

    def definition(self, value: ast.Expr, layout: str) -> list[Change]:
        """The changes of the derivatives in an expression."""
        out: list[Change] = []
        for site in self._rewriter.sites(value, layout):
            if not self._rewriter.turns(site, layout):
                raise Unwritable
            out.append(self._site(site.span))
        return out

    def lying(self, sides: Sequence[ast.Expr], layout: str, places: Sequence[Span]) -> list[Change]:
        """The changes of a formula in which derivatives that are known by their entries lie down, or stand up."""
        out = [change for side in sides for change in self.definition(side, layout)]
        return [*out, *(self._site(place) for place in places)]

    def _side(self, span: Span, inner: Sequence[Change]) -> Change:
        """A whole side; `inner` changes lie in it."""
        said = self._text[span.start : span.end]
        self._refuse(said)
        layers, inside = 0, said
        while (found := self._inside(inside)) is not None:
            layers, inside = layers + 1, found
        made = _applied(said, span.start, inner)
        if layers % 2:
            return Change(span, made[len(self._open) : -len(self._close + _SIGN)])
        return Change(span, f"{self._open}{made}{self._close}{_SIGN}")

    def _site(self, span: Span) -> Change:
        """A derivative in a formula, with the transposes that stand around it."""
        text = self._text
        self._refuse(text[span.start : span.end])
        start, end = span.start, span.end
        layers, kept = 0, span
        if text.startswith(_SIGN, end) and is_wrapped(text[start:end], self._open, self._close):
            layers, kept = 1, Span(start + len(self._open), end - len(self._close))
            start, end = self._braced(start, end + len(_SIGN))
        closing = self._close + _SIGN
        while text.startswith(self._open, start - len(self._open)) and text.startswith(closing, end):
            layers, kept = layers + 1, Span(start, end)
            start, end = self._braced(start - len(self._open), end + len(closing))
        if layers % 2:
            return Change(Span(start, end), text[kept.start : kept.end])
        made = f"{self._open}{text[start:end]}{closing}"
        return Change(Span(start, end), f"{{{made}}}" if text[end : end + 1] == "^" else made)

    def _braced(self, start: int, end: int) -> tuple[int, int]:
        """A part with the braces around it that a script after it wants."""
        braced = self._text[start - 1 : start] == "{" and self._text[end : end + 2] == "}^"
        return (start - 1, end + 1) if braced else (start, end)

    def _inside(self, said: str) -> str | None:
        """What is transposed by brackets and a sign around it."""
        whole = said.removesuffix(_SIGN)
        if whole == said or not is_wrapped(whole, self._open, self._close):
            return None
        return whole[len(self._open) : -len(self._close)]

    def _refuse(self, said: str) -> None:
        if "&" in said or "\\\\" in said or not _balanced(said):
            raise Unwritable


def _applied(said: str, start: int, inner: Sequence[Change]) -> str:
    for change in sorted(inner, key=lambda one: one.span.start, reverse=True):
        said = said[: change.span.start - start] + change.text + said[change.span.end - start :]
    return said


def is_braced(said: str) -> bool:
    """Whether a transpose around brackets with braces in them stands in a text."""
    opening, closing = _OPEN + "{", "}" + _CLOSE
    start = said.find(opening)
    while start >= 0:
        end = _end_of(said, start)
        if said.startswith(_SIGN, end) and is_wrapped(said[start:end], opening, closing):
            return True
        start = said.find(opening, start + 1)
    return False


def is_wrapped(said: str, opening: str = _OPEN, closing: str = _CLOSE) -> bool:
    """Whether a text is `\\left(..\\right)` and the brackets belong together."""
    if not said.startswith(opening) or not said.endswith(closing):
        return False
    inside = said[len(opening) : -len(closing)]
    if inside != inside.strip():
        return False
    if opening != _OPEN and not _balanced(inside):
        return False
    return _end_of(said, 0) == len(said)


def _end_of(said: str, at: int) -> int:
    """Where the brackets that a `\\left` opens are closed; -1 where they are not."""
    depth = 0
    while at < len(said):
        if said.startswith("\\left", at) and not said[at + 5 : at + 6].isalpha():
            depth += 1
        elif said.startswith("\\right", at) and not said[at + 6 : at + 7].isalpha():
            depth -= 1
            if not depth:
                return at + len(_CLOSE)
        at += 1
    return -1


def unwrapped(said: str) -> str:
    """What stands between the brackets."""
    return said[len(_OPEN) : -len(_CLOSE)]


def _balanced(said: str) -> bool:
    depth = 0
    escaped = False
    for char in said:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        else:
            depth += (char == "{") - (char == "}")
            if depth < 0:
                return False
    return not depth and said.count("\\left") - said.count("\\leftarrow") == said.count("\\right") - said.count(
        "\\rightarrow"
    )
