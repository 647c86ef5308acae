"""Replacing subexpressions."""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.expr.node import Node
from gradcli.expr.ops import rebuild
from gradcli.expr.walk import transform


def replace(roots: list[Node], table: Mapping[Node, Node]) -> list[Node]:
    """Put other nodes for some, everywhere, in one pass; what is put in is not looked at again."""
    return transform(roots, lambda node, args: table.get(node) or rebuild(node, args))
