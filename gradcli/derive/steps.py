"""Named steps of an answer: which ones a value needs, and writing them out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from gradcli.derive.model import Step
from gradcli.expr.node import Node
from gradcli.expr.replace import replace
from gradcli.expr.walk import postorder

_MOST_SEARCHED = 20_000


def once_each(wheres: Iterable[tuple[Step, ...]]) -> list[tuple[Step, ...]]:
    """The different ones of the steps of several answers: a great many answers share one tuple."""
    return list({id(steps): steps for steps in wheres}.values())


def needed_steps(value: Node, steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps that a value uses, directly or through others, in order."""
    if not steps:
        return ()
    by_name = {step.name: step for step in steps}
    needed: set[Node] = set()
    todo = [value]
    while todo:
        for node in postorder(todo.pop()):
            if node in by_name and node not in needed:
                needed.add(node)
                todo.append(by_name[node].value)
    return tuple(step for step in steps if step.name in needed)


def written_out(
    values: Mapping[Node, Node], rules: Mapping[Node, tuple[str, ...]], steps: Sequence[Step]
) -> tuple[dict[Node, Node], dict[Node, tuple[str, ...]]]:
    """The values with every step's name replaced by what it stands for, each step gone through once; and their rules.

    Of a great many values and steps each value is said to take the rules of all steps.
    """
    table: dict[Node, Node] = {}
    for step in steps:
        table[step.name] = replace([step.value], table)[0]
    out = dict(zip(values, replace(list(values.values()), table), strict=True))
    few = len(values) * len(steps) <= _MOST_SEARCHED
    took = {}
    every = _rules_of(steps)
    for name, value in values.items():
        inner = _rules_of(needed_steps(value, steps)) if few else every
        took[name] = tuple(dict.fromkeys((*rules[name], *inner)))
    return out, took


def _rules_of(steps: Iterable[Step]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(rule for step in steps for rule in step.rules))
