r"""Rows and cells between `\begin` and `\end`."""

from __future__ import annotations

from gradcli.latex import vocabulary as words
from gradcli.latex.brackets import Brackets
from gradcli.latex.tokens import Token
from gradcli.latex.tree import (
    Grid,
    Item,
    Items,
)


class Environments(Brackets):
    """Reads environments."""

    def environment(self, token: Token) -> Item:
        name = self.environment_name(token)
        star = name.rstrip("*")
        if star in ("array", "alignat", "alignedat", "tabular", "subarray"):
            self.skip_argument()
        elif (
            (after := self.peek()) is not None
            and after.text == "["
            and star in ("aligned", "split", "gathered", "bmatrix")
        ):
            while (after := self.peek()) is not None and after.text != "]":
                self.at += 1
            self.at += 1
        rows: list[list[Items]] = [[]]
        while True:
            rows[-1].append(self.items(("row", "amp")))
            after = self.peek()
            if after is None or after.kind == "close":
                self.fail("D701", f"\\begin{{{name}}} has no \\end{{{name}}}", token)
                raise AssertionError
            self.at += 1
            if after.kind == "row" or after.text in ("cr", "newline", "tabularnewline"):
                self.optional()
                rows.append([])
            elif after.kind == "amp":
                continue
            elif after.text == "right":
                self.fail("D701", f"\\begin{{{name}}} has no \\end{{{name}}}", token)
            else:
                ended = self.environment_name(after)
                if ended != name:
                    self.fail("D701", f"\\begin{{{name}}} is ended by \\end{{{ended}}}", after)
                break
        if not any(rows[-1]):
            rows.pop()
        kept = tuple(tuple(row) for row in rows if any(row) or star in words.MATRICES)
        return Grid(token.start, self.end(), star, kept)

    def lines(self, token: Token) -> Item:
        r"""`\displaylines{a \\ b}`: lines in braces."""
        self.at += 1
        rows: list[list[Items]] = [[]]
        while True:
            rows[-1].append(self.items(("row", "amp")))
            after = self.peek()
            if after is None:
                self.fail("D701", f"`{self.text[token.start : token.end]}` is never closed", token)
                raise AssertionError
            self.at += 1
            if after.kind == "close":
                return Grid(token.start, self.end(), "aligned", tuple(tuple(row) for row in rows if any(row)))
            if after.kind != "amp":
                rows.append([])

    def environment_name(self, token: Token) -> str:
        opening = self.peek()
        if opening is None or opening.kind != "open":
            self.fail("D701", f"`{self.text[token.start : token.end]}` names no environment", token)
        start = self.at + 1
        self.skip_argument()
        return "".join(t.text for t in self.tokens[start : self.at - 1])
