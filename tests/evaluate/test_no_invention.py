"""A function of the language without an evaluation has no value: no random one is put in its place."""

from __future__ import annotations

import sys

import pytest

from gradcli.evaluate import evaluate
from gradcli.evaluate.array import Array
from gradcli.evaluate.errors import NotEvaluable
from gradcli.evaluate.fields import EXACT, FLOAT
from gradcli.expr.node import make, var
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.syntax.ast import Source
from gradcli.verdicts.check import check_source


@pytest.mark.parametrize("field", [EXACT, FLOAT])
@pytest.mark.parametrize("op", ["elem", "vfun"])
def test_a_name_that_is_not_opaque_has_no_value(field: object, op: str) -> None:
    x = var("x", (2,))
    node = make(op, (x,), ("half_added", 0), x.shape)
    values = {x: Array((2,), [1, 2])}
    with pytest.raises(NotEvaluable, match="half_added"):
        evaluate([node], values, {}, field, opaque=("g",))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["tanh", "erf", "softplus"])
def test_a_check_says_that_a_function_has_no_evaluation(monkeypatch: pytest.MonkeyPatch, name: str) -> None:

    module = sys.modules["gradcli.evaluate.point"]
    kept = {key: row for key, row in SCALAR_FUNCTIONS.items() if key != name}
    monkeypatch.setattr(module, "SCALAR_FUNCTIONS", kept)
    found = check_source(Source("t.mc", f"x : R\ncheck {name}(x) == g(x)\n")).verdicts[0]
    assert found.kind == "undecided" and f"no evaluation of the function {name}" in found.reason
