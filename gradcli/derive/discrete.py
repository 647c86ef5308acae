"""What has no derivative, why, and what serves instead."""

from __future__ import annotations

from gradcli.derive.graph import Graph
from gradcli.derive.model import Answer
from gradcli.expr.arith import add, sub
from gradcli.expr.collect import collected
from gradcli.expr.factor import parts_of
from gradcli.expr.node import ONE, Node, has_attribute, name_of
from gradcli.expr.replace import replace
from gradcli.expr.shapes import show_shape
from gradcli.expr.walk import postorder, tree_size
from gradcli.program.model import Program, Question

_LARGEST = 2_000


def why_not_by(program: Program, of: str, node: Node) -> tuple[str, str] | None:
    """Why there is no derivative by a variable, and a hint; None where there may be one."""
    for leaf in postorder(node):
        if leaf.op != "var":
            continue
        name = name_of(leaf)
        variable = program.variables.get(name)
        if has_attribute(leaf, "permutation"):
            why = f"{name} is a permutation: it moves by jumps and has no derivative."
            return why, f"compare two permutations, {of}({name}_2) - {of}({name}); by a free matrix there is one"
        if variable is not None and variable.discrete:
            why = f"{name} is an integer and has no derivative."
            if leaf.shape:
                size = show_shape(leaf.shape)
                return why, f"{name} is {size}: the forward difference serves instead, one entry moved by 1 at a time"
            return why, f"the forward difference serves instead: Δ_{name} {of} = {of}({name} + 1) - {of}({name})"
    return None


def why_not_of(graph: Graph, of: Node) -> tuple[str, str] | None:
    """Why a value has no derivative by anything, and a hint; None where it may have one."""
    value = graph.values.get(of)
    if value is not None and value.op == "factor" and parts_of(value) == ("lu", "P"):
        name = name_of(of)
        why = f"{name} is a permutation: it is constant but where pivots are exchanged, and there it jumps."
        return why, f"the other factors have derivatives while {name} stays as it is"
    return None


def forward_difference(graph: Graph, question: Question, name: str, variable: Node) -> Answer | None:
    """f(k + 1) - f(k), every definition that depends on k put in; None where f is arbitrary or that is too large."""
    if variable.op != "var" or variable.shape or question.of.op == "loss":
        return None
    depending = graph.depending([variable])
    inner = {other: value for other, value in graph.values.items() if other in depending}
    table: dict[Node, Node] = {}
    size = 0
    for other, definition in inner.items():
        table[other] = replace([definition], table)[0]
        size += len(postorder(table[other]))
        if size > _LARGEST:
            return None
    (now,) = replace([question.of], table)
    (then,) = replace([now], {variable: add(variable, ONE)})
    (difference,) = map(_shorter_multiplied_out, collected([sub(then, now)]))
    note = f"{name} is an integer: in place of a derivative the forward difference"
    return Answer(question.of_name, name, "difference", question.layout, difference.shape, difference, (), (), (note,))


def _shorter_multiplied_out(node: Node) -> Node:
    """The expression with its products of sums written out, where that is shorter: what is in both values cancels."""
    from gradcli.normal.lower import Lowering
    from gradcli.normal.poly import TooLarge, Unsupported
    from gradcli.normal.raise_poly import raise_node

    if len(node.shape) > 2 or 1 in node.shape:
        return node
    try:
        out = raise_node(Lowering(None).array(node).poly, node.shape)
    except (TooLarge, Unsupported, ZeroDivisionError):
        return node
    return out if out is not None and tree_size(out) < tree_size(node) else node
