"""From tokens to the parts of a formula: scripts, fractions, brackets, environments, fonts."""

from __future__ import annotations

from dataclasses import replace

from gradcli.latex import vocabulary as words
from gradcli.latex.fault import FormulaFault
from gradcli.latex.tokens import Token
from gradcli.latex.tree import (
    Accent,
    Bracket,
    Fraction,
    Grid,
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

MOST_DEPTH = 60
_ALIGNERS = words.ALIGNED | words.MATRICES | {"cases", "rcases", "dcases", "numcases"}
_GIVEN = ("|", "||", r"\mid", r"\vert", r"\|", r"\Vert")
_BARS = {"|": "|", "vert": "|", "||": "||", "Vert": "||"}


def structured(tokens: list[Token], text: str) -> Items:
    """The parts of a formula.  Raises FormulaFault where braces or brackets do not match, or lie too deep."""
    reader = _Reader(tokens, text)
    items = reader.items(())
    if reader.at < len(tokens):
        token = tokens[reader.at]
        reader.fail("D701", f"`{text[token.start : token.end]}` closes nothing that is open", token)
    return items


class _Reader:
    def __init__(self, tokens: list[Token], text: str) -> None:
        self.tokens = tokens
        self.text = text
        self.at = 0
        self.depth = 0
        self.bars: list[str] = []

    # ------------------------------------------------------------------ helpers

    def fail(self, code: str, message: str, token: Token, hint: str | None = None) -> None:
        raise FormulaFault(code, message, token.start, token.end, hint)

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def end(self) -> int:
        return self.tokens[self.at - 1].end if self.at else 0

    def command(self, *names: str) -> bool:
        token = self.peek()
        return token is not None and token.kind == "command" and token.text in names

    # -------------------------------------------------------------------- lists

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
                return "||" in until and not _wants_operand(out)
            return token.text == "vert" and "|" in until and not _wants_operand(out)
        if token.kind == "mark" and token.text in (")", "]"):
            return bool(set(until) & {")", "]"})
        if token.kind == "mark" and token.text == "|":
            if "||" in until:
                return self.doubled() and not _wants_operand(out)
            return "|" in until and not _wants_operand(out)
        return False

    def doubled(self) -> bool:
        """Whether two bars stand side by side, a norm."""
        if self.at + 1 >= len(self.tokens):
            return False
        a, b = self.tokens[self.at], self.tokens[self.at + 1]
        return b.kind == "mark" and b.text == "|" and a.end == b.start

    # -------------------------------------------------------------------- parts

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
            case _:
                self.mark(token, out)

    def shut(self, kind: str, opening: Token) -> None:
        token = self.peek()
        if token is None or token.kind != kind:
            self.fail("D701", "this brace is never closed", opening)
        self.at += 1

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

    # ----------------------------------------------------------------- commands

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
            out.append(Word(start, self.end(), _letters(inside) or self.raw(start), True))
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
            out.append(_plain(token))

    def raw(self, start: int) -> str:
        return self.text[start : self.end()]

    def skip_argument(self) -> None:
        token = self.peek()
        if token is not None and token.kind == "open":
            depth = 0
            while (token := self.peek()) is not None:
                depth += (token.kind == "open") - (token.kind == "close")
                self.at += 1
                if not depth:
                    return

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
        word = _letters(inside)
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
                said = "".join(_flat(over)).lower()
                defines = any(word in said for word in ("def", "triangle", "set", ":", "△"))
                mark = Mark(token.start, end, "rel", ":=" if defines else "=")
            out.append(Mark(token.start, end, mark.kind, mark.text))
        elif token.text == "underset" and len(under) == 1:
            out.append(Scripted(token.start, end, under[0], over))
        else:
            out.append(Group(token.start, end, under))

    # ----------------------------------------------------------------- brackets

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
            out.append(_mark(token))

    def dotted(self, token: Token) -> bool:
        after = self.tokens[self.at : self.at + 2]
        return len(after) == 2 and all(t.text == "." for t in after)

    def opening(self, token: Token, out: list[Item]) -> None:
        if token.text in ("|", "Vert", "vert"):
            double = token.kind == "command" and token.text in ("|", "Vert")
            if token.kind == "mark":
                self.at -= 1
                double = self.doubled()
                self.at += 1 + double
            bar = "||" if double else "|"
            if not _wants_operand(out) and not self.partner(bar):
                out.append(Mark(token.start, self.end(), "rel", "no claim"))
                return
            out.append(self.bracket(token, bar, bar))
            return
        sign = words.OPENING[token.text]
        made = self.bracket(token, sign, words.PARTNER[sign])
        if out and isinstance(made, Bracket) and sign == "(" and isinstance(out[-1], Symbol | Word | Scripted | Group):
            made = replace(made, items=tuple(map(self.given, made.items)))
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

    # ------------------------------------------------------------- environments

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


def _wants_operand(out: list[Item]) -> bool:
    """Whether what follows begins an operand: a bar opens there."""
    last = next((item for item in reversed(out) if not isinstance(item, Space)), None)
    return (
        last is None
        or (isinstance(last, Mark) and last.kind not in ("dots", "bang"))
        or (isinstance(last, Scripted) and isinstance(last.base, Mark))
        or isinstance(last, Word | Prose)
    )


def _letters(items: Items) -> str:
    """The word that letters spell; empty where there is anything else."""
    out = ""
    for item in items:
        if isinstance(item, Symbol) and len(item.name) == 1:
            out += item.name
        elif isinstance(item, Word):
            out += item.text
        elif isinstance(item, Mark) and item.text == "-" and out:
            out += "_"
        elif not isinstance(item, Space):
            return ""
    return out


def _flat(items: Items) -> list[str]:
    out = []
    for item in items:
        match item:
            case Symbol():
                out.append(item.name)
            case Word() | Prose() | Mark():
                out.append(item.text)
            case Group():
                out += _flat(item.items)
    return out


def _plain(token: Token) -> Item:
    """A command without arguments."""
    name = token.text
    if name in words.GREEK:
        return Symbol(token.start, token.end, name)
    if name in words.NAMED_OPERATORS:
        return Word(token.start, token.end, name, True)
    if name == "RR":
        return Symbol(token.start, token.end, "R", "bb")
    return _mark(token)


def _mark(token: Token) -> Mark:
    name, start, end = token.text, token.start, token.end
    for kind, table in (
        ("add", words.ADDITION),
        ("mul", words.PRODUCTS),
        ("had", words.HADAMARD),
        ("rel", words.RELATIONS),
    ):
        if name in table:
            return Mark(start, end, kind, table[name])
    if name in words.ARROWS:
        return Mark(start, end, "arrow", name)
    if name in words.DOTS:
        return Mark(start, end, "dots", name)
    if name in words.BIG:
        return Mark(start, end, "big", name)
    if name == "/":
        return Mark(start, end, "div", "/")
    if name in (",", ";", ".", ":", "，", "。", "；", "：", "、", "colon"):
        return Mark(
            start, end, "punct", {"，": ",", "。": ".", "；": ";", "：": ":", "、": ",", "colon": ":"}.get(name, name)
        )
    if name in ("partial", "nabla"):
        return Mark(start, end, name, name)
    if name in ("top", "intercal", "transpose", "Tsp", "mathsf_T"):
        return Mark(start, end, "sign", "T")
    if name in ("prime", "dagger", "infty", "forall", "exists", "bullet", "emptyset", "!"):
        return Mark(start, end, "sign", name)
    return Mark(start, end, "other", name if token.kind == "mark" else f"\\{name}")
