r"""Formulas as trees: the LaTeX that the notations write, taken apart for formats that are no text.

Reads what `render` writes (amsmath without macros), not LaTeX in general: a command that it does not know raises
LookupError, which names it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gradcli.render.formula_signs import ACCENTS, FUNCTIONS, LETTERS, OPERATORS, SPACES, STYLES


@dataclass(frozen=True, slots=True)
class Symbol:
    """One sign: `kind` is identifier, number, operator, function or text."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Space:
    """A space of some ems."""

    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """What stands side by side."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Scripts:
    """A base with what stands below and above its line; of a sum, under and over it."""

    base: Formula
    below: Formula | None
    above: Formula | None


@dataclass(frozen=True, slots=True)
class Fraction:
    """Over and under a bar."""

    top: Formula
    bottom: Formula


@dataclass(frozen=True, slots=True)
class Root:
    """A square root."""

    body: Formula


@dataclass(frozen=True, slots=True)
class Fenced:
    """What stands between delimiters that grow with it."""

    left: str
    body: Formula
    right: str


@dataclass(frozen=True, slots=True)
class Matrix:
    """Rows of cells, in square brackets."""

    rows: tuple[tuple[Formula, ...], ...]


@dataclass(frozen=True, slots=True)
class Accent:
    """A letter with a sign above it."""

    sign: str
    body: Formula


@dataclass(frozen=True, slots=True)
class Styled:
    """Letters in a style: bold or double-struck."""

    style: str
    body: Formula


Formula = Symbol | Space | Row | Scripts | Fraction | Root | Fenced | Matrix | Accent | Styled

_TOKEN = re.compile(r":=|\\(?:[A-Za-z]+|.)|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_DELIMITERS = {r"\lVert": "‖", r"\rVert": "‖", r"\lvert": "|", r"\rvert": "|", "\\{": "{", "\\}": "}"}
_ENDS = ("}", "&", r"\\", r"\right", r"\end")


_DEEPEST = 60  # brackets inside of brackets; what is deeper is shown as it is written


def formula(latex: str) -> Formula:
    r"""The tree of a formula, given without dollars; one with too many brackets inside of brackets stays text.

    Raises LookupError for a command that no notation writes.
    """
    return _Reader(latex).whole() if _depth(latex) <= _DEEPEST else Symbol("text", latex)


def _depth(latex: str) -> int:
    depth = deepest = 0
    for token in _TOKEN.findall(latex):
        if token in ("{", r"\left", r"\Bigl", r"\begin", r"\lVert", r"\lvert"):
            depth += 1
            deepest = max(deepest, depth)
        elif token in ("}", r"\right", r"\Bigr", r"\end", r"\rVert", r"\rvert"):
            depth -= 1
    return deepest


class _Reader:
    """One pass over the tokens."""

    def __init__(self, latex: str) -> None:
        self.tokens: list[str] = [*_TOKEN.findall(latex), ""]
        self.place = 0

    def whole(self) -> Formula:
        found = self.row()
        if self.peek():
            raise LookupError(f"{self.peek()} closes nothing")
        return found

    def peek(self) -> str:
        while self.tokens[self.place].isspace():
            self.place += 1
        return self.tokens[self.place]

    def next(self) -> str:
        token = self.peek()
        self.place += 1
        return token

    def row(self) -> Formula:
        parts = tuple(self.parts())
        return parts[0] if len(parts) == 1 else Row(parts)

    def parts(self) -> Iterator[Formula]:
        while (token := self.peek()) and token not in _ENDS:
            yield self.scripted(self.base())

    def scripted(self, base: Formula) -> Formula:
        below: Formula | None = None
        above: Formula | None = None
        while self.peek() in ("_", "^", "'"):
            if self.next() == "_":
                below = self.group()
            elif self.tokens[self.place - 1] == "'":
                primes = "′"
                while self.peek() == "'":
                    self.next()
                    primes += "′"
                above = Symbol("operator", primes)
            else:
                above = self.group()
        return base if below is above is None else Scripts(base, below, above)

    def group(self) -> Formula:
        if self.peek() != "{":
            return self.base()
        self.next()
        found = self.row()
        self.expect("}")
        return found

    def expect(self, wanted: str) -> None:
        token = self.next()
        if token != wanted:
            raise LookupError(f"{wanted} is missing before {token or 'the end'}")

    def base(self) -> Formula:
        token = self.peek()
        if token == "{":
            return self.group()
        self.next()
        if token[0] != "\\":
            kind = "number" if token[0].isdigit() else "identifier" if token[0].isalpha() else "operator"
            return Symbol(kind, {"-": "−", "'": "′"}.get(token, token))
        if token in LETTERS:
            return Symbol("identifier", LETTERS[token])
        if token in OPERATORS:
            return Symbol("operator", OPERATORS[token])
        if token in FUNCTIONS:
            return Symbol("function", token[1:])
        if token in SPACES:
            return Space(SPACES[token])
        if token in STYLES:
            return Styled(STYLES[token], self.group())
        if token in ACCENTS:
            return Accent(ACCENTS[token], self.group())
        if token in _DELIMITERS:
            return self.bars(token)
        return self.command(token)

    def bars(self, token: str) -> Formula:
        """A norm or an absolute value, to its closing bar."""
        closing = token.replace("l", "r", 1)
        if closing == token:
            return Symbol("operator", _DELIMITERS[token])
        parts: list[Formula] = []
        while self.peek() != closing:
            if not self.peek() or self.peek() in _ENDS:
                raise LookupError(f"{closing} is missing")
            parts.append(self.scripted(self.base()))
        self.next()
        return Fenced(_DELIMITERS[token], Row(tuple(parts)), _DELIMITERS[closing])

    def command(self, token: str) -> Formula:
        match token:
            case r"\frac":
                return Fraction(self.group(), self.group())
            case r"\sqrt":
                return Root(self.group())
            case r"\operatorname" | r"\mathrm":
                return Symbol("function" if token == r"\operatorname" else "text", self.raw())
            case r"\text":
                return Symbol("text", self.raw())
            case r"\left" | r"\Bigl":
                return self.fenced(r"\right" if token == r"\left" else r"\Bigr")
            case r"\begin":
                return self.matrix()
            case r"\textstyle":
                return Row(())
        raise LookupError(f"{token} is no command of the notations")

    def fenced(self, closing: str) -> Formula:
        left = self.delimiter()
        parts: list[Formula] = []
        while (token := self.peek()) != closing:
            if not token:
                raise LookupError(f"{closing} is missing")
            parts.append(self.scripted(self.base()))
        self.next()
        return Fenced(left, Row(tuple(parts)), self.delimiter())

    def delimiter(self) -> str:
        token = self.next()
        return _DELIMITERS.get(token, token)

    def matrix(self) -> Formula:
        name = self.raw()
        rows: list[list[Formula]] = [[]]
        while True:
            rows[-1].append(self.row())
            token = self.next()
            if token == r"\\":
                rows.append([])
            elif token == r"\end":
                break
            elif token != "&":
                raise LookupError(f"{token or 'the end'} stands in a matrix")
        if self.raw() != name or name != "bmatrix":
            raise LookupError(f"{name} is no matrix of the notations")
        return Matrix(tuple(map(tuple, rows)))

    def raw(self) -> str:
        r"""The text in braces, its escapes undone."""
        self.expect("{")
        out: list[str] = []
        depth = 1
        while True:
            token = self.tokens[self.place]
            self.place += 1
            if token == "":
                raise LookupError("} is missing")
            depth += (token == "{") - (token == "}")
            if depth == 0:
                return "".join(out)
            if token in _TEXT:
                out.append(_TEXT[token])
            elif token not in "{}":
                out.append(token[1:] if token[0] == "\\" and len(token) == 2 else token)


_TEXT = {r"\textbackslash": "\\", r"\textasciicircum": "^", r"\textasciitilde": "~", r"\ ": " "}
