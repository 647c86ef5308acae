"""What to say of a token that cannot stand where it stands.

The recognisers are asked in turn, and the first that knows the mistake speaks.
"""

from __future__ import annotations

from collections.abc import Callable

from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.syntax import foreign
from gradcli.syntax import mistakes_expression as expression
from gradcli.syntax import mistakes_statement as statement
from gradcli.syntax.ast import Source
from gradcli.syntax.place import Place
from gradcli.syntax.roles import Roles
from gradcli.syntax.tokens import (
    BINARY,
    COLON,
    COMMA,
    DEFINED,
    EQUALS,
    IMPLICIT,
    LPAR,
    NAME,
    NAMES,
    OPERAND_END,
    OPERAND_START,
    STATEMENT_WORDS,
    Tokens,
)


def unexpected(source: Source, tokens: Tokens, at: int) -> Diagnostic:
    """Return the complaint about token `at`; the end of the statement is `len(tokens.kinds)`."""
    place = Place(source, tokens, at)
    for recognise in _RECOGNISERS:
        found = recognise(place)
        if found is not None:
            return found
    return place.say(f"`{place.word(at)}` cannot stand here")


def foreign_word_at(tokens: Tokens, roles: Roles) -> int | None:
    """Where a word of another language stands beside an operand, as if it were a factor; else None."""
    kinds = tokens.kinds
    for i, kind in enumerate(kinds):
        if kind != NAME or tokens.word(i) not in foreign.WORDS or roles.is_declared(tokens.word(i)):
            continue
        word = tokens.word(i)
        if word == "d" or (word == "lambda" and (COLON not in kinds[i:] or kinds[0] == IMPLICIT)):
            continue
        if i and kinds[i - 1] in OPERAND_END:
            return i
        if i + 1 < len(kinds) and kinds[i + 1] in OPERAND_START and kinds[i + 1] != LPAR:
            return i + 1
    return None


def wrong_left_at(tokens: Tokens) -> int | None:
    """Where the left side of a definition goes wrong, which an expression could also begin with; else None."""
    kinds = tokens.kinds
    if kinds[0] in BINARY:
        return 0
    if EQUALS not in kinds or kinds[0] in STATEMENT_WORDS or kinds[0] == DEFINED:
        return None
    for i, kind in enumerate(kinds):
        if kind in (EQUALS, COLON):
            return None
        if kind != COMMA if i % 2 else kind not in NAMES:
            return i if Place(Source("", ""), tokens, i).outside(EQUALS) is not None else None
    return None


def _at_end(p: Place) -> Diagnostic | None:
    if p.kind is not None:
        return None
    return p.say("the statement ends too early")


_RECOGNISERS: tuple[Callable[[Place], Diagnostic | None], ...] = (
    expression.caret,
    statement.colon_after_keyword,
    expression.prime,
    expression.compare,
    expression.unequal,
    expression.comment,
    statement.equals,
    statement.type,
    expression.braces,
    expression.times,
    statement.foreign_word,
    statement.misspelt_keyword,
    expression.slice,
    statement.bare_equation,
    statement.left_of_equals,
    statement.leading_operator,
    expression.empty,
    expression.symbol,
    expression.missing_operand,
    expression.missing_operator,
    expression.string,
    expression.comma,
    statement.keyword_usage,
    statement.bare_expression,
    _at_end,
)
