"""What is wrong with a formula, with the place."""

from __future__ import annotations


class FormulaFault(Exception):
    """A formula, or a part of it, that cannot be read; `start` and `end` are places in the document."""

    def __init__(self, code: str, message: str, start: int, end: int, hint: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.start = start
        self.end = end
        self.hint = hint
