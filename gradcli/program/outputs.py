"""Definitions with several outputs, found again among the definitions of a program."""

from __future__ import annotations

from gradcli.expr.factor import KINDS, parts_of, siblings
from gradcli.expr.node import Node, has_attribute
from gradcli.program.model import Program, Relation


def joint_definitions(program: Program) -> dict[str, tuple[str, ...]]:
    """`P, L, U = lu(X)` as `{"P": ("P", "L", "U"), "L": (), "U": ()}`: the first name stands for all.

    A component whose siblings have no names of their own is left out: it is a definition like any other.
    """
    waiting: dict[Node, list[str]] = {}
    for name, value in program.definitions.items():
        if value.op == "factor" and len(siblings(value)) > 1:
            waiting.setdefault(value, []).append(name)
    out: dict[str, tuple[str, ...]] = {}
    for name, value in program.definitions.items():
        if name in out or value not in waiting:
            continue
        names = [waiting[part][0] if waiting.get(part) else "" for part in siblings(value).values()]
        if not all(names):
            continue
        for part, taken in zip(siblings(value).values(), names, strict=True):
            waiting[part].remove(taken)
            out[taken] = ()
        out[name] = tuple(names)
    return out


def joint_head(program: Program, names: tuple[str, ...]) -> tuple[str, Node]:
    """The function and the matrix of a joint definition."""
    value = program.written[names[0]]
    return parts_of(value)[0], value.args[0]


def relations_by_definition(program: Program) -> dict[str, Relation]:
    """The relations that definitions stand for, as they are written down."""
    return {name: relation for relation in (program.plain or program).relations for name in relation.entered}


def implied_attributes(value: Node) -> tuple[str, ...]:
    """What is true of a component because of what it is."""
    if value.op != "factor":
        return ()
    kind, part = parts_of(value)
    return KINDS[kind].components[part]


def outputs_with(program: Program, name: str) -> tuple[Node, ...]:
    """The values that one statement defines together with a name, itself among them, without permutations."""
    for names in joint_definitions(program).values():
        if name in names:
            nodes = [program.nodes[each] for each in names]
            return tuple(node for node in nodes if not has_attribute(node, "permutation"))
    return (program.nodes[name],)
