"""What to say of a token that cannot stand where it stands.

Each recogniser looks for one typical mistake and returns its complaint, or None; the first
that knows the mistake speaks.
"""

from __future__ import annotations

from collections.abc import Callable

from gradcli.diagnostics.diagnostic import Diagnostic, error
from gradcli.syntax import foreign
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.characters import clip
from gradcli.syntax.tokens import (
    ARROW,
    BINARY,
    CARET,
    CHECK,
    CLOSE,
    COLON,
    COMMA,
    COMPARE,
    EQEQ,
    EQUALS,
    IMPLICIT,
    KEYWORDS,
    LAYOUT,
    LBRACE,
    LOSS,
    LPAR,
    LSQB,
    NABLA,
    NAME,
    NUMBER,
    OPEN,
    OPERAND_END,
    PARTIAL,
    PRIMES,
    QUESTION,
    RBRACE,
    SIGMA,
    SLASH,
    STRING,
    TIMES,
    WRT,
    Tokens,
)

_OPERAND_START = frozenset({NAME, NUMBER, STRING, LPAR, LSQB, NABLA, PARTIAL})
_USAGE = {
    CHECK: "check a == b",
    IMPLICIT: "implicit y : A @ y == b",
    LOSS: "loss f(y)",
    LAYOUT: "layout numerator, denominator or mixed",
    QUESTION: "grad f wrt x",
}


class Place:
    """A statement and the token (or the end of it) that has no place there."""

    def __init__(self, source: Source, tokens: Tokens, at: int) -> None:
        self.source = source
        self.tokens = tokens
        self.kinds = tokens.kinds
        self.at = at
        self.kind = self.kinds[at] if at < len(self.kinds) else None
        self.before = self.kinds[at - 1] if at else None

    def word(self, i: int) -> str:
        """Return the text of token `i`, clipped."""
        return clip(self.tokens.word(i))

    def say(
        self, message: str, hint: str | None = None, code: str = "E101", since: int | None = None
    ) -> Diagnostic:
        """Return a complaint at the token, or at the tokens from number `since` up to it."""
        last = min(self.at, len(self.kinds) - 1)
        first = last if since is None else since
        span = Span(self.tokens.starts[first], self.tokens.ends[last])
        return error(code, message, self.source, span, hint)

    def opening(self) -> int | None:
        """Return the number of the innermost bracket that is open at the token."""
        open_at: list[int] = []
        for i in range(min(self.at, len(self.kinds))):
            if self.kinds[i] in OPEN:
                open_at.append(i)
            elif self.kinds[i] in CLOSE and open_at:
                open_at.pop()
        return open_at[-1] if open_at else None

    def outside(self, kind: int) -> int | None:
        """Return the number of the first token of a kind outside brackets."""
        depth = 0
        for i, k in enumerate(self.kinds):
            depth += (k in OPEN) - (k in CLOSE)
            if k == kind and not depth:
                return i
        return None

    def bracketed(self, opening: int) -> str:
        """Return the text inside the bracket that token `opening` opens, clipped."""
        depth = 0
        for i in range(opening, len(self.kinds)):
            depth += (self.kinds[i] in OPEN) - (self.kinds[i] in CLOSE)
            if depth == 0:
                inside = self.source.text[self.tokens.ends[opening] : self.tokens.starts[i]]
                return clip(" ".join(inside.split()))
        return "..."


def unexpected(source: Source, tokens: Tokens, at: int) -> Diagnostic:
    """Return the complaint about token `at`; the end of the statement is `len(tokens.kinds)`."""
    place = Place(source, tokens, at)
    for recognise in _RECOGNISERS:
        found = recognise(place)
        if found is not None:
            return found
    return place.say(f"`{place.word(at)}` cannot stand here")


# ---------------------------------------------------------- words of elsewhere


def _foreign_word(p: Place) -> Diagnostic | None:
    """`def`, `lambda`, `let`, `in`, `by`, ... in front of or between operands."""
    for i in (p.at, p.at - 1):
        if 0 <= i < len(p.kinds) and p.kinds[i] == NAME:
            hint = foreign.WORDS.get(p.tokens.word(i))
            if hint is not None and p.kind is not None:
                return p.say(f"`{p.word(i)}` is no word of the language", hint, since=i)
    return None


