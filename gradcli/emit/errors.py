"""What stands in the way of code."""

from __future__ import annotations


class EmitError(Exception):
    """An expression that no code can be printed for; the message says which."""
