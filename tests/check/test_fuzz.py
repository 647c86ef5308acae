"""Programs changed at random are answered: no fault, no exception, in bounded time."""

from __future__ import annotations

from itertools import islice
from random import Random

import pytest

from benchmarks.fuzz import corpus, mutants, outcome
from gradcli.diagnostics import limits

COUNT = 60


@pytest.mark.parametrize("seed", [11, 12])
def test_changed_programs_are_answered(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    monkeypatch.setattr(limits, "_seconds", 1.0)
    texts = [text for text in corpus() if len(text) < 1500]
    for text in islice(mutants(texts, Random(seed)), COUNT // 2):
        what, took = outcome(text)
        assert what == "ok", text
        assert took < 15 * (text.count("check") + text.count("refute") + 2), text  # on a busy machine


def test_a_definition_whose_size_is_unknown_is_no_size_where_a_check_indexes_it() -> None:
    first = "out[i, j] = sum[p, q](X[i + p - 1, j + q - 1] * K[p, q])\nloss L(out)\ndout = grad(L, out)\n"
    assert outcome(first + "check grad(L, K)[p, q] == sum[i, j](dout[i, j] * X[i + p - 1, j + q - 1])")[0] == "ok"
