"""The fields, by name."""

from __future__ import annotations

from functools import lru_cache

from gradcli.evaluate.enclosure_field import EnclosureField
from gradcli.evaluate.exact_field import ExactField
from gradcli.evaluate.field import Field
from gradcli.evaluate.float_field import FloatField
from gradcli.evaluate.mp_field import MpField

FLOAT: Field = FloatField()
LIBRARY: Field = FloatField(masks_hide=False)
"""Floats as array libraries compute with them, for which 0 times nan is nan."""
EXACT: Field = ExactField()


@lru_cache(maxsize=32)
def digits(count: int) -> MpField:
    """Floating point with `count` decimal digits.  Loads mpmath."""
    return MpField(count)


@lru_cache(maxsize=1)
def enclosures() -> EnclosureField:
    """Intervals that hold the true value.  Loads mpmath."""
    return EnclosureField(50)
