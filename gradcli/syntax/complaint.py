"""What to say of a token that cannot stand where it stands.

The recognisers are asked in turn, and the first that knows the mistake speaks.  Read where something is wrong only.
"""

from __future__ import annotations

from collections.abc import Callable

from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.syntax import mistakes_expression as expression
from gradcli.syntax import mistakes_statement as statement
from gradcli.syntax.ast import Source
from gradcli.syntax.place import Place
from gradcli.syntax.tokens import Tokens


def unexpected(source: Source, tokens: Tokens, at: int) -> Diagnostic:
    """Return the complaint about token `at`; the end of the statement is `len(tokens.kinds)`."""
    place = Place(source, tokens, at)
    for recognise in _RECOGNISERS:
        found = recognise(place)
        if found is not None:
            return found
    return place.say(f"`{place.word(at)}` cannot stand here")


def _at_end(p: Place) -> Diagnostic | None:
    if p.kind is not None:
        return None
    return p.say("the statement ends too early")


_RECOGNISERS: tuple[Callable[[Place], Diagnostic | None], ...] = (
    statement.loss_of_values,
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
    statement.inequality,
    statement.keyword_usage,
    statement.bare_expression,
    _at_end,
)
