"""The definitions of a program as a graph: which name uses which."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from gradcli.expr.node import Node, name_of
from gradcli.expr.walk import postorder


class Graph:
    """Definitions in order of use; `values` maps each defined `var` (or named step) to its expression.

    `named` maps components of factorisations, and values that equations settle, to the names they have: their rules
    speak of them.
    """

    def __init__(self, values: Mapping[Node, Node], named: Mapping[Node, Node] | None = None) -> None:
        self.values = dict(values)
        self.named: dict[Node, Node] = dict(named or {})
        for name, value in self.values.items():
            if value.op in ("factor", "implicit"):
                self.named.setdefault(value, name)
        self.uses: dict[Node, list[Node]] = {name: _named(value) for name, value in self.values.items()}
        self._places = {name: place for place, name in enumerate(self.values)}
        self._names: set[str] | None = None

    @property
    def names(self) -> set[str]:
        """What the variables and definitions are called."""
        if self._names is None:
            nodes = (*self.values, *(other for uses in self.uses.values() for other in uses))
            self._names = {name_of(node) for node in nodes if node.op == "var"}
        return self._names

    def depending(self, on: Collection[Node]) -> set[Node]:
        """Every name that depends on one of these, these included."""
        found = set(on)
        for name, used in self.uses.items():
            if name not in found and any(other in found for other in used):
                found.add(name)
        return found

    def between(self, wrt: Collection[Node], of: Node) -> list[Node]:
        """The names through which a value depends on these, both ends included, in order of use.

        Nothing that is defined before all of these is looked at: the work is that of the way.
        """
        first = min((self._places.get(name, -1) for name in wrt), default=-1)
        found: dict[Node, None] = {}
        todo = [of]
        while todo:
            name = todo.pop()
            if name not in found and (self._places.get(name, -1) >= first or name in wrt):
                found[name] = None
                todo.extend(self.uses.get(name, ()))
        depending = {*wrt}
        ordered = sorted(found, key=lambda name: self._places.get(name, -1))
        for name in ordered:
            if any(other in depending for other in self.uses.get(name, ())):
                depending.add(name)
        return [name for name in ordered if name in depending]

    def upstream(self, of: Iterable[Node]) -> set[Node]:
        """Every name that these are computed from, these included."""
        found: set[Node] = set()
        todo = list(of)
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo.extend(self.uses.get(name, ()))
        return found


def _named(value: Node) -> list[Node]:
    return [node for node in postorder(value) if node.op in ("var", "cotangent")]
