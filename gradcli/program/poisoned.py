"""What is wrong elsewhere."""

from __future__ import annotations


class Poisoned(Exception):
    """An expression uses a name whose own definition is wrong: that is reported there, not again here."""
