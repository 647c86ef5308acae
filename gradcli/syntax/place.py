"""A statement and the token in it that has no place: what the recognisers look at."""

from __future__ import annotations

from gradcli.diagnostics.diagnostic import Diagnostic, Edit, error
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.characters import clip
from gradcli.syntax.tokens import CLOSE, OPEN, Tokens


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
        self,
        message: str,
        hint: str | None = None,
        code: str = "E101",
        since: int | None = None,
        mend: tuple[Edit, ...] = (),
    ) -> Diagnostic:
        """Return a complaint at the token, or at the tokens from number `since` up to it."""
        last = min(self.at, len(self.kinds) - 1)
        first = last if since is None else since
        span = Span(self.tokens.starts[first], self.tokens.ends[last])
        return error(code, message, self.source, span, hint, mend=mend)

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
