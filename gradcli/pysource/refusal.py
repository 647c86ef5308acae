"""What is outside the subset that is read: the place, the construct, and the mend."""

from __future__ import annotations

import ast


class Refused(Exception):
    """A construct that is not read; nothing is guessed in its place."""

    def __init__(self, node: ast.AST | None, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.node = node
        self.message = message
        self.hint = hint

    @property
    def line(self) -> int:
        """The line of the construct, from 1."""
        return int(getattr(self.node, "lineno", 1) or 1)

    @property
    def column(self) -> int:
        """Its column, from 1."""
        return int(getattr(self.node, "col_offset", 0) or 0) + 1


class Clash(Refused):
    """Arrays whose shapes do not fit, so that the code raises: no construct that is not read."""


def shown(node: ast.AST, limit: int = 50) -> str:
    """A construct as it is written, in one short line."""
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= limit else f"{text[: limit - 3]}..."
