"""Three-valued answers."""

from __future__ import annotations

from enum import Enum
from typing import NoReturn


class Truth(Enum):
    """Yes, no or not known.  There is no `bool` of it: say which of the three is meant."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __bool__(self) -> NoReturn:
        raise TypeError("a Truth is not a bool: compare it with Truth.YES, Truth.NO or Truth.UNKNOWN")
