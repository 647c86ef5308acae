"""From tokens to the parts of a formula: scripts, fractions, arguments of commands, fonts."""

from __future__ import annotations

from gradcli.latex import vocabulary as words
from gradcli.latex.environments import Environments
from gradcli.latex.signs import of_command, of_mark, word_of, words_in
from gradcli.latex.tokens import Token
from gradcli.latex.tree import (
    Accent,
    Bracket,
    Fraction,
    Group,
    Item,
    Items,
    Mark,
    Number,
    Prose,
    Root,
    Scripted,
    Space,
    Symbol,
    Word,
)


def structured(tokens: list[Token], text: str) -> Items:
    """The parts of a formula.  Raises FormulaFault where braces or brackets do not match, or lie too deep."""
    reader = _Reader(tokens, text)
    items = reader.items(())
    if reader.at < len(tokens):
        token = tokens[reader.at]
        reader.fail("D701", f"`{text[token.start : token.end]}` closes nothing that is open", token)
    return items


class _Reader(Environments):
    """Reads the parts of one formula."""

    def item(self, out: list[Item]) -> None:
        """Read one part, or scripts of the part before."""
        token = self.tokens[self.at]
        if token.kind in ("sub", "sup", "prime"):
            self.script(out)
            return
        self.at += 1
        match token.kind:
            case "letter":
                out.append(Symbol(token.start, token.end, token.text))
            case "number":
                out.append(Number(token.start, token.end, token.text))
            case "open":
                inside = self.items(())
                self.shut("close", token)
                out.append(Group(token.start, self.end(), inside))
            case "command":
                self.named(token, out)
            case "row":
                out.append(Mark(token.start, token.end, "row", "\\\\"))
                self.optional()
            case "amp":
                out.append(Mark(token.start, token.end, "amp", "&"))
            case "words":
                out.append(Prose(token.start, token.end, token.text))
            case _:
                self.mark(token, out)

    def shut(self, kind: str, opening: Token) -> None:
        token = self.peek()
        if token is None or token.kind != kind:
            self.fail("D701", "this brace is never closed", opening)
        self.at += 1

    def script(self, out: list[Item]) -> None:
        token = self.tokens[self.at]
        self.at += 1
        base: Item | None = out[-1] if out and not isinstance(out[-1], Space) else None
        if base is None or (isinstance(base, Mark) and base.kind in ("add", "mul", "rel", "punct", "row", "amp")):
            base = Group(token.start, token.start, ())
        else:
            out.pop()
        old = base if isinstance(base, Scripted) else Scripted(base.start, base.end, base)
        if token.kind == "prime":
            count = sum(2 if char == "″" else 1 for char in token.text)
            out.append(Scripted(old.start, token.end, old.base, old.sub, old.sup, old.primes + count))
            return
        inside = self.argument(token)
        if token.kind == "sub":
            if old.sub is not None:
                old = Scripted(old.start, old.end, old)
            out.append(Scripted(old.start, self.end(), old.base, inside, old.sup, old.primes))
            return
        if all(isinstance(part, Mark) and part.text == "prime" for part in inside) and inside:
            out.append(Scripted(old.start, self.end(), old.base, old.sub, old.sup, old.primes + len(inside)))
            return
        if old.sup is not None:
            old = Scripted(old.start, old.end, old)
        out.append(Scripted(old.start, self.end(), old.base, old.sub, inside, old.primes))

    def argument(self, of: Token) -> Items:
        """One argument: braces, or one part."""
        token = self.peek()
        while token is not None and token.kind == "command" and token.text in words.SWITCHES | words.THIN:
            self.at += 1
            token = self.peek()
        if token is None or token.kind in ("close", "row", "amp", "sub", "sup"):
            self.fail("D701", f"`{self.text[of.start : of.end]}` has nothing to go with", of)
            raise AssertionError
        if token.kind == "open":
            self.at += 1
            inside = self.items(())
            self.shut("close", token)
            return inside
        if (token.kind == "number" and len(token.text) > 1 and of.kind != "command") or (
            token.kind == "number" and len(token.text) > 1 and of.text in ("frac", "tfrac", "dfrac")
        ):
            self.split_number(token)
        before: list[Item] = []
        self.item(before)
        return tuple(before)

    def split_number(self, token: Token) -> None:
        """`x^23` is x^2 3: an argument without braces is one digit."""
        head = Token("number", token.text[0], token.start, token.start + 1)
        tail = Token("number", token.text[1:], token.start + 1, token.end)
        self.tokens = [*self.tokens[: self.at], head, tail, *self.tokens[self.at + 1 :]]

    def named(self, token: Token, out: list[Item]) -> None:
        name, start = token.text, token.start
        if name in words.SWITCHES or name in words.SIZES or name in words.THIN:
            return
        if name in words.WIDE:
            out.append(Space(start, token.end))
        elif name in words.DROPPED_WITH_ARGUMENT:
            self.skip_argument()
            if name.endswith("phantom"):
                out.append(Space(start, self.end()))
        elif name in words.WIDE_WITH_ARGUMENT:
            self.skip_argument()
            out.append(Space(start, self.end()))
        elif name in ("color", "textcolor"):
            self.skip_argument()
            if (after := self.peek()) is not None and after.kind == "open":
                out.append(Group(start, self.end(), self.argument(token)))
        elif name == "vec" and not (
            (after := self.peek()) is not None and (after.kind == "open" or after.kind == "letter")
        ):
            if (
                (after := self.peek()) is not None
                and after.kind == "command"
                and after.text in words.GREEK | words.FONTS.keys()
            ):
                out.extend(self.argument(token))
            else:
                out.append(Word(start, token.end, "vec", True))
        elif name in words.TEXTS:
            self.prose(token, out)
        elif name in words.FONTS:
            self.font(token, out)
        elif name in words.ACCENTS:
            inside = self.argument(token)
            if name in ("bar", "overline") and len(inside) > 1:
                out.append(Accent(start, self.end(), "bar", inside))
            else:
                out.append(Accent(start, self.end(), words.ACCENTS[name], inside))
        elif name in ("frac", "dfrac", "tfrac", "cfrac", "nicefrac", "sfrac"):
            top = self.argument(token)
            bottom = self.argument(token)
            out.append(Fraction(start, self.end(), top, bottom))
        elif name == "sqrt":
            degree: Items = ()
            if (after := self.peek()) is not None and after.text == "[":
                self.at += 1
                degree = self.items(("]",))
                self.at += 1
            out.append(Root(start, self.end(), self.argument(token), degree))
        elif name in ("underbrace", "overbrace", "underbracket"):
            inside = self.argument(token)
            if (after := self.peek()) is not None and after.kind in ("sub", "sup"):
                self.at += 1
                self.argument(token)
            out.append(Group(start, self.end(), inside))
        elif name in ("overset", "stackrel", "underset"):
            over = self.argument(token)
            self.stacked(token, over, self.argument(token), out)
        elif name in ("xrightarrow", "xlongequal"):
            self.argument(token)
            kind = ("arrow", "to") if name == "xrightarrow" else ("rel", "=")
            out.append(Mark(start, self.end(), *kind))
        elif name in ("operatorname", "operatorname*", "mathop"):
            inside = self.argument(token)
            out.append(Word(start, self.end(), word_of(inside) or self.raw(start), True))
        elif name == "begin":
            out.append(self.environment(token))
        elif name in ("displaylines", "eqalign") and (after := self.peek()) is not None and after.kind == "open":
            out.append(self.lines(token))
        elif name == "left":
            out.append(self.left_right(token))
        elif name == "middle":
            self.at += 1
        elif name in words.OPENING or name in ("|", "Vert", "vert"):
            self.opening(token, out)
        elif name == "not" and (after := self.peek()) is not None and after.text == "=":
            self.at += 1
            out.append(Mark(start, after.end, "rel", "!="))
        elif name in ("norm", "abs") and (after := self.peek()) is not None and after.kind == "open":
            bar = "||" if name == "norm" else "|"
            out.append(Bracket(start, self.end(), bar, bar, self.argument(token)))
        else:
            out.append(of_command(token))

    def raw(self, start: int) -> str:
        return self.text[start : self.end()]

    def prose(self, token: Token, out: list[Item]) -> None:
        r"""`\text{...}`: a word where it is one, else words; maths inside it is maths."""
        opening = self.peek()
        if opening is None or opening.kind != "open":
            return
        start = self.at + 1
        self.skip_argument()
        last = self.tokens[self.at - 1]
        body = self.text[opening.end : last.start] if opening.start < last.start else ""
        if opening.start == last.start:  # brought by a macro
            body = "".join(t.text for t in self.tokens[start : self.at - 1])
        if "$" in body:
            self.mixed(self.tokens[start : self.at - 1], out)
            return
        word = body.strip()
        if word.isalpha() and word.isascii() and token.text != "intertext":
            if len(word) == 1:
                out.append(Symbol(token.start, last.end, word, "rm"))
            else:
                out.append(Word(token.start, last.end, word))
        else:
            out.append(Prose(token.start, last.end, body))

    def mixed(self, tokens: list[Token], out: list[Item]) -> None:
        inside = False
        piece: list[Token] = []
        for token in [*tokens, Token("mark", "$", 0, 0)]:
            if token.text != "$":
                piece.append(token)
                continue
            if piece and inside:
                reader = _Reader(piece, self.text)
                reader.depth = self.depth
                out.extend(reader.items(()))
            elif piece:
                out.append(Prose(piece[0].start, piece[-1].end, "".join(t.text for t in piece)))
            inside, piece = not inside, []

    def font(self, token: Token, out: list[Item]) -> None:
        font = words.FONTS[token.text]
        inside = self.argument(token)
        plain = [part for part in inside if not isinstance(part, Space)]
        word = word_of(inside)
        if len(plain) == 1:
            only = plain[0]
            if isinstance(only, Symbol):
                only = Symbol(token.start, self.end(), only.name, font or only.font)
            elif isinstance(only, Number) and font in ("bf", "bb") and only.text in ("0", "1"):
                only = Symbol(token.start, self.end(), only.text, font)
            out.append(only)
        elif font == "rm" and word and len(word) > 1:
            out.append(Word(token.start, self.end(), word))
        else:
            out.append(Group(token.start, self.end(), inside, font or "it"))

    def stacked(self, token: Token, over: Items, under: Items, out: list[Item]) -> None:
        """A relation with something over it, or an operator with something under it."""
        end = self.end()
        if len(under) == 1 and isinstance(under[0], Mark):
            mark = under[0]
            if mark.kind == "rel" and mark.text == "=":
                said = "".join(words_in(over)).lower()
                defines = any(word in said for word in ("def", "triangle", "set", ":", "△"))
                mark = Mark(token.start, end, "rel", ":=" if defines else "=")
            out.append(Mark(token.start, end, mark.kind, mark.text))
        elif token.text == "underset" and len(under) == 1:
            out.append(Scripted(token.start, end, under[0], over))
        else:
            out.append(Group(token.start, end, under))

    def mark(self, token: Token, out: list[Item]) -> None:
        text = token.text
        if text in ("(", "[") or text == "|":
            self.opening(token, out)
        elif text in (")", "]"):
            self.fail("D701", f"`{text}` closes nothing that is open", token)
        elif text == ":" and (after := self.peek()) is not None and after.text == "=":
            self.at += 1
            out.append(Mark(token.start, after.end, "rel", ":="))
        elif text == "~":
            return
        elif text == "." and self.dotted(token):
            self.at += 2
            out.append(Mark(token.start, self.end(), "dots", "dots"))
        else:
            out.append(of_mark(token))

    def dotted(self, token: Token) -> bool:
        after = self.tokens[self.at : self.at + 2]
        return len(after) == 2 and all(t.text == "." for t in after)
