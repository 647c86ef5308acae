"""Intervals hold what many digits find."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest

from gradcli.evaluate.enclosure_field import Enclosure
from gradcli.evaluate.errors import EvaluationError, NotExact, OutsideDomain
from gradcli.evaluate.fields import digits, enclosures
from gradcli.ops.functions import SCALAR_FUNCTIONS

FIELD = enclosures()


@pytest.mark.parametrize("name", sorted(SCALAR_FUNCTIONS))
def test_the_value_is_inside(name: str) -> None:
    source = Random(name)
    for _ in range(12):
        x = Fraction(source.randint(-4000, 4000), source.choice((1, 10, 64, 999, 4001)))
        try:
            true = digits(80).function(name, digits(80).number(x))
            found = FIELD.function(name, FIELD.number(x))
        except NotExact:
            return
        except EvaluationError:
            continue
        low, high = (end._mpi_[0] for end in (found.ends.a, found.ends.b))
        make = digits(80)._ctx.make_mpf
        slack = abs(true) * make(FIELD.number(10).ends._mpi_[0]) ** -70
        assert make(low) - slack <= true <= make(high) + slack, (name, x)


def test_what_is_open_raises() -> None:
    third = FIELD.number(Fraction(1, 3))
    for open_one in (lambda: third < third, lambda: third == third, lambda: int(FIELD.constant("inf"))):
        with pytest.raises(OutsideDomain):
            open_one()
    assert FIELD.number(2) == FIELD.number(2)
    assert third < FIELD.number(1) and third != FIELD.number(1)
    assert FIELD.function("exp", FIELD.number(-(10**30))) > FIELD.zero
    assert isinstance(FIELD.power(third, FIELD.number(-2)), Enclosure)
    with pytest.raises(OutsideDomain):
        FIELD.one / (third - third)
