"""What the parts of building share: how an expression of the syntax becomes a node."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from gradcli.expr.node import Node
from gradcli.program.inferring import Inferring
from gradcli.syntax import ast


class Building(Protocol):
    """Turns syntax into nodes; `indices` holds the letters of the sums in scope."""

    indices: dict[str, int]

    @property
    def inference(self) -> Inferring:
        """What is known of shapes."""

    def build(self, expr: ast.Expr, local: Mapping[str, Node]) -> Node:
        """The node of an expression; `local` holds the arguments of a function that is put in."""
