"""Names for the shared parts of expressions that would be too long, or too deep to read back, when written out."""

from __future__ import annotations

from collections.abc import Callable, Collection

from gradcli.expr.node import Node
from gradcli.expr.walk import postorder
from gradcli.render.parts import is_reciprocal

LONGEST = 2_000
"""The largest expression, in symbols, that is written out whole."""
DEEPEST = 40
"""The most operations that stand within each other before a part gets a name; the parser takes 120."""
_WORTH_A_NAME = 6
_LONG, _SAVED = 5, 5  # symbols of a part that stands more than once in an answer, and what its name saves
_OFTEN = 4, 6  # the same of a shorter part that stands three times
_WITHOUT_NAMES = 25  # symbols of an answer that is read at a glance
_SILENT = frozenset({"T", "reshape"})
_OF_GRADIENTS = 18  # the same where what repeats has gradients in it
_ENTRIES = frozenset({"at", "cotangent", "num", "var"})
_GRADIENT = 4  # `(∇_y f)` is no short name


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


def repeated_parts(value: Node, keys: Collection[Node], operands: dict[Node, tuple[Node, ...]]) -> list[Node]:
    """Parts of one value that stand in it more than once and are longer than a few symbols.

    A part stands after those that it uses; what is written counts, not how it is held: `operands` keeps that from one
    value to the next.
    """
    order, uses = _as_written(value, keys, operands)
    lengths: dict[Node, int] = {}
    for node, args in order:
        lengths[node] = _own_length(node) + sum(lengths[arg] for arg in args)
    if lengths[value] < _OF_GRADIENTS:
        return []
    short = lengths[value] < _WITHOUT_NAMES
    moving: set[Node] = set()
    bracketed = {arg for node, args in order if node.op == "mul" for arg in args}
    sizes: dict[Node, int] = {}
    parts: list[Node] = []
    for node, args in order:
        size = _own_length(node) + sum(sizes.get(arg, 1) for arg in args)
        times = uses.get(node, 0)
        if node.op == "cotangent" or not moving.isdisjoint(args):
            moving.add(node)
        if (
            times > 1
            and (not short or (node in moving and node in bracketed))
            and node.op not in _ENTRIES
            and not is_reciprocal(node, {})
            and any(size >= long and (times - 1) * (size - 1) >= saved for long, saved in ((_LONG, _SAVED), _OFTEN))
        ):
            parts.append(node)
            size = 1
        sizes[node] = size
    return parts


def _own_length(node: Node) -> int:
    return _GRADIENT if node.op == "cotangent" else int(node.op not in _SILENT)


def _as_written(
    value: Node, keys: Collection[Node], operands: dict[Node, tuple[Node, ...]]
) -> tuple[list[tuple[Node, tuple[Node, ...]]], dict[Node, int]]:
    """The parts of a value as it is written, operands first, and how often each stands in another."""
    from gradcli.render.written import written_as

    todo: list[tuple[Node, bool]] = [(value, False)]
    order: list[tuple[Node, tuple[Node, ...]]] = []
    uses: dict[Node, int] = {}
    seen: set[Node] = set()
    while todo:
        node, ready = todo.pop()
        if ready:
            order.append((node, operands[node]))
        elif node not in seen:
            seen.add(node)
            if node not in operands:
                operands[node] = () if node in keys else written_as(node, {}).args
            todo.append((node, True))
            for arg in reversed(operands[node]):
                uses[arg] = uses.get(arg, 0) + 1
                todo.append((arg, False))
    return order, uses


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
