"""Sums that vanish by how names are defined: `sum(x - μ)` where μ is the mean of x."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as with_changes

from gradcli.derive.model import Answer, Step
from gradcli.derive.steps import needed_steps
from gradcli.expr.arith import is_zero, zeros
from gradcli.expr.node import Node
from gradcli.expr.replace import replace
from gradcli.expr.walk import postorder

_SUMS = ("sum", "sum_axis")


def without_vanishing(answer: Answer, definitions: Mapping[Node, Node]) -> Answer:
    """The answer without terms whose sums are zero once the names in them are put in; else as it is."""
    roots = [answer.value, *(step.value for step in answer.where)]
    table: dict[Node, Node] = {}
    for part in postorder(roots):
        if part.op not in _SUMS:
            continue
        summed = part.args[0]
        names = {leaf for leaf in (summed, *_leaves(summed)) if leaf in definitions}
        if names and is_zero(replace([part], {name: definitions[name] for name in names})[0]):
            table[part] = zeros(part.shape)
    if not table:
        return answer
    value, *values = replace(roots, table)
    steps = [Step(step.name, new, step.rules, step.equation) for step, new in zip(answer.where, values, strict=True)]
    return with_changes(answer, value=value, where=needed_steps(value, steps))


def _leaves(summed: Node) -> list[Node]:
    """The terms of a sum and the factors of those."""
    if summed.op != "add":
        return []
    return [leaf for term in summed.args for leaf in (term, *term.args)]
