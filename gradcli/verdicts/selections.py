"""Entries beside the largest of those among which they are, `x - max(x, axis=3)[..., None]` through any rearrangement.

Both sides pick entries of one array, one of them the largest of several.  Whether the one is ever beyond the other
does not hang on the numbers: at given sizes it is settled by the arrays with a single 1 in them.
"""

from __future__ import annotations

from math import prod

from gradcli.evaluate.array import Array, concrete
from gradcli.evaluate.errors import EvaluationError
from gradcli.evaluate.evaluate import evaluate
from gradcli.evaluate.fields import FLOAT
from gradcli.expr.arith import split_number
from gradcli.expr.node import Node
from gradcli.expr.walk import postorder
from gradcli.ops.payload import Subscripts
from gradcli.verdicts.cost import MANY, operations
from gradcli.verdicts.sizes import Least, Sizes

_MOVES = frozenset({"reshape", "T", "entry", "flip", "roll", "vec"})


def never_beyond(number: Node, sign: int, least: Least) -> bool:
    """Whether no entry of `a - b` is on a side (1 or -1), in the sizes that are looked at, whatever the numbers are."""
    if number.op != "add" or len(number.args) != 2:
        return False
    (one, first), (other, second) = (split_number(term) for term in number.args)
    if one == -1 and other == 1:
        first, second = second, first
    elif one != 1 or other != -1:
        return False
    low, high = (first, second) if sign > 0 else (second, first)
    name = _picked_from(low, "smallest")
    if name is None or _picked_from(high, "largest") is not name:
        return False
    kinds = {node.op for node in postorder([low, high])}
    if {"largest", "smallest"} <= kinds:
        return False
    nodes = postorder([number])
    return all(_holds(nodes, number, name, sign, sizes) for sizes in _looked_at(least))


def _picked_from(node: Node, extreme: str) -> Node | None:
    """The one name whose entries an expression picks and moves, or takes the extreme of; None where it does more."""
    while node.op != "var":
        match node.op:
            case "einsum" | "mul":
                rest = [arg for arg in node.args if arg.op != "ones"]
                if len(rest) != 1 or (node.op == "einsum" and _sums(node)):
                    return None
                node = rest[0]
            case op if op in _MOVES or op == extreme:
                if len(node.args) != 1:
                    return None
                node = node.args[0]
            case _:
                return None
    return node


def _sums(node: Node) -> bool:
    """Whether a letter of an einsum is summed over."""
    spec = node.data
    return not isinstance(spec, Subscripts) or not set("".join(spec.inputs)) <= set(spec.output)


def _looked_at(least: Least) -> list[Sizes]:
    found = [{name: low + 1 + (k + shift) % 2 for k, (name, low) in enumerate(least.items())} for shift in (0, 1)]
    return [sizes for sizes in map(least.mended, found) if sizes is not None]


def _holds(nodes: list[Node], number: Node, name: Node, sign: int, sizes: Sizes) -> bool:
    """Whether it holds at these sizes: by the arrays with one entry apart from the others."""
    shape = concrete(name.shape, sizes)
    count = prod(shape)
    if count * operations(nodes, sizes) > MANY:
        return False
    has_largest = any(node.op == "largest" for node in nodes)
    apart = 1.0 if has_largest else -1.0
    for place in range(count):
        flat = [0.0] * count
        flat[place] = apart
        try:
            (found,) = evaluate([number], {name: Array(shape, flat)}, sizes, FLOAT, strict_kinks=False)
        except EvaluationError:
            return False
        if any(entry * sign > 0 for entry in found.flat):
            return False
    return True
