"""An array given by its entries that is indexed at once: the entry with the letters put in.

`[Σ_l A_il B_jl]_ij − X` at `ik` is `Σ_l A_il B_kl − X_ik`.  The nodes made here are only written, never computed with.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import cast

from gradcli.expr.node import Node, make, payload
from gradcli.expr.walk import postorder
from gradcli.ops.payload import Subscripts
from gradcli.render.parts import Names
from gradcli.render.written import written_as

_BY_ENTRY = frozenset({"add", "mul", "elem", "pow"})
_LETTERS = "klmnpqrstuvwijabcdefgh"


def entry_inside(array: Node, index: str, used: str, names: Names) -> Node | None:
    """The entry of an array that is a function, by entry, of arrays that are given by theirs; None of any other.

    `used` are letters that stand for other indices.
    """
    nodes = _by_entry(array, len(index), names)
    if not any(_is_indexed(node, names) for node in nodes):
        return None
    made: dict[Node, Node] = {}
    for node in nodes:
        if node.op in _BY_ENTRY and node not in names:
            made[node] = make(node.op, tuple(made.get(arg, arg) for arg in node.args), data=node.data)
        else:
            made[node] = make("at", (node,), data=(index, used))
    return made[array]


def _by_entry(array: Node, rank: int, names: Names) -> list[Node]:
    """The arrays of full rank that stand in an expression by entry, operands first."""
    todo, reached = [array], {array}
    while todo:
        node = todo.pop()
        if node.op in _BY_ENTRY and node not in names:
            new = {arg for arg in node.args if len(arg.shape) == rank > 0} - reached
            reached |= new
            todo += new
    return [node for node in postorder(array) if node in reached]


def _is_indexed(node: Node, names: Names) -> bool:
    return node.op == "einsum" and node not in names and written_as(node, names).op == "einsum"


def at_letters(node: Node) -> tuple[str, str]:
    """The indices of an entry that `entry_inside` made, and the letters in use around it."""
    return cast("tuple[str, str]", node.data)


def renamed_subscripts(array: Node, index: str, used: str, taken: Collection[str]) -> tuple[tuple[str, ...], str]:
    """The letters of each operand of a sum of products whose entry at `index` is meant, and those it sums over."""
    operands, result = payload(array, Subscripts)
    table = dict(zip(result, index, strict=True))
    busy = {*index, *used}
    sums = []
    for letter in dict.fromkeys("".join(operands)):
        if letter in table:
            continue
        free = [letter, *(other for other in _LETTERS if other not in taken)]
        table[letter] = next((other for other in free if other not in busy), letter)
        busy.add(table[letter])
        sums.append(table[letter])
    return tuple("".join(table[letter] for letter in part) for part in operands), "".join(sums)
