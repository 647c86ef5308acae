"""The weights of equations, `lambda_y`: one name for each, where several questions find several."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from dataclasses import replace as with_changes
from typing import Any, TypeVar

from gradcli.derive.model import Answer
from gradcli.derive.steps import once_each
from gradcli.expr.node import Node, make, name_of
from gradcli.expr.replace import replace
from gradcli.rules.implicit import RULE

Part = TypeVar("Part")


class Weights:
    """Names of weights, none of them in `taken`; the first that is found of a name keeps it."""

    def __init__(self, taken: Collection[str]) -> None:
        self._taken = set(taken)
        self._known: dict[Node, dict[Node, Node]] = {}  # by the name that the engine gives, then by value

    def renamed(self, answers: list[Answer]) -> tuple[list[Answer], dict[Node, Node]]:
        """The answers with a name of its own for each weight, and the names that are new."""
        table: dict[Node, Node] = {}
        for steps in once_each(answer.where for answer in answers):
            for step in steps:
                if step.name.op == "var" and RULE in step.rules and step.name not in table:
                    name = self._name(step.name, replace([step.value], table)[0])
                    if name is not step.name:
                        table[step.name] = name
        if not table:
            return answers, table
        wheres = {id(where): in_other_names(where, table) for where in once_each(answer.where for answer in answers)}
        values = replace([answer.value for answer in answers], table)
        pairs = zip(answers, values, strict=True)
        return [with_changes(answer, value=value, where=wheres[id(answer.where)]) for answer, value in pairs], table

    def _name(self, name: Node, value: Node) -> Node:
        known = self._known.setdefault(name, {})
        if value not in known:
            known[value] = self._new(name) if known else name
        return known[value]

    def _new(self, name: Node) -> Node:
        number = 2
        while f"{name_of(name)}_{number}" in self._taken:
            number += 1
        label = f"{name_of(name)}_{number}"
        self._taken.add(label)
        return make("var", data=(label, ()), shape=name.shape)


def in_other_names(part: Part, table: Mapping[Node, Node]) -> Part:
    """Lines, blocks and steps, of any depth, with other nodes in place of some; what was shared stays so."""
    kept: dict[int, Any] = {}

    def turned(part: Any) -> Any:
        if isinstance(part, Node):
            return replace([part], table)[0]
        if isinstance(part, list | tuple):
            return type(part)(map(turned, part))
        if isinstance(part, Mapping):
            if id(part) not in kept:
                kept[id(part)] = {turned(key): turned(value) for key, value in part.items()}
            return kept[id(part)]
        if is_dataclass(part) and not isinstance(part, type):
            return with_changes(part, **{each.name: turned(getattr(part, each.name)) for each in fields(part)})
        return part

    out: Part = turned(part)
    return out
