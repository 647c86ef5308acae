"""Verdicts by algebra: two expressions with one normal form are equal wherever both have a value."""

from __future__ import annotations

from gradcli.expr.node import Node
from gradcli.expr.replace import replace
from gradcli.expr.walk import leaves, postorder
from gradcli.normal.truth import Truth
from gradcli.verdicts.book import Book
from gradcli.verdicts.shared import with_shared_named

MOST_NODES = 4000
LONG = 150
GLANCED = 30
ROUNDS = 3


def proved(book: Book, left: Node, right: Node) -> bool:
    """Whether two expressions are equal by algebra, intermediates kept as names first, then written out."""
    if left is right:
        return True
    if is_long([left, right]) and _proved_in_parts(book, left, right):
        return True
    if same(book, left, right):
        return True
    expanded = book.expanded([left, right])
    if expanded is None or expanded == [left, right]:
        return False
    return expanded[0] is expanded[1] or same(book, *expanded)


def proved_by_facts(book: Book, left: Node, right: Node) -> bool:
    """Whether two expressions are equal by algebra, what is assumed and what relations say."""
    facts = book.facts
    if facts is None or len(postorder([left, right])) > MOST_NODES:
        return False
    if facts.same(left, right):
        return True
    expanded = book.expanded_but([left, right], facts.table)
    return expanded is not None and expanded != [left, right] and facts.same(*expanded)


def _proved_in_parts(book: Book, left: Node, right: Node) -> bool:
    """Whether the sides are equal whatever it is that they have in common, names of one side alone put in."""
    for _ in range(ROUNDS):
        left, right = with_shared_named(left, right)
        if left is right or same(book, left, right):
            return True
        alone = set(leaves(left)) ^ set(leaves(right))
        values = {name: book.values[name] for name in alone if name in book.values}
        if not values:
            return False
        left, right = replace([left, right], values)
    return False


def is_long(sides: list[Node]) -> bool:
    """Whether algebra takes its time, so that what the sides have in common is left out first."""
    return len(postorder(sides)) > LONG


def may_take_long(sides: list[Node]) -> bool:
    """Whether algebra may take longer than one look at numbers, which are asked first then."""
    return len(postorder(sides)) > GLANCED


def same(book: Book, left: Node, right: Node) -> bool:
    """Whether two expressions have one normal form; very large ones are left to numbers."""
    if len(postorder([left, right])) > MOST_NODES:
        return False
    return book.comparison.equal(left, right) is Truth.YES
