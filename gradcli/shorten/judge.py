"""Whether a shorter form means the same: the normal form decides, with the program's names written out.

What it cannot show to be equal is not taken, so that a wrong rule costs a shorter answer and never a right one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gradcli.expr.node import Node
from gradcli.expr.replace import replace
from gradcli.expr.walk import leaves, postorder
from gradcli.normal.equal import Comparison
from gradcli.normal.lower import Defined
from gradcli.normal.truth import Truth

MOST_NODES = 250
"""The most operations that both sides may have together, written out."""
_MOST_ROUNDS = 8


class Judge:
    """Compares expressions over a program's names: `definitions` are their values, `functions` those it defines."""

    def __init__(self, definitions: Mapping[Node, Node], functions: Mapping[str, Defined]) -> None:
        self._definitions = definitions
        self._comparison = Comparison(functions)
        self._known: dict[tuple[Node, Node], bool] = {}

    def same(self, short: Node, long: Node) -> bool:
        """Whether both are equal wherever both have a value (False: not shown to be)."""
        if short is long:
            return True
        pair = short, long
        if pair not in self._known:
            self._known[pair] = short.shape == long.shape and self._shown(short, long)
        return self._known[pair]

    def _shown(self, short: Node, long: Node) -> bool:
        """By the names that both have first; then with every name written out."""
        sides = self._opened([short, long], alone=True)
        if sides is None:
            return False
        if self._equal(sides):
            return True
        whole = self._opened(sides, alone=False)
        return whole is not None and whole != sides and self._equal(whole)

    def _equal(self, sides: Sequence[Node]) -> bool:
        left, right = sides
        return left is right or self._comparison.equal(left, right) is Truth.YES

    def _opened(self, sides: list[Node], alone: bool) -> list[Node] | None:
        """Both sides with the values of names put in, of those alone that one side has; None where that gets large."""
        for _ in range(_MOST_ROUNDS):
            if len(postorder(sides)) > MOST_NODES:
                return None
            left, right = (set(leaves(side)) for side in sides)
            names = left ^ right if alone else left | right
            values = {name: self._definitions[name] for name in names if name in self._definitions}
            if not values:
                return sides
            sides = replace(sides, values)
        return None
