"""What `gradcli rules` prints is what is applied: with any part of any rule's text changed, a derivative changes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gradcli.derive.answers import Asker
from gradcli.expr.node import make, own_program
from gradcli.ops.operations import OPERATIONS
from gradcli.program.elaborate import elaborate
from gradcli.program.model import Question
from gradcli.render.mc import mc
from gradcli.rules.load import Rule, all_rules
from gradcli.rules.missing import NoRule
from gradcli.syntax.ast import Source, Span
from gradcli.syntax.parse import parse_module
from tests.rules.programs import PROGRAMS


def wrong(formula: str) -> str:
    return f"({formula}) + 1 / 7"


def parts(rule: Rule) -> dict[str, Rule]:
    """For each text of a rule the rule with that one changed."""
    out = {}
    for operand, formula in rule.gradients.items():
        out[operand] = replace(rule, gradients={**rule.gradients, operand: wrong(formula)})
    for name, formula in rule.where.items():
        out[f"where {name}"] = replace(rule, where={**rule.where, name: wrong(formula)})
    if rule.derivative is not None:
        out["derivative"] = replace(rule, derivative=wrong(rule.derivative))
    if rule.rewrite is not None:
        out["rewrite"] = replace(rule, rewrite=f"2 * ({rule.rewrite})")
    return out


CASES = [(rule.name, part) for rule in all_rules().values() for part in parts(rule)]


def derivatives(text: str, of_name: str) -> list[str]:
    """The gradients by every free name, as text."""
    module, diagnostics = parse_module(Source("<test>", text))
    program = elaborate([module], diagnostics)
    assert not [d for d in program.diagnostics if d.is_error], program.diagnostics
    of = program.nodes[of_name]
    what = of if not of.shape else make("loss", (of,), data="f")
    out = []
    for name, variable in program.variables.items():
        wrt = ((name, variable.node),)
        question = Question("gradient", what, of_name if not of.shape else "f", wrt, "numerator", Span(0, 0))
        try:
            out += [mc(answer.value) for answer in Asker(program, expand=True).answer(question)]
        except NoRule as missing:
            out.append(missing.reason)
    return out


@pytest.mark.parametrize(("name", "part"), CASES, ids=[f"{name}-{part}" for name, part in CASES])
def test_a_changed_rule_changes_a_derivative(name: str, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text, of, _ = PROGRAMS[name]
    with own_program():  # what is kept of a rule is kept for one program
        before = derivatives(text, of)
    monkeypatch.setitem(all_rules(), name, parts(all_rules()[name])[part])
    with own_program():
        assert derivatives(text, of) != before


def test_what_is_no_text_says_that_it_is_a_schema() -> None:
    schemas = {rule.name for rule in all_rules().values() if rule.schema is not None}
    assert schemas == {rule.name for rule in all_rules().values() if not parts(rule)}
    assert len(schemas) <= 5


def test_every_rule_of_an_operation_is_there() -> None:
    assert all(rule in all_rules() for operation in OPERATIONS.values() for rule in operation.rules)
