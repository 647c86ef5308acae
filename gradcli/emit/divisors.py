"""Divisors that derivatives bring in and that are 0 on whole regions: a norm of `relu(x)` where no x is positive.

What stands over them is 0 there as well, and so is the derivative; 0/0 would be NaN.
"""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.expr.node import Node, value_of
from gradcli.expr.walk import postorder
from gradcli.ops.functions import SCALAR_FUNCTIONS

_TURNING = frozenset({"cmp", "max", "min", "where", "largest", "smallest", "attains"})
_NORMS = frozenset({"norm", "norm1", "norm2", "norm_nuc"})


class Divisors:
    """The divisors of a program: `definitions` are the values of its names.

    What the program itself divides by stays as it is: where that is 0, the program has no value.
    """

    def __init__(self, definitions: Mapping[Node, Node]) -> None:
        self._definitions = definitions
        powers = [node for node in postorder(list(definitions.values())) if node.op == "pow"]
        self._own = {self._bare(node.args[0]) for node in powers if _sign(node.args[1]) < 0}
        self._turning: dict[Node, bool] = {}

    def vanishes(self, factor: Node) -> bool:
        """Whether the base of a negative power may be 0 in a region, and not in the program's own values."""
        base, exponent = factor.args
        if self._bare(base) in self._own:
            return False
        return (_is_root(exponent) or self._is_length(base)) and self._turns(base)

    def _bare(self, node: Node) -> Node:
        """A defined name as its value, a power as its base: what is 0 where it is."""
        while node in self._definitions or (node.op == "pow" and _sign(node.args[1]) > 0):
            node = self._definitions[node] if node in self._definitions else node.args[0]
        return node

    def _is_length(self, node: Node) -> bool:
        """Whether it is a norm or a root, and so never negative."""
        while node in self._definitions:
            node = self._definitions[node]
        return node.op in _NORMS or (node.op == "pow" and _is_root(node.args[1]))

    def _turns(self, root: Node) -> bool:
        """Whether something inside is another function on the other side of some number."""
        memo, todo = self._turning, [root]
        while todo:
            node = todo[-1]
            if node in memo:
                todo.pop()
                continue
            inside = (*node.args, *((self._definitions[node],) if node in self._definitions else ()))
            waiting = [arg for arg in inside if arg not in memo]
            if waiting:
                todo.extend(waiting)
                continue
            todo.pop()
            memo[node] = _turns_itself(node) or any(memo[arg] for arg in inside)
        return memo[root]


def _sign(exponent: Node) -> int:
    value = value_of(exponent)
    return 0 if not value else 1 if value > 0 else -1


def _is_root(exponent: Node) -> bool:
    value = value_of(exponent)
    return value is not None and value.denominator != 1


def _turns_itself(node: Node) -> bool:
    if node.op == "elem" and isinstance(node.data, tuple):
        row = SCALAR_FUNCTIONS.get(str(node.data[0]))
        return row is not None and bool(row.kinks)
    return node.op in _TURNING or node.op == "clip"
