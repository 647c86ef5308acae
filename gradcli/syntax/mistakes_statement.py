"""Typical mistakes in the form of a statement.

Each recogniser knows one mistake and returns its complaint, or None.
"""

from __future__ import annotations

from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.syntax import foreign
from gradcli.syntax.place import Place
from gradcli.syntax.tokens import (
    ARROW,
    ASSUME,
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
    LIDX,
    LOSS,
    LPAR,
    LSQB,
    NAME,
    NAMES,
    NUMBER,
    OPERAND_START,
    PRIMES,
    QUESTION,
    TIMES,
    WRT,
)

_USAGE = {
    CHECK: "check a == b",
    IMPLICIT: "implicit y : A @ y == b",
    ASSUME: "assume sum(y) == 1",
    LOSS: "loss f(y)",
    LAYOUT: "layout numerator, denominator or mixed",
    QUESTION: "grad f wrt x",
}


def foreign_word(p: Place) -> Diagnostic | None:
    """`def`, `lambda`, `let`, `in`, `by`, ... in front of or between operands."""
    for i in (p.at, p.at - 1):
        if 0 <= i < len(p.kinds) and p.kinds[i] == NAME:
            hint = foreign.WORDS.get(p.tokens.word(i))
            if hint is not None and p.kind is not None:
                return p.say(f"`{p.word(i)}` is no word of the language", hint, since=i)
    return None


def misspelt_keyword(p: Place) -> Diagnostic | None:
    """`jacobain y wrt x`."""
    if not p.at or len(p.kinds) < 2 or p.kinds[0] != NAME or p.kinds[1] not in OPERAND_START or p.kinds[1] == LPAR:
        return None
    from difflib import get_close_matches

    close = get_close_matches(p.tokens.word(0)[:40].lower(), KEYWORDS, 1, 0.75)
    if not close:
        return None
    p.at = 1
    return p.say(f"`{p.word(0)}` is no word of the language", f"did you mean `{close[0]}`?", since=0)


def colon_after_keyword(p: Place) -> Diagnostic | None:
    """`check: a == b`."""
    if len(p.kinds) > 1 and p.kinds[0] == NAME and p.kinds[1] == COLON and p.tokens.word(0) in KEYWORDS:
        if p.outside(EQEQ) is None and p.outside(WRT) is None:
            return None
        return p.say(f"`{p.word(0)}` takes no colon", f"{_USAGE[KEYWORDS[p.tokens.word(0)]]}")
    return None


def bare_equation(p: Place) -> Diagnostic | None:
    """`y == W @ x` for a definition, or a check without `check`."""
    equation = p.outside(EQEQ)
    if equation is None or p.kinds[0] in (ASSUME, CHECK, IMPLICIT):
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


def equals(p: Place) -> Diagnostic | None:
    """`=` where `==` is meant, or on the wrong side of something."""
    if p.kind != EQUALS:
        return None
    first = p.kinds[0]
    if first in (ASSUME, CHECK, IMPLICIT):
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
        return p.say("a declaration gives no value", "declare and define in two statements: y : R[n]; y = ...")
    if p.outside(EQUALS) != p.at:
        if p.at + 1 < len(p.kinds) and p.kinds[p.at + 1] == COMPARE:
            return p.say("`=` and a comparison do not go together", "write `>=` or `<=`")
        return p.say("a definition has one `=`", "write one definition for each name: a = c; b = a")
    return p.say("left of `=` stands a name", "y = ..., g(t) = ..., or Y[i, j] = ...")


def left_of_equals(p: Place) -> Diagnostic | None:
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
    if p.kinds[0] in NAMES and len(p.kinds) > 1 and p.kinds[1] == PRIMES:
        return p.say("a derivative follows from its function and cannot be defined", "g(t) = ...", since=since)
    if p.kinds[0] in NAMES and len(p.kinds) > 1 and p.kinds[1] in (LSQB, LIDX):
        return p.say("a definition by indices has index names on its left", "Y[i, j] = A[j, i]; a vector is y = [a, b]")
    if p.kinds[0] in NAMES and len(p.kinds) > 1 and p.kinds[1] == LPAR:
        return p.say("a function is defined of names", "g(t) = t**2")
    return p.say(
        "left of `=` stands a name",
        "y = ... defines y; an equation of two expressions is check a == b",
    )


def type(p: Place) -> Diagnostic | None:
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
        return p.say("the shape stands in square brackets", f"{p.word(p.at - 1)}[{p.bracketed(p.at)}]", "E108")
    if p.kind in (CARET, LSQB, LBRACE, NUMBER):
        return p.say("a shape is given once", "R[m, n]", "E108")
    if p.kind == COMMA:
        return p.say("a function of several arguments has no type here", "define it: g(s, t) = ...", "E108")
    if p.at == colon + 1:
        return p.say("a type is R, R[n], R[m, n], Z, or R[n] -> R", "x : R[n]", "E108")
    return None


def inequality(p: Place) -> Diagnostic | None:
    """`check a >= b`, `refute a < b`: a comparison is a 0 or a 1, and a check compares it with one."""
    compared = p.outside(COMPARE)
    if p.kinds[0] != CHECK or p.kind is not None or compared is None or not 1 < compared < len(p.kinds) - 1:
        return None
    first, last = p.tokens.ends[0] + 1, p.tokens.ends[-1]
    message = "a check states an equation; a comparison is 1 where it holds"
    hint = "check (a >= b) == 1; of arrays, min(a >= b) == 1 says it of every entry"
    return p.say(message, hint, since=1, mend=((first, first, "("), (last, last, ") == 1")))


def keyword_usage(p: Place) -> Diagnostic | None:
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


def loss_of_values(p: Place) -> Diagnostic | None:
    """`loss sum(y**2)`, `loss -log(y[1])`, `loss L`: a value that is known, where an arbitrary function stands."""
    if p.kinds[0] != LOSS or len(p.kinds) < 2:
        return None
    if len(p.kinds) > 2 and p.kinds[2] == LPAR and not _of_the_language(p.tokens.word(1)):
        return None
    at = p.tokens.ends[0]
    message = "a loss is stated as an arbitrary function of names, and not as a value"
    hint = "loss f(y), for any f; a value is differentiated as it is: define it"
    return p.say(message, hint, since=0, mend=((at, at, " ="),))


def _of_the_language(name: str) -> bool:
    from gradcli.ops.functions import SCALAR_FUNCTIONS
    from gradcli.ops.operations import OPERATIONS
    from gradcli.ops.words import ALIASES

    return name in SCALAR_FUNCTIONS or name in OPERATIONS or name in ALIASES


def bare_expression(p: Place) -> Diagnostic | None:
    """`W @ x`, `x`, `g(u)`."""
    if p.outside(EQUALS) is not None or p.outside(COLON) is not None:
        return None
    if p.kind is None or p.kind not in CLOSE:
        p.at = len(p.kinds)
        hint = "give it a name: y = ...; or ask: grad y wrt x"
        return p.say("an expression alone is no statement", hint, since=0)
    return None


def leading_operator(p: Place) -> Diagnostic | None:
    """A line that starts with an operator."""
    if p.at or p.kind not in BINARY:
        return None
    return p.say(
        f"a statement cannot start with `{p.word(0)}`",
        "a line goes on when the one before it ends in an operator, or inside brackets",
    )