def _misspelt_keyword(p: Place) -> Diagnostic | None:
    """`jacobain y wrt x`."""
    if p.at != 1 or p.kinds[0] != NAME or p.kind not in _OPERAND_START or p.kind == LPAR:
        return None
    from difflib import get_close_matches

    close = get_close_matches(p.tokens.word(0)[:40].lower(), KEYWORDS, 1, 0.75)
    if not close:
        return None
    return p.say(f"`{p.word(0)}` is no word of the language", f"did you mean `{close[0]}`?", since=0)


# ------------------------------------------------------------------ equations


def _colon_after_keyword(p: Place) -> Diagnostic | None:
    """`check: a == b`."""
    if len(p.kinds) > 1 and p.kinds[0] == NAME and p.kinds[1] == COLON and p.tokens.word(0) in KEYWORDS:
        if p.outside(EQEQ) is None and p.outside(WRT) is None:
            return None
        return p.say(f"`{p.word(0)}` takes no colon", f"{_USAGE[KEYWORDS[p.tokens.word(0)]]}")
    return None


def _bare_equation(p: Place) -> Diagnostic | None:
    """`y == W @ x` for a definition, or a check without `check`."""
    equation = p.outside(EQEQ)
    if equation is None or p.kinds[0] in (CHECK, IMPLICIT):
        return None
    defined = p.outside(EQUALS)
    if defined is not None and defined < equation:
        message = "`==` states an equation, and stands only in a check"
        return p.say(message, "a definition has one `=`; then check y == ...")
    if defined is None:
        hint = "write `check` in front of it"
        if equation == 1 and p.kinds[0] == NAME:
            hint = f"{p.word(0)} = ... defines, check {p.word(0)} == ... compares"
        return p.say("an equation is no statement of its own", hint)
    return None


def _equals(p: Place) -> Diagnostic | None:
    """`=` where `==` is meant, or on the wrong side of something."""
    if p.kind != EQUALS:
        return None
    first = p.kinds[0]
    if first in (CHECK, IMPLICIT):
        return p.say("`=` defines a name; the two sides of an equation are joined by `==`", "write `==`")
    if p.before == COLON:
        return p.say("`:=` is no part of the language", "a definition is y = ...", since=p.at - 1)
    if p.before in BINARY:
        return p.say(
            f"`{p.word(p.at - 1)}=` is no part of the language: a name is defined once",
            "define a new name",
            since=p.at - 1,
        )
    if p.opening() is not None:
        return p.say("`=` inside brackets gives an option of a function", "write sum(A, axis=0)")
    if p.outside(COLON) is not None:
        return p.say(
            "a declaration gives no value", "declare and define in two statements: y : R[n]; y = ..."
        )
    if p.outside(EQUALS) != p.at:
        if p.at + 1 < len(p.kinds) and p.kinds[p.at + 1] == COMPARE:
            return p.say("`=` and a comparison do not go together", "write `>=` or `<=`")
        return p.say("a definition has one `=`", "write one definition for each name: a = c; b = a")
    return p.say("left of `=` stands a name", "y = ..., g(t) = ..., or Y[i, j] = ...")


def _left_of_equals(p: Place) -> Diagnostic | None:
    """`(P, L) = lu(X)`, `x[1] = 2`, `a + b = c`, `g'(t) = ...`."""
    defined = p.outside(EQUALS)
    if defined is None or p.at >= defined or p.kinds[0] in _USAGE:
        return None
    since = 0
    if p.kind in BINARY and p.at + 1 == defined:
        message = f"`{p.word(p.at)}=` is no part of the language: a name is defined once"
        return p.say(message, "define a new name")
    if p.kinds[0] == LPAR:
        return p.say("the names left of `=` stand without brackets", "P, L, U = lu(X)", since=since)
    if p.kinds[0] == NAME and len(p.kinds) > 1 and p.kinds[1] == PRIMES:
        return p.say(
            "a derivative follows from its function and cannot be defined", "g(t) = ...", since=since
        )
    if p.kinds[0] == NAME and len(p.kinds) > 1 and p.kinds[1] == LSQB:
        return p.say(
            "a definition by indices has index names on its left", "Y[i, j] = A[j, i]; a vector is y = [a, b]"
        )
    if p.kinds[0] == NAME and len(p.kinds) > 1 and p.kinds[1] == LPAR:
        return p.say("a function is defined of names", "g(t) = t**2")
    return p.say(
        "left of `=` stands a name",
        "y = ... defines y; an equation of two expressions is check a == b",
    )


# ------------------------------------------------------------------ operators


def _caret(p: Place) -> Diagnostic | None:
    """`a^b^c`."""
    if p.kind != CARET or p.before not in OPERAND_END:
        return None
    return p.say("`a^b^c` could be read in two ways", "write (a^b)^c or a^(b^c)", "E106")


