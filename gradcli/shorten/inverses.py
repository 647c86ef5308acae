"""Inverses of small literals by their entries: of `[[m, 0], [0, m]]` the inverse is `[[1/m, 0], [0, 1/m]]`."""

from __future__ import annotations

from collections.abc import Callable

from gradcli.expr.arith import add, mul, neg, power
from gradcli.expr.literal import as_literal
from gradcli.expr.node import MINUS_ONE, Node
from gradcli.expr.reduce import stack
from gradcli.expr.replace import replace
from gradcli.expr.walk import postorder

_SIZES = (2, 3)
_BY_ENTRIES = frozenset({"entry", "unit"})
Meaning = Callable[[Node], Node]


def by_entries(root: Node, meaning: Meaning) -> Node:
    """The expression with the inverses of small literals written out (Cramer's rule), if it is about entries at all.

    `meaning` is the value of a name.  What has no such inverse, or no entries, comes back as it is.
    """
    nodes = postorder(root)
    if not any(node.op in _BY_ENTRIES or is_pattern(node) for node in nodes):
        return root
    table: dict[Node, Node] = {}
    for node in nodes:
        value = meaning(node)
        if value.op == "inv":
            written = _inverse(meaning(value.args[0]))
            if written is not None:
                table[node] = written
    return as_literal(replace([root], table)[0], multiplied=True) if table else root


def is_pattern(node: Node) -> bool:
    """Whether this is a literal of numbers: where the entries stand by which something is differentiated."""
    return node.op == "stack" and all(cell.op == "num" for cell in node.args)


def _inverse(matrix: Node) -> Node | None:
    """The inverse of a literal of scalars of size 2 or 3, as a literal."""
    size = matrix.shape[0] if matrix.op == "stack" and len(matrix.shape) == 2 else 0
    if not isinstance(size, int) or size not in _SIZES or matrix.shape != (size, size):
        return None
    rows = [list(matrix.args[size * i : size * (i + 1)]) for i in range(size)]
    cofactors = [[_cofactor(rows, i, j) for j in range(size)] for i in range(size)]
    under = power(add(*(mul(rows[0][j], cofactors[0][j]) for j in range(size))), MINUS_ONE)
    return stack(tuple(mul(cofactors[j][i], under) for i in range(size) for j in range(size)), matrix.shape)


def _cofactor(rows: list[list[Node]], i: int, j: int) -> Node:
    left = [[cell for k, cell in enumerate(row) if k != j] for place, row in enumerate(rows) if place != i]
    if len(left) == 1:
        minor = left[0][0]
    else:
        (a, b), (c, d) = left
        minor = add(mul(a, d), neg(mul(b, c)))
    return minor if (i + j) % 2 == 0 else neg(minor)


__all__ = ["by_entries", "is_pattern"]
