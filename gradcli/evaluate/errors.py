"""Why an expression has no value at a point."""

from __future__ import annotations

from typing import Any

UNDERFLOW = "underflow"
"""Why a number has no value that is not 0 and too small for every number of digits."""


class EvaluationError(Exception):
    """Base of everything that evaluation raises on purpose."""


class OutsideDomain(EvaluationError):
    """There is no real value here: a log of a negative number, a singular inverse, an index past a size."""


class OnKink(EvaluationError):
    """The point lies on, or too near, a jump (`a < b` with a equal to b): draw another."""


class NotExact(EvaluationError):
    """The value is not rational, or its fraction too long; other fields have one."""


class NotEvaluable(EvaluationError):
    """A placeholder (`grad`, `jac`, `hess`, `param`), an unknown operation, or a name without a value."""


class Undefined:
    """An entry outside a function's domain; whatever is computed from it is undefined too.

    Entries rather than arrays are undefined so that `where(x > 0, log(x), 0)` has a value everywhere.
    """

    __slots__ = ("reason",)

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def _self(self, *_: Any) -> Undefined:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _self
    __truediv__ = __rtruediv__ = __neg__ = __abs__ = _self