def _compare(p: Place) -> Diagnostic | None:
    """`a < b < c`, `=>`."""
    if p.kind != COMPARE:
        return None
    if p.before == EQUALS:
        return p.say(
            f"`={p.word(p.at)}` is no part of the language", f"write `{p.word(p.at)[0]}=`", since=p.at - 1
        )
    if p.before in OPERAND_END:
        return p.say(
            "comparisons do not chain", "multiply them: (a < x) * (x < b), an array of 0s and 1s", "E105"
        )
    return None


def _prime(p: Place) -> Diagnostic | None:
    """`A'` for `A.T`."""
    if p.at == 1 and p.outside(EQUALS) is not None:
        return None
    if p.kind == PRIMES or p.before == PRIMES:
        at = p.at if p.kind == PRIMES else p.at - 1
        name = p.word(at - 1) if at and p.kinds[at - 1] == NAME else "A"
        span = Span(p.tokens.starts[at], p.tokens.ends[at])
        return error(
            "E101",
            f"`{p.word(at)}` marks the derivative of a function and stands before its argument: g'(u)",
            p.source,
            span,
            f"the transpose is {name}.T",
        )
    return None


def _braces(p: Place) -> Diagnostic | None:
    """`x^{2}`."""
    if p.kind not in (LBRACE, RBRACE):
        return None
    inside = p.bracketed(p.at) if p.kind == LBRACE else "..."
    hint = f"write ({inside})"
    if p.before == CARET and inside.replace(" ", "") in ("T", "-T", "⊤", "\\top"):
        hint = f"write ^{inside.replace(' ', '')}"
    return p.say("braces stand only in a type, ℝ^{m×n}", hint)


def _times(p: Place) -> Diagnostic | None:
    """`A × B`."""
    if p.kind != TIMES:
        return None
    return p.say("`×` stands only in a type, ℝ^{m×n}", foreign.CHARACTERS["·"])


def _comment(p: Place) -> Diagnostic | None:
    """`// a comment`."""
    if p.kind == SLASH and SLASH in (p.before, *p.kinds[p.at + 1 : p.at + 2]):
        return p.say("`//` is no part of the language", "a comment starts with `#`")
    return None


def _leading_operator(p: Place) -> Diagnostic | None:
    """A line that starts with an operator."""
    if p.at or p.kind not in BINARY:
        return None
    return p.say(
        f"a statement cannot start with `{p.word(0)}`",
        "a line goes on when the one before it ends in an operator, or inside brackets",
    )


# -------------------------------------------------------------------- brackets


def _type(p: Place) -> Diagnostic | None:
    """What goes wrong behind the colon of a declaration."""
    colon = p.outside(COLON)
    if colon is None or colon >= p.at or p.kinds[0] == IMPLICIT or p.kind is None:
        return None
    if p.kind == TIMES:
        return p.say("the sizes of a shape stand in brackets", "R[m, n], or ℝ^{m×n}", "E108")
    if p.kind == ARROW:
        return p.say("a function goes from one array to one array", "h : R[n] -> R[m]", "E108")
    if p.opening() is not None:
        hint = "R[m, n], R[1, n], R[3]; define a name for what is reckoned"
        return p.say("a dimension is a name or a positive integer", hint, "E108")
    if p.kind == LPAR and p.before == NAME:
        return p.say(
            "the shape stands in square brackets", f"{p.word(p.at - 1)}[{p.bracketed(p.at)}]", "E108"
        )
    if p.kind in (CARET, LSQB, LBRACE, NUMBER):
        return p.say("a shape is given once", "R[m, n]", "E108")
    if p.kind == COMMA:
        return p.say("a function of several arguments has no type here", "define it: g(s, t) = ...", "E108")
    if p.at == colon + 1:
        return p.say("a type is R, R[n], R[m, n], Z, or R[n] -> R", "x : R[n]", "E108")
    return None


def _slice(p: Place) -> Diagnostic | None:
    """`A[:, 1]`."""
    opening = p.opening()
    if p.kind == COLON and opening is not None and p.kinds[opening] == LSQB:
        return p.say("there are no slices", "A[i, j] is one entry; sum over an index with sum[k](...)")
    return None


def _empty(p: Place) -> Diagnostic | None:
    """`()`, `[]`."""
    if p.kind in CLOSE and p.before is not None and p.before == CLOSE[p.kind]:
        return p.say("there is nothing between the brackets", since=p.at - 1)
    return None


