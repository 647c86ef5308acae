"""Sizes beyond the numbers in a program that count places: shifts, diagonals, labels, factors of matrix products.

`roll(x, 12)` is x for every size that divides 12, the entries below the fifth diagonal are none up to size 5, and a
product of k strictly triangular matrices is 0 up to size k: each such claim fails first in a larger size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gradcli.expr.dims import Dim, names_of
from gradcli.expr.node import Node, has_attribute, label_count, payload, value_of
from gradcli.expr.walk import postorder
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.ops.payload import Places

_FEWEST_FACTORS = 3  # with fewer, the sizes that are looked at anyway are larger
_MOST_FACTORS = 12  # of products that are written out; a power says its number
_PRODUCTS = frozenset({"mul", "matmul", "einsum", "kron"})
_KEEPING = ("permutation", "orthogonal", "invertible", "spd")  # whose powers are never 0


def beyond(nodes: Sequence[Node], least: Mapping[str, int]) -> Iterator[tuple[str, int, str]]:
    """`(size, value, what reaches to less than that)`."""
    for node in nodes:
        for dims, count, what in _reaches(node):
            for name in _named(dims, least):
                for value in (count + 1, count + 2):
                    if value >= least[name]:
                        yield name, value, what
    factors = _factors(nodes)
    if factors >= _FEWEST_FACTORS:
        square = [node.shape[:1] for node in nodes if len(node.shape) == 2 and node.shape[0] == node.shape[1]]
        for name in _named([dim for (dim,) in square], least):
            if factors + 1 >= least[name]:
                yield name, factors + 1, f"a product of {factors} matrices"


def _named(dims: Iterable[Dim], least: Mapping[str, int]) -> list[str]:
    return list(dict.fromkeys(name for dim in dims for name in names_of(dim) if name in least))


def _reaches(node: Node) -> Iterator[tuple[tuple[Dim, ...], int, str]]:
    if node.op == "roll":
        held = payload(node, Places)
        dims = node.shape if held.axis is None else (node.shape[held.axis],)
        yield dims, abs(held.shift), "roll"
    elif node.op in ("tril", "triu"):
        yield node.shape, abs(payload(node, int)), node.op
    elif node.op in ("cmp", "max", "min") or (node.op == "elem" and kinks(node)):
        leaves = postorder(node.args)
        dims = tuple(count for leaf in leaves if (count := label_count(leaf)) is not None)
        marks = {abs(value) for leaf in leaves if (value := value_of(leaf)) is not None} if dims else set()
        for mark in sorted(marks):
            if mark.denominator == 1 and mark > 0:
                yield dims, int(mark), "a label"


def kinks(node: Node) -> bool:
    """Whether a function of one number turns somewhere."""
    row = SCALAR_FUNCTIONS.get(node.data[0]) if isinstance(node.data, tuple) else None
    return row is not None and bool(row.kinks)


def _factors(nodes: Sequence[Node]) -> int:
    """How many matrices are multiplied with each other, at most."""
    count: dict[int, int] = {}
    most = 0
    for node in nodes:
        inner = [count.get(arg.serial, 0) for arg in node.args]
        own = max(inner, default=0)
        if node.op == "var":
            own = int(len(node.shape) == 2 and not any(has_attribute(node, word) for word in _KEEPING))
        elif node.op == "mpow":
            own *= abs(int(str(node.data)))
            most = max(most, own)
        elif node.op in _PRODUCTS:
            own = sum(inner)
        elif node.op == "pow":
            exponent = value_of(node.args[1])
            own = inner[0] * (abs(exponent.numerator) if exponent is not None else 1)
        count[node.serial] = own
    return max(most, min(max(count.values(), default=0), _MOST_FACTORS))
