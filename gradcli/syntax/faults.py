"""The sentences for what the lexer and the parser cannot read."""

from __future__ import annotations

from gradcli.diagnostics.diagnostic import Diagnostic, error
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.tokens import Tokens


def too_long(source: Source, tokens: Tokens, limit: int) -> Diagnostic:
    """A statement of more tokens than the parser takes."""
    span = Span(tokens.starts[0], tokens.ends[0])
    return error(
        "E104",
        f"this statement has more than {limit:,} symbols",
        source,
        span,
        "name the parts: u = ...; v = ...; y = u + v",
    )


def too_deep(source: Source, span: Span) -> Diagnostic:
    """An expression nested beyond the bound."""
    return error(
        "E104",
        "the expression is nested too deeply",
        source,
        span,
        "name the parts: u = ...; y = g(u)",
    )


def unclosed(source: Source, tokens: Tokens, opening: int) -> Diagnostic:
    """An opening bracket without its closing one."""
    bracket = tokens.word(opening)
    close = {"(": ")", "[": "]", "{": "}"}[bracket]
    return error(
        "E102",
        f"the bracket `{bracket}` is never closed",
        source,
        Span(tokens.starts[opening], tokens.ends[opening]),
        f"a `{close}` is missing before the end of the statement",
    )


def wrong_close(source: Source, tokens: Tokens, opening: int | None, start: int, end: int) -> Diagnostic:
    """A closing bracket that closes nothing, or another kind of bracket."""
    close = source.text[start:end]
    if opening is None:
        return error(
            "E102",
            f"the bracket `{close}` closes nothing",
            source,
            Span(start, end),
            "remove it, or write the opening bracket that it belongs to",
        )
    bracket = tokens.word(opening)
    return error(
        "E102",
        f"the bracket `{bracket}` is closed by `{close}`",
        source,
        Span(tokens.starts[opening], end),
        f"a `{bracket}` is closed by " + {"(": "`)`", "[": "`]`", "{": "`}`"}[bracket],
    )


def rows_by_semicolon(source: Source, start: int) -> Diagnostic:
    """`[1, 2; 3, 4]`."""
    return error(
        "E101",
        "`;` ends a statement and cannot separate the rows of a matrix",
        source,
        Span(start, start + 1),
        "write [[1, 2], [3, 4]]",
    )
