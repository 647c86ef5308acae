"""Sums that vanish by how names are defined: `sum(x - μ)` where μ is the mean of x."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from gradcli.derive.model import Answer, Step
from gradcli.derive.steps import needed_steps, once_each
from gradcli.expr.arith import is_zero, zeros
from gradcli.expr.node import Node
from gradcli.expr.replace import replace
from gradcli.expr.walk import postorder
from gradcli.record import replace as with_changes

_SUMS = ("sum", "sum_axis")


def without_vanishing(answers: Sequence[Answer], definitions: Mapping[Node, Node]) -> list[Answer]:
    """The answers without terms whose sums are zero once the names in them are put in; else as they are.

    Steps that many answers share are gone through once.
    """
    shared = once_each(answer.where for answer in answers)
    table = _vanishing([*(step.value for steps in shared for step in steps), *(a.value for a in answers)], definitions)
    if not table:
        return list(answers)
    without: dict[int, tuple[Step, ...]] = {}
    for steps in shared:
        values = replace([step.value for step in steps], table)
        without[id(steps)] = tuple(
            Step(step.name, new, step.rules, step.equation) for step, new in zip(steps, values, strict=True)
        )
    uses = Counter(id(answer.where) for answer in answers)
    out = []
    for answer, value in zip(answers, replace([answer.value for answer in answers], table), strict=True):
        where = without[id(answer.where)]
        if uses[id(answer.where)] == 1:
            where = needed_steps(value, where)
        out.append(with_changes(answer, value=value, where=where))
    return out


def _vanishing(roots: Iterable[Node], definitions: Mapping[Node, Node]) -> dict[Node, Node]:
    """The sums under some expressions that are zero, with the zeros for them."""
    table: dict[Node, Node] = {}
    for part in postorder(roots):
        if part.op not in _SUMS:
            continue
        summed = part.args[0]
        names = {leaf for leaf in (summed, *_leaves(summed)) if leaf in definitions}
        if names and is_zero(replace([part], {name: definitions[name] for name in names})[0]):
            table[part] = zeros(part.shape)
    return table


def _leaves(summed: Node) -> list[Node]:
    """The terms of a sum and the factors of those."""
    if summed.op != "add":
        return []
    return [leaf for term in summed.args for leaf in (term, *term.args)]
