"""Typical mistakes inside an expression.

Each recogniser knows one mistake and returns its complaint, or None.
"""

from __future__ import annotations

from gradcli.diagnostics.diagnostic import Diagnostic, error
from gradcli.syntax import foreign
from gradcli.syntax.ast import Span
from gradcli.syntax.place import Place
from gradcli.syntax.tokens import (
    BINARY,
    CARET,
    CLOSE,
    COLON,
    COMMA,
    COMPARE,
    EQUALS,
    LBRACE,
    LIDX,
    LPAR,
    LSQB,
    NABLA,
    NAME,
    NUMBER,
    OPEN,
    OPERAND_END,
    OPERAND_START,
    PARTIAL,
    PRIMES,
    QUESTION,
    RBRACE,
    SIGMA,
    SLASH,
    STRING,
    TIMES,
    UNEQUAL,
    WRT,
)


def caret(p: Place) -> Diagnostic | None:
    """`a^b^c`."""
    if p.kind != CARET or p.before not in OPERAND_END:
        return None
    return p.say("`a^b^c` could be read in two ways", "write (a^b)^c or a^(b^c)", "E106")


def prime(p: Place) -> Diagnostic | None:
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


def compare(p: Place) -> Diagnostic | None:
    """`a < b < c`, `=>`."""
    if p.kind != COMPARE:
        return None
    if p.before == EQUALS:
        return p.say(f"`={p.word(p.at)}` is no part of the language", f"write `{p.word(p.at)[0]}=`", since=p.at - 1)
    if p.before in OPERAND_END:
        return p.say("comparisons do not chain", "multiply them: (a < x) * (x < b), an array of 0s and 1s", "E105")
    return None


def unequal(p: Place) -> Diagnostic | None:
    """`a != b`."""
    if p.kind != UNEQUAL:
        return None
    return p.say(f"`{p.word(p.at)}` compares between brackets only", foreign.CHARACTERS["!="], "E103")


def comment(p: Place) -> Diagnostic | None:
    """`// a comment`."""
    if p.kind == SLASH and SLASH in (p.before, *p.kinds[p.at + 1 : p.at + 2]):
        return p.say("`//` is no part of the language", "a comment starts with `#`")
    return None


def braces(p: Place) -> Diagnostic | None:
    """`x^{2}`."""
    if p.kind not in (LBRACE, RBRACE):
        return None
    inside = p.bracketed(p.at) if p.kind == LBRACE else "..."
    hint = f"write ({inside})"
    if p.before == CARET and inside.replace(" ", "") in ("T", "-T", "⊤", "\\top"):
        hint = f"write ^{inside.replace(' ', '')}"
    return p.say("braces stand only in a type, ℝ^{m×n}", hint)


def times(p: Place) -> Diagnostic | None:
    """`A × B`."""
    if p.kind != TIMES:
        return None
    return p.say("`×` stands only in a type, ℝ^{m×n}", foreign.CHARACTERS["·"])


def slice(p: Place) -> Diagnostic | None:
    """`[1:n]`, `x[1:n:2]`."""
    opening = p.opening()
    if p.kind == COLON and opening is not None and p.kinds[opening] in (LSQB, LIDX):
        return p.say(
            "a slice stands in an index and has no step",
            "x[2:n] goes from 2 to n, both in it; every second entry is y[i] = x[2*i - 1], y : R[m] declared",
        )
    return None


def empty(p: Place) -> Diagnostic | None:
    """`()`, `[]`."""
    if p.kind in CLOSE and p.before is not None and p.before == CLOSE[p.kind]:
        return p.say("there is nothing between the brackets", since=p.at - 1)
    return None


def symbol(p: Place) -> Diagnostic | None:
    """`∇f`, `∇_x f`, `∂f`, `∑_k x`."""
    for i in range(p.at - 1, max(-1, p.at - 4), -1):
        usage = {NABLA: "∇[x] f", PARTIAL: "∂y/∂x", SIGMA: "∑[k](x[k])"}.get(p.kinds[i])
        if usage is not None:
            return p.say(f"`{p.word(i)}` wants its variable", f"write {usage}", since=i)
    return None


def missing_operand(p: Place) -> Diagnostic | None:
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


def missing_operator(p: Place) -> Diagnostic | None:
    """`2x`, `W x`, `(a)(b)`."""
    if p.before not in OPERAND_END or p.kind not in OPERAND_START:
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


def string(p: Place) -> Diagnostic | None:
    if p.kind != STRING:
        return None
    return p.say("a string stands only as an argument of einsum", 'einsum("ij,jk->ik", A, B)')


def comma(p: Place) -> Diagnostic | None:
    """`(a, b)`, `y = a, b`."""
    if p.kind != COMMA:
        return None
    if p.before == COMMA:
        return p.say("nothing stands between the two commas")
    return p.say("a comma stands only between arguments and in a list", "a vector of scalars is [a, b]")
