"""What rules need of reverse mode: the gradients of expressions that they put in an operation's place."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from gradcli.expr.node import Node


class Engine(Protocol):
    """Reverse mode inside one expression; `gradcli.rules.pullback` is the one there is."""

    def __hash__(self) -> int: ...

    def pullback(self, value: Node, grad: Node, targets: Collection[Node]) -> dict[Node, Node]:
        """The gradient of each target that `value` depends on, `grad` being that of `value`."""

    def gradient(self, value: Node, target: Node, grad: Node) -> Node:
        """The gradient of one target, zero where `value` does not depend on it."""
