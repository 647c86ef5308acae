"""Places that the grammar lets pass and that are wrong all the same."""

from __future__ import annotations

from gradcli.syntax import foreign
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
