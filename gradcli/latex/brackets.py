"""Brackets and bars, with what stands in them."""

from __future__ import annotations

from dataclasses import replace

from gradcli.latex import vocabulary as words
from gradcli.latex.cursor import Cursor
from gradcli.latex.signs import wants_operand
from gradcli.latex.tokens import Token
from gradcli.latex.tree import (
    Bracket,
    Group,
    Item,
    Mark,
    Number,
    Prose,
    Scripted,
    Symbol,
    Word,
)

_BARS = {"|": "|", "vert": "|", "||": "||", "Vert": "||"}


class Brackets(Cursor):
    """Reads what stands between brackets."""

    def opening(self, token: Token, out: list[Item]) -> None:
        if token.text in ("|", "Vert", "vert"):
            double = token.kind == "command" and token.text in ("|", "Vert")
            if token.kind == "mark":
                self.at -= 1
                double = self.doubled()
                self.at += 1 + double
            bar = "||" if double else "|"
            if not wants_operand(out) and not self.partner(bar):
                out.append(Mark(token.start, self.end(), "rel", "no claim"))
                return
            out.append(self.bracket(token, bar, bar))
            return
        sign = words.OPENING[token.text]
        made = self.bracket(token, sign, words.PARTNER[sign])
        if out and isinstance(made, Bracket) and sign == "(" and isinstance(out[-1], Symbol | Word | Scripted | Group):
            made = replace(made, items=tuple(map(self.given, made.items)))
        if isinstance(made, Bracket) and sign == "(" and made.items and all(isinstance(p, Prose) for p in made.items):
            made = Prose(made.start, made.end, " ".join(part.text for part in made.items if isinstance(part, Prose)))
        out.append(made)

    def given(self, item: Item) -> Item:
        r"""In an argument, the bar of `p(x | \mu)` parts as a comma does."""
        if isinstance(item, Mark) and self.text[item.start : item.end].strip() in (
            "|",
            r"\mid",
            r"\vert",
            "||",
            r"\|",
            r"\Vert",
        ):
            return Mark(item.start, item.end, "punct", ",")
        return item

    def partner(self, bar: str) -> bool:
        """Whether another bar stands further on."""
        depth = around = 0
        for token in self.tokens[self.at :]:
            depth += (token.kind == "open") - (token.kind == "close")
            around += (token.text in ("(", "[")) - (token.text in (")", "]")) if token.kind == "mark" else 0
            if depth < 0 or around < 0:
                return False
            if token.text in ("|", "vert", "Vert") and not depth:
                double = token.text == "Vert" or (token.kind == "command" and token.text == "|")
                if double == (bar == "||") or token.kind == "mark":
                    return True
        return False

    def bracket(self, opening: Token, sign: str, partner: str) -> Item:
        inside = self.items((partner,))
        token = self.peek()
        if token is None or not self.closes(token, (partner,), list(inside) or [Number(0, 0, "")]):
            self.fail("D701", f"`{self.text[opening.start : opening.end]}` is never closed", opening)
            raise AssertionError
        self.at += 1
        if partner == "||" and token.kind == "mark":
            self.at += 1
        close = words.CLOSING.get(token.text, partner)
        return Bracket(opening.start, self.end(), sign, close if sign in ("(", "[") else partner, inside)

    def left_right(self, token: Token) -> Item:
        sign = self.delimiter(token, words.OPENING)
        inside = self.items(("right",))
        after = self.peek()
        if after is None or not self.command("right"):
            self.fail("D701", "this \\left has no \\right", token)
            raise AssertionError
        self.at += 1
        close = self.delimiter(after, words.CLOSING)
        return Bracket(token.start, self.end(), sign, close, inside)

    def delimiter(self, of: Token, table: dict[str, str]) -> str:
        token = self.peek()
        if token is None:
            self.fail("D701", "a bracket is missing here", of)
            raise AssertionError
        self.at += 1
        if token.text in _BARS and not (token.kind == "command" and token.text == "|"):
            if (
                token.kind == "mark"
                and (after := self.peek()) is not None
                and after.text == "|"
                and after.start == token.end
            ):
                self.at += 1
                return "||"
            return _BARS[token.text]
        if token.kind == "command" and token.text == "|":
            return "||"
        other = words.CLOSING if table is words.OPENING else words.OPENING
        return table.get(token.text) or other.get(token.text) or token.text
