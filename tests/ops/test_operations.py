"""Every operation of the catalogue through every pass: what one cannot do stands in the table of reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from gradcli.expr.walk import postorder
from gradcli.ops.document import document, document_zh
from gradcli.ops.document_zh import WORDS
from gradcli.ops.operation import Kind, Operation
from gradcli.ops.operations import OPERATIONS
from gradcli.ops.reasons import REASONS
from gradcli.rules.load import all_rules
from tests.ops.contract import BEHAVIOURS, SHOWN, TABLES, TAKEN, Outcome, program_of


def gaps(operation: Operation, passes: dict[str, Callable[[Operation], Outcome]]) -> dict[str, str]:
    """The passes that do not take an operation, all of them, each with what went wrong."""
    return {name: said for name, outcome in passes.items() if (said := outcome(operation)) is not None}


def excused(operation: Operation, passes: Iterable[str]) -> set[str]:
    """The passes for which the table of reasons says why they do not take it."""
    return {name for name in passes if operation.name in REASONS.get(name, {})}


@pytest.mark.parametrize("operation", TAKEN.values(), ids=lambda operation: operation.name)
def test_every_table_has_the_operation_or_a_reason(operation: Operation) -> None:
    found = gaps(operation, TABLES)
    assert found.keys() == excused(operation, TABLES), found


@pytest.mark.parametrize("operation", SHOWN.values(), ids=lambda operation: operation.name)
def test_every_pass_takes_the_operation_or_says_why_not(operation: Operation) -> None:
    found = gaps(operation, BEHAVIOURS)
    assert found.keys() == excused(operation, BEHAVIOURS), found


@pytest.mark.parametrize("operation", SHOWN.values(), ids=lambda operation: operation.name)
def test_an_example_is_of_its_operation(operation: Operation) -> None:
    _, _, value = program_of(operation)
    assert any(node.op == operation.name for node in postorder(value))


def test_every_operation_has_an_example() -> None:
    assert {name for name in TAKEN if name not in SHOWN} == {"cotangent", "param"}
    assert all(operation.kind is Kind.QUESTION or operation.meaning for operation in OPERATIONS.values())


def test_every_rule_is_of_an_operation_or_a_function() -> None:
    of_operations = {rule for operation in OPERATIONS.values() for rule in operation.rules}
    of_functions = {name for name, rule in all_rules().items() if rule.derivative is not None}
    assert set(all_rules()) - of_operations - of_functions == {"inverse_map"}


def test_reasons_are_of_passes_and_operations() -> None:
    assert REASONS.keys() <= TABLES.keys() | BEHAVIOURS.keys()
    assert all(reasons.keys() <= TAKEN.keys() for reasons in REASONS.values())


def test_the_page_of_operations_is_up_to_date() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "operations.md"
    assert page.read_text(encoding="utf-8") == document(), "python -m gradcli.ops.document > docs/operations.md"


def test_the_page_in_chinese_is_up_to_date_and_leaves_no_word_out() -> None:
    page = Path(__file__).resolve().parents[2] / "docs" / "zh" / "operations.md"
    assert page.read_text(encoding="utf-8") == document_zh(), (
        "python -m gradcli.ops.document zh > docs/zh/operations.md"
    )
    said = [operation.meaning for operation in OPERATIONS.values() if re.search("[a-z]{2} [a-z]", operation.meaning)]
    said += [reason for reasons in REASONS.values() for reason in reasons.values()]
    assert set(said) <= WORDS.keys()
