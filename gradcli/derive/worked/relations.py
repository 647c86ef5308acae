"""Values that an equation settles, by components: the equation, its differential, and the rule that solves it."""

from __future__ import annotations

from gradcli.derive.worked.chain import Link
from gradcli.derive.worked.index import Factor
from gradcli.derive.worked.model import Line
from gradcli.expr.node import Node


def is_relation(link: Link) -> bool:
    """Whether a link is a component of a factorisation or the solution of an equation."""
    return link.value.op in ("factor", "implicit")


def relation_lines(link: Link, target: Node, factors: list[Factor], free: tuple[int, ...]) -> list[Line]:
    """The lines of such a link."""
    raise NotImplementedError
