"""The fields, by name."""

from __future__ import annotations

from functools import lru_cache

from gradcli.evaluate.exact_field import ExactField
from gradcli.evaluate.field import Field
from gradcli.evaluate.float_field import FloatField

FLOAT: Field = FloatField()
EXACT: Field = ExactField()


@lru_cache(maxsize=8)
def digits(count: int) -> Field:
    """Floating point with `count` decimal digits.  Loads mpmath."""
    from gradcli.evaluate.mp_field import MpField

    return MpField(count)
