"""Every operation of the language has an evaluation, or is a placeholder that says so."""

from __future__ import annotations

import pytest

from gradcli.evaluate import FLOAT, NotEvaluable, evaluate
from gradcli.evaluate.evaluate import PLACEHOLDERS
from gradcli.evaluate.operations import TABLE
from gradcli.expr.node import make, var
from gradcli.ops.operations import OPERATIONS


@pytest.mark.parametrize("op", sorted(OPERATIONS))
def test_every_operation_is_evaluated_or_a_placeholder(op: str) -> None:
    assert (op in TABLE) != (op in PLACEHOLDERS)


def test_nothing_is_evaluated_that_is_no_operation() -> None:
    assert set(TABLE) <= OPERATIONS.keys()


@pytest.mark.parametrize("op", ["grad", "jac", "hess"])
def test_a_derivative_asked_for_has_no_value_before_it_is_derived(op: str) -> None:
    x = var("x", ("n",))
    with pytest.raises(NotEvaluable, match=op):
        evaluate([make(op, (x, x), shape=("n",))], {}, {"n": 2}, FLOAT)


def test_a_name_without_a_value_is_named() -> None:
    with pytest.raises(NotEvaluable, match="speed"):
        evaluate([var("speed", ())], {}, {}, FLOAT)