def _comma(p: Place) -> Diagnostic | None:
    """`(a, b)`, `y = a, b`."""
    if p.kind != COMMA:
        return None
    if p.before == COMMA:
        return p.say("nothing stands between the two commas")
    return p.say("a comma stands only between arguments and in a list", "a vector of scalars is [a, b]")


# ------------------------------------------------------- operands and the end


def _missing_operand(p: Place) -> Diagnostic | None:
    """`a + )`, `a * / b`, `a +` at the end."""
    if p.before not in BINARY and p.before not in (EQUALS, COMMA, *OPEN):
        return None
    if p.kind is None:
        what = p.word(p.at - 1)
        return p.say(f"the statement ends where something must follow `{what}`")
    if p.kind in CLOSE or p.kind in BINARY or p.kind in (COMMA, WRT):
        since = p.at - 1
        return p.say(f"an operand is missing between `{p.word(since)}` and `{p.word(p.at)}`", since=since)
    return None


def _missing_operator(p: Place) -> Diagnostic | None:
    """`2x`, `W x`, `(a)(b)`."""
    if p.before not in OPERAND_END or p.kind not in _OPERAND_START:
        return None
    left, right = p.word(p.at - 1), p.word(p.at)
    if p.kinds[p.at - 1] == NUMBER:
        hint = f"write {left} * {f'({p.bracketed(p.at)})' if p.kind == LPAR else right}"
    elif p.at == 1 or p.kinds[0] == QUESTION:
        return None
    elif left.startswith(("Σ_", "∑_")):
        hint = "a sum over an index is sum[k](...)"
    elif p.before == NAME and p.kind in (NAME, NUMBER):
        hint = f"write {left} * {right} for the elementwise product, {left} @ {right} for the matrix product"
    else:
        hint = foreign.CHARACTERS["·"]
    opening = p.opening()
    if opening is not None and p.kinds[opening] == LSQB and p.kind == NUMBER:
        hint = "a comma separates the entries of a list"
    return p.say(f"there is no operator between `{left}` and `{right}`", hint, since=p.at - 1)


def _symbol(p: Place) -> Diagnostic | None:
    """`∇f`, `∇_x f`, `∂f`, `∑_k x`."""
    for i in range(p.at - 1, max(-1, p.at - 4), -1):
        usage = {NABLA: "∇[x] f", PARTIAL: "∂y/∂x", SIGMA: "∑[k](x[k])"}.get(p.kinds[i])
        if usage is not None:
            return p.say(f"`{p.word(i)}` wants its variable", f"write {usage}", since=i)
    return None


def _string(p: Place) -> Diagnostic | None:
    if p.kind != STRING:
        return None
    return p.say("a string stands only as an argument of einsum", 'einsum("ij,jk->ik", A, B)')


def _keyword_usage(p: Place) -> Diagnostic | None:
    """A statement that starts with a word and does not go on as that word wants."""
    usage = _USAGE.get(p.kinds[0])
    if usage is None:
        return None
    word = p.word(0)
    if p.kinds[0] == QUESTION:
        usage = f"{word} y" if word == "differential" else f"{word} y wrt x"
    if p.kinds[0] == CHECK:
        usage = f"{word} a == b"
    if p.kind is None:
        return p.say(f"`{word}` wants more than this", usage, since=0)
    return p.say(f"`{p.word(p.at)}` cannot stand here", usage)


def _bare_expression(p: Place) -> Diagnostic | None:
    """`W @ x`, `x`, `g(u)`."""
    if p.outside(EQUALS) is not None or p.outside(COLON) is not None:
        return None
    if p.kind is None or p.kind not in CLOSE:
        return p.say(
            "an expression alone is no statement",
            "give it a name: y = ...; or ask: grad y wrt x",
            since=0,
        )
    return None


def _at_end(p: Place) -> Diagnostic | None:
    if p.kind is not None:
        return None
    return p.say("the statement ends too early")


_RECOGNISERS: tuple[Callable[[Place], Diagnostic | None], ...] = (
    _caret,
    _colon_after_keyword,
    _prime,
    _compare,
    _comment,
    _equals,
    _braces,
    _times,
    _foreign_word,
    _misspelt_keyword,
    _type,
    _slice,
    _bare_equation,
    _left_of_equals,
    _leading_operator,
    _empty,
    _symbol,
    _missing_operand,
    _missing_operator,
    _string,
    _comma,
    _keyword_usage,
    _bare_expression,
    _at_end,
)
