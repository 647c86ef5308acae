"""A program cut into short definitions: links of a chain, each of one or a few operations.

What stands inside another operation gets a name of its own, as a lecturer says `let u = A x - b`.  A program of n
operations gives at most about n links, each of bounded size.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from gradcli.derive.graph import Graph
from gradcli.derive.reverse import symbols
from gradcli.derive.worked.lower import OPENED
from gradcli.expr.arith import add, split_number
from gradcli.expr.linear import matmul
from gradcli.expr.node import Node, make, name_of
from gradcli.expr.ops import rebuild
from gradcli.expr.walk import postorder

_MOST_TERMS = 8
_MOST_FACTORS = 6
_SHORT = 6  # symbols of what stands inside an operation without a name
_ENTRYWISE = frozenset(("add", "mul", "pow", "elem", "num", "const", "dim", "ones", "var", "T"))
_MAPS = OPENED - {"add", "mul", "matmul", "einsum", "kron", "where"}


@dataclass(slots=True)
class Links:
    """The graph of the links; `new` are the names that the program does not have."""

    graph: Graph
    new: dict[Node, Node] = field(default_factory=dict)


def links_of(
    graph: Graph, of: Collection[Node], wrt: Collection[Node], taken: Collection[str], names: dict[Node, Node]
) -> Links:
    """The definitions between `wrt` and `of` as links; others stay as they are.

    `names` has the names that were made up before, by their values; new ones are entered.
    """
    path = graph.depending(wrt) & graph.upstream(of)
    cutter = _Cutter(path, taken, names)
    for name, value in graph.values.items():
        if name not in path:
            cutter.values[name] = value
        else:
            cutter.cut(name, value)
    return Links(Graph(cutter.values, graph.named), cutter.new)


class _Cutter:
    def __init__(self, path: Collection[Node], taken: Collection[str], known: dict[Node, Node]) -> None:
        self.path = path
        self.taken = {*taken, *map(name_of, known.values())}
        self.known = known
        self.values: dict[Node, Node] = {}
        self.new: dict[Node, Node] = {}
        self._names: dict[Node, Node] = {}
        self._count = 0

    def cut(self, name: Node, value: Node) -> None:
        """Enter a definition, and before it what it is made of."""
        if value.op in ("implicit", "factor") and all(arg.op == "var" for arg in value.args):
            self._enter(name, value)
            return
        memo: dict[int, Node] = {}
        depends: set[int] = set()
        for node in postorder(value):
            if node in self.path or any(arg.serial in depends for arg in node.args):
                depends.add(node.serial)
        for node in postorder(value):
            if node.serial not in depends or not node.args:
                memo[node.serial] = node
                continue
            args = [memo[arg.serial] for arg in node.args]
            active = [arg.serial in depends for arg in node.args]
            args = [self._part(node, arg) if on else arg for arg, on in zip(args, active, strict=True)]
            memo[node.serial] = self._shortened(node, rebuild(node, tuple(args)))
        self._enter(name, memo[value.serial])

    def _part(self, outer: Node, arg: Node) -> Node:
        """What stands inside an operation: by a name where it is more than that operation can be read with."""
        if arg.op in ("var", "cotangent"):
            return arg
        if outer.op == "add" or outer.op in _MAPS:
            return arg
        if outer.op in OPENED:
            inner = split_number(arg)[1]
            few = inner.op in ("T", "diag") and len(inner.args) == 1 and inner.args[0].op != "add"
            return self._named(arg) if inner.op == "add" or not (few or self._is_short(inner)) else arg
        if outer.op == "pow" and arg.op == "norm" and arg.args[0].op == "var":
            return arg
        return arg if self._is_short(arg) and all(n.op in _ENTRYWISE for n in postorder(arg)) else self._named(arg)

    def _is_short(self, node: Node) -> bool:
        return symbols(node) <= _SHORT

    def _shortened(self, before: Node, node: Node) -> Node:
        """Long sums and products in pieces."""
        if node.op == "add" and len(node.args) > _MOST_TERMS and before.op == "add":
            parts = [self._named(add(*node.args[k : k + _MOST_TERMS])) for k in range(0, len(node.args), _MOST_TERMS)]
            return self._shortened(before, add(*parts))
        if node.op == "matmul" and len(node.args) > _MOST_FACTORS:
            front = self._named(matmul(*node.args[:_MOST_FACTORS]))
            return self._shortened(before, matmul(front, *node.args[_MOST_FACTORS:]))
        return node

    def _named(self, value: Node) -> Node:
        """The name for a part, the same for the same; the program's own where it has one."""
        known = self._names.get(value)
        if known is not None:
            return known
        name = self.known.get(value)
        if name is None:
            self._count += 1
            while f"t{self._count}" in self.taken:
                self._count += 1
            name = self.known[value] = make("var", data=(f"t{self._count}", ()), shape=value.shape)
        self.new[name] = value
        self._enter(name, value)
        return name

    def _enter(self, name: Node, value: Node) -> None:
        self.values[name] = value
        self._names.setdefault(value, name)
