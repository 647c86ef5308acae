"""Definitions in known functions, before anything is derived: `1 / (1 + exp(-u))` is `sigmoid(u)`.

Then derivatives are those of the known function, which books print, and not of what it is made of.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.derive.resolve import has_placeholder
from gradcli.expr.node import Node
from gradcli.expr.ops import rebuild
from gradcli.expr.walk import postorder
from gradcli.program.model import Program, Question
from gradcli.record import replace as with_changes
from gradcli.shorten.functions import Meaning, recognised
from gradcli.shorten.judge import Judge

_MOST_NODES = 200
_MOST_TIMES = 4  # rewritings of one operation


def in_known_functions(program: Program, questions: Sequence[Question]) -> Program:
    """The program with what it defines in known functions; the same object where nothing was recognised."""
    asked = {node for question in questions for _, node in question.wrt}
    by_names = any(program.nodes[name] in asked for name in program.definitions)
    through_names = not by_names and not any(map(has_placeholder, program.definitions.values()))
    found = _recognised(program, through_names)
    if found is None:
        return program
    plain = program.plain and (_recognised(program.plain, through_names) or program.plain)
    return with_changes(found, plain=plain)


def _recognised(program: Program, through_names: bool) -> Program | None:
    values: dict[Node, Node] = {}
    judge = Judge({program.nodes[name]: value for name, value in program.definitions.items()}, program.functions)

    def meaning(node: Node) -> Node:
        return values.get(node, node) if through_names else node

    definitions: dict[str, Node] = {}
    for name, value in program.definitions.items():
        small = len(postorder(value)) <= _MOST_NODES
        known = _rewritten(value, meaning) if small else value
        definitions[name] = values[program.nodes[name]] = known if judge.same(known, value) else value
    changed = any(definitions[name] is not value for name, value in program.definitions.items())
    return with_changes(program, definitions=definitions) if changed else None


def _rewritten(root: Node, meaning: Meaning) -> Node:
    memo: dict[Node, Node] = {}
    for node in postorder(root):
        made = rebuild(node, tuple(memo[arg] for arg in node.args))
        for _ in range(_MOST_TIMES):
            other = next(recognised(made, meaning), None)
            if other is None or other is made:
                break
            made = other
        memo[node] = made
    return memo[root]
