"""A place among tokens, and the lists of parts that are read from there."""

from __future__ import annotations

from abc import ABC, abstractmethod

from gradcli.latex import vocabulary as words
from gradcli.latex.fault import FormulaFault
from gradcli.latex.signs import wants_operand
from gradcli.latex.tokens import Token
from gradcli.latex.tree import (
    Fraction,
    Item,
    Items,
)

MOST_DEPTH = 60


class Cursor(ABC):
    """Reads tokens one after another; how one part is read, `item`, is said above."""

    def __init__(self, tokens: list[Token], text: str) -> None:
        self.tokens = tokens
        self.text = text
        self.at = 0
        self.depth = 0
        self.bars: list[str] = []

    def fail(self, code: str, message: str, token: Token, hint: str | None = None) -> None:
        raise FormulaFault(code, message, token.start, token.end, hint)

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def end(self) -> int:
        return self.tokens[self.at - 1].end if self.at else 0

    def command(self, *names: str) -> bool:
        token = self.peek()
        return token is not None and token.kind == "command" and token.text in names

    def items(self, until: tuple[str, ...]) -> Items:
        """Parts up to a closing token, which is left standing.

        `until` names what may close: close, row, amp, end, right, or a closing bracket's text.
        """
        self.depth += 1
        if self.depth > MOST_DEPTH:
            self.fail("D711", f"the formula is nested more than {MOST_DEPTH} deep", self.tokens[self.at - 1])
        out: list[Item] = []
        while (token := self.peek()) is not None:
            if self.closes(token, until, out):
                break
            if token.kind == "command" and token.text in ("over", "atop"):
                self.at += 1
                bottom = self.items(until)
                start = out[0].start if out else token.start
                out = [Fraction(start, self.end(), tuple(out), bottom)]
                break
            self.item(out)
        self.depth -= 1
        return tuple(out)

    def closes(self, token: Token, until: tuple[str, ...], out: list[Item]) -> bool:
        if token.kind == "close":
            return True
        if token.kind in ("row", "amp"):
            return token.kind in until
        if token.kind == "command":
            if token.text in ("end", "right"):
                return True
            if token.text in ("cr", "newline", "tabularnewline"):
                return "row" in until
            if token.text == "}":
                return "}" in until
            if token.text in words.CLOSING:
                return words.CLOSING[token.text] in until
            if token.text in ("|", "Vert"):
                return "||" in until and not wants_operand(out)
            return token.text == "vert" and "|" in until and not wants_operand(out)
        if token.kind == "mark" and token.text in (")", "]"):
            return bool(set(until) & {")", "]"})
        if token.kind == "mark" and token.text == "|":
            if "||" in until:
                return self.doubled() and not wants_operand(out)
            return "|" in until and not wants_operand(out)
        return False

    def doubled(self) -> bool:
        """Whether two bars stand side by side, a norm."""
        if self.at + 1 >= len(self.tokens):
            return False
        a, b = self.tokens[self.at], self.tokens[self.at + 1]
        return b.kind == "mark" and b.text == "|" and a.end == b.start

    def optional(self) -> None:
        r"""Pass over the `[2pt]` of `\\[2pt]`, a length and nothing else."""
        token = self.peek()
        if token is None or token.text != "[" or self.at + 3 > len(self.tokens):
            return
        texts = [t.text for t in self.tokens[self.at + 1 : self.at + 5]]
        if "]" in texts:
            length = "".join(texts[: texts.index("]")]).lstrip("-")
            if length[-2:] in ("pt", "ex", "em", "cm", "mm") and length[:1].isdigit():
                self.at += texts.index("]") + 2

    def skip_argument(self) -> None:
        token = self.peek()
        if token is not None and token.kind == "open":
            depth = 0
            while (token := self.peek()) is not None:
                depth += (token.kind == "open") - (token.kind == "close")
                self.at += 1
                if not depth:
                    return

    @abstractmethod
    def item(self, out: list[Item]) -> None:
        """Read one part, or scripts of the part before."""
