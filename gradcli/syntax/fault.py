"""How a builder or the automaton gives a statement up."""

from __future__ import annotations

from gradcli.diagnostics.diagnostic import Diagnostic, Edit, error
from gradcli.syntax import faults
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.tokens import Tokens


class SyntaxFault(Exception):
    """The statement cannot be read; `diagnostic` says why in a full sentence."""

    def __init__(
        self, code: str, message: str, span: Span, hint: str | None = None, mend: tuple[Edit, ...] = ()
    ) -> None:
        super().__init__(message)
        self.mend = mend
        self.code = code
        self.message = message
        self.span = span
        self.hint = hint

    def diagnostic(self, source: Source, tokens: Tokens) -> Diagnostic:
        """Return the complaint about this fault."""
        return error(self.code, self.message, source, self.span, self.hint, mend=self.mend)


class UnexpectedToken(SyntaxFault):
    """Token number `at` (or the end) has no place where it stands."""

    def __init__(self, at: int) -> None:
        super().__init__("E101", "unexpected", Span(0, 0))
        self.at = at

    def diagnostic(self, source: Source, tokens: Tokens) -> Diagnostic:
        """Return the complaint about this fault."""
        from gradcli.syntax.complaint import unexpected

        return unexpected(source, tokens, self.at)


class BareExpression(SyntaxFault):
    """An expression stands where a statement belongs."""

    def __init__(self, span: Span) -> None:
        super().__init__("E101", "an expression alone is no statement", span)

    def diagnostic(self, source: Source, tokens: Tokens) -> Diagnostic:
        """Return the complaint about this fault."""
        from gradcli.syntax.complaint import unexpected

        return unexpected(source, tokens, len(tokens.kinds))


class TooDeep(SyntaxFault):
    """The expression around token number `at` is nested beyond the bound."""

    def __init__(self, at: int) -> None:
        super().__init__("E104", "too deep", Span(0, 0))
        self.at = at

    def diagnostic(self, source: Source, tokens: Tokens) -> Diagnostic:
        """Return the complaint about this fault."""
        at = min(self.at, len(tokens.kinds) - 1)
        return faults.too_deep(source, Span(tokens.starts[at], tokens.ends[at]))
