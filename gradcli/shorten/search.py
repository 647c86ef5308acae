"""The bounded search for a shorter form: rules tried from the inside out, the shortest kept by its printed length.

It is the same for the same program whatever the speed of the machine: the budget is counted in forms looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from gradcli.expr.node import Node
from gradcli.expr.ops import rebuild
from gradcli.expr.walk import postorder
from gradcli.shorten.facts import Facts
from gradcli.shorten.length import WHOLE, Length

Rule = Callable[[Node], Iterator[Node]]
Tolls = Sequence[tuple[Rule, int]]
"""Rules, each with how many symbols a form must be shorter to be worth it."""

MOST_FORMS = 800
_WIDTH = 4
_ROUNDS = 6
_SLACK = 4 * WHOLE  # how much longer a form may get on the way to a shorter one
_DEEPEST = 3


class Search:
    """Finds shorter forms; what was found once is kept."""

    def __init__(self, facts: Facts, rules: Tolls, length: Length) -> None:
        self._facts = facts
        self._rules = rules
        self.length = length
        self._best: dict[Node, Node] = {}
        self._left = MOST_FORMS

    def shortest(self, root: Node, depth: int = 0) -> Node:
        """The shortest form found of an expression, which may be itself."""
        for node in postorder(root):
            if node not in self._best:
                built = self._facts.plain(rebuild(node, tuple(self._best.get(arg, arg) for arg in node.args)))
                self._best[node] = self._improved(built, depth) if node.args else self._leaf(built)
        return self._best[root]

    def _leaf(self, node: Node) -> Node:
        return node

    def _improved(self, start: Node, depth: int) -> Node:
        if self._left <= 0 or not start.args:
            return start
        best, least = start, self.length.of(start)
        costs = {start: least}
        front = [start]
        for _ in range(_ROUNDS):
            found: list[tuple[int, int, Node]] = []
            for form in front:
                for rule, toll in self._rules:
                    for other in rule(form):
                        other = self._settled(other, depth)
                        known = costs.get(other)
                        if known is None:
                            self._left -= 1
                        cost = self.length.of(other) + toll * WHOLE
                        if known is None or cost < known:
                            costs[other] = cost
                            found.append((cost, len(found), other))
            if not found or self._left <= 0:
                break
            found.sort()
            if found[0][0] < least:
                least, _, best = found[0]
            front = [form for length, _, form in found[:_WIDTH] if length <= least + _SLACK]
        return best

    def _settled(self, node: Node, depth: int) -> Node:
        """A new form with its parts in their shortest forms."""
        if depth >= _DEEPEST:
            return node
        args = []
        for arg in node.args:
            if arg not in self._best:
                self.shortest(arg, depth + 1)
            args.append(self._best[arg])
        changed = tuple(args)
        return node if changed == node.args else self._facts.plain(rebuild(node, changed))
