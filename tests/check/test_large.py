"""Statements about long programs: their work grows with the program, and the verdicts stay the same."""

from __future__ import annotations

from typing import Any

import pytest

from gradcli.expr.walk import postorder
from gradcli.normal.lower import Lowering
from gradcli.program.elaborate import elaborate_with_reader
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from gradcli.verdicts.book import Book
from gradcli.verdicts.check import check_source
from gradcli.verdicts.report.words import example
from gradcli.verdicts.shared import with_shared_named

STATEMENTS = (
    "check grad(L, x1) == W2.T @ (grad(L, x2) * (1 - tanh(W2 @ x1)**2))",
    "check grad(L, W1) == (grad(L, x1) - grad(L, x1) * x1 * x1) @ x0.T",
    "check grad(L, x1) == W2.T @ grad(L, x2)",
)


def net(layers: int, *statements: str) -> str:
    """Layers `x_i = tanh(W_i @ x_(i-1))` and a loss."""
    weights = [f"W{i} : R[n, n]" for i in range(1, layers + 1)]
    states = [f"x{i} = tanh(W{i} @ x{i - 1})" for i in range(1, layers + 1)]
    return "\n".join([*weights, "x0 : R[n]", *states, f"L = sum(x{layers}**2)", *statements]) + "\n"


@pytest.mark.parametrize("layers", [3, 40, 450])
def test_a_layer_of_a_deep_net_is_decided_as_one_of_a_flat_one(layers: int) -> None:
    checked = check_source(Source("net.mc", net(layers, *STATEMENTS)))
    assert [verdict.kind for verdict in checked.verdicts] == ["proved", "proved", "refuted"]
    wrong = checked.verdicts[2]
    assert wrong.hint is not None and wrong.hint.kind in ("inner", "term", "prime")


def test_what_sides_have_in_common_is_named() -> None:
    module, diagnostics = parse_module(Source("net.mc", net(40, STATEMENTS[0])))
    program, reader = elaborate_with_reader([module], diagnostics)
    book = Book(program, module, reader)
    (check,), (statement,) = book.program.checks, book.statements
    assert all(side is not None for side in check.sides)
    sides = [book.value(*side) for side in zip(statement.sides, check.sides, strict=True) if side[1] is not None]
    assert len(postorder(sides)) > 200
    assert len(postorder(with_shared_named(*sides))) < 30


def test_sizes_that_are_large_numbers_are_not_reckoned_with_for_ever() -> None:
    declared = "A, B : R[400, 400]\nx : R[5000]\n"
    claims = ["det(A) == tr(A)", "tr(A @ B) == tr(B @ A)", "x == 2 * x"]
    checked = check_source(Source("large.mc", declared + "".join(f"check {claim}\n" for claim in claims)))
    assert [verdict.kind for verdict in checked.verdicts] == ["undecided", "proved", "refuted"]
    assert "too large" in checked.verdicts[0].reason
    counterexample = checked.verdicts[2].counterexample
    assert counterexample is not None
    assert len(example(counterexample)) < 200 and example(counterexample).endswith("entry [1]: left 1, right 2")


def test_a_false_line_of_backpropagation_is_found_by_numbers_before_anything_is_multiplied_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    layers = 16
    errors = [f"e{layers} = 2 * x{layers} * (1 - x{layers} * x{layers})"]
    errors += [f"e{i} = (W{i + 1}.T @ e{i + 1}) * (1 - x{i} * x{i})" for i in reversed(range(1, layers))]
    lowered = [0]
    array = Lowering.array

    def counting(self: Lowering, *args: Any) -> Any:
        lowered.append(len(postorder(args[0])))
        return array(self, *args)

    monkeypatch.setattr(Lowering, "array", counting)
    claims = ("check grad(L, W1) == 2 * e1 @ x0.T", "check grad(L, W1) == e1 @ x1.T")
    checked = check_source(Source("net.mc", net(layers, *errors, *claims)))
    assert [verdict.kind for verdict in checked.verdicts] == ["refuted"] * 2
    assert all(verdict.expected is not None for verdict in checked.verdicts)
    assert max(lowered) <= 60
