"""Names for the shared parts of expressions that would be too long, or too deep to read back, when written out."""

from __future__ import annotations

from collections.abc import Callable, Collection

from gradcli.expr.node import Node
from gradcli.expr.walk import postorder

LONGEST = 2_000
"""The largest expression, in symbols, that is written out whole."""
DEEPEST = 40
"""The most operations that stand within each other before a part gets a name; the parser takes 120."""
_WORTH_A_NAME = 6


def shared_parts(values: list[Node], keys: Collection[Node]) -> list[Node]:
    """Parts that want a name, so that every value is at most about `LONGEST` symbols and `DEEPEST` deep.

    Where all values are that already, none.  `keys` are nodes that have a name.  A part stands after those that it
    uses.
    """
    order = [node for node in postorder(values) if node not in keys]
    sizes, depths = _measure(order, lambda node, size, depth: False)
    if all(sizes.get(v.serial, 1) <= LONGEST and depths.get(v.serial, 1) <= DEEPEST for v in values):
        return []
    uses: dict[int, int] = {}
    for node in order:
        for arg in node.args:
            uses[arg.serial] = uses.get(arg.serial, 0) + 1
    roots = {value.serial for value in values}
    parts: list[Node] = []

    def wants_name(node: Node, size: int, depth: int) -> bool:
        count = uses.get(node.serial, 0)
        if not node.args or not count:
            return False
        repeated = count > 1 or node.serial in roots
        if (repeated and size >= _WORTH_A_NAME) or depth >= DEEPEST or size > LONGEST:
            parts.append(node)
            return True
        return False

    _measure(order, wants_name)
    return parts


def _measure(order: list[Node], is_named: Callable[[Node, int, int], bool]) -> tuple[dict[int, int], dict[int, int]]:
    """Size and depth of each expression as written; what is named counts as one symbol where it is used."""
    sizes: dict[int, int] = {}
    depths: dict[int, int] = {}
    for node in order:
        size = 1 + sum(sizes.get(arg.serial, 1) for arg in node.args)
        depth = 1 + max((depths.get(arg.serial, 0) for arg in node.args), default=0)
        named = is_named(node, size, depth)
        sizes[node.serial] = 1 if named else size
        depths[node.serial] = 0 if named else depth
    return sizes, depths
