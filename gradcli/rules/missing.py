"""The answer "there is no derivative"."""

from __future__ import annotations


class NoRule(Exception):
    """There is no derivative: `code` and `reason` say whether none exists or none is known."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
