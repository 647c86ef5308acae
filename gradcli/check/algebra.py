"""Verdicts by algebra: two expressions with one normal form are equal wherever both have a value."""

from __future__ import annotations

from gradcli.check.book import Book
from gradcli.expr.node import Node
from gradcli.expr.walk import postorder
from gradcli.normal.truth import Truth

MOST_NODES = 4000


def proved(book: Book, left: Node, right: Node) -> bool:
    """Whether two expressions are equal by algebra, intermediates kept as names first, then written out."""
    if left is right or same(book, left, right):
        return True
    expanded = book.expanded([left, right])
    if expanded is None or expanded == [left, right]:
        return False
    return expanded[0] is expanded[1] or same(book, *expanded)


def same(book: Book, left: Node, right: Node) -> bool:
    """Whether two expressions have one normal form; very large ones are left to numbers."""
    if len(postorder([left, right])) > MOST_NODES:
        return False
    return book.comparison.equal(left, right) is Truth.YES
