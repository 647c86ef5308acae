"""Random values that have the attributes their names were declared with."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod

from gradcli.evaluate.array import Array, concrete
from gradcli.evaluate.errors import OutsideDomain
from gradcli.expr.node import Node
from gradcli.verdicts.entries import Entries

Rows = list[list[Fraction]]

_DRAWN = 4001  # numbers of their own; what is longer repeats them, at no distance that sizes have


def draw(node: Node, sizes: dict[str, int], entries: Entries, discrete: bool = False) -> Array:
    """A value of a free name (or cotangent), an array of fractions in the sizes.

    Raises OutsideDomain where no value of this size has the attributes.
    """
    shape = concrete(node.shape, sizes)
    attributes = _attributes(node)
    if discrete and "permutation" not in attributes:
        return Array(shape, [entries.integer() for _ in range(prod(shape))])
    number = entries.positive if "positive" in attributes else entries.next
    if len(shape) == 2:
        for attribute, build in _STRUCTURED:
            if attribute in attributes:
                return _array(build(shape[0], shape[1], entries, number, attributes))
    if len(shape) < 2 and attributes & {"orthogonal", "permutation"}:
        if shape and shape[0] > 1:
            return _unit_vector(shape[0], entries)
        return Array(shape, [Fraction(1 if "permutation" in attributes else entries.sign())] * prod(shape))
    if not shape and "spd" in attributes:
        number = entries.positive
    count = prod(shape)
    drawn = [number() for _ in range(min(count, _DRAWN))]
    return Array(shape, (drawn * (count // _DRAWN + 1))[:count])


def _attributes(node: Node) -> frozenset[str]:
    if node.op != "var" or not isinstance(node.data, tuple):
        return frozenset()
    return frozenset(node.data[1])


def _array(rows: Rows) -> Array:
    return Array((len(rows), len(rows[0])), [x for row in rows for x in row])


Number = Callable[[], Fraction]


def _permutation(m: int, n: int, entries: Entries, number: Number, attributes: frozenset[str]) -> Rows:
    order = entries.order(n)
    return [[Fraction(order[i] == j) for j in range(n)] for i in range(m)]


def _orthogonal(m: int, n: int, entries: Entries, number: Number, attributes: frozenset[str]) -> Rows:
    """Rational: the Cayley transform of a skew matrix, columns in random order and sign.

    A tall matrix has orthonormal columns; a wide one does not exist.
    Source: Golub and Van Loan, Matrix Computations, 4th ed., problem 2.1.7 (Cayley transform).
    """
    if m < n:
        raise OutsideDomain(f"a {m} x {n} matrix has no orthonormal columns")
    from gradcli.evaluate.fields import EXACT
    from gradcli.evaluate.matrices import inverse, product

    skew = [[Fraction(0)] * m for _ in range(m)]
    for i in range(m):
        for j in range(i):
            skew[i][j] = entries.next()
            skew[j][i] = -skew[i][j]
    unit = [[Fraction(i == j) for j in range(m)] for i in range(m)]
    plus = [[a + b for a, b in zip(r, s, strict=True)] for r, s in zip(unit, skew, strict=True)]
    minus = [[a - b for a, b in zip(r, s, strict=True)] for r, s in zip(unit, skew, strict=True)]
    rows = product(EXACT, inverse(EXACT, plus), minus)
    order, signs = entries.order(m)[:n], [entries.sign() for _ in range(n)]
    return [[row[j] * sign for j, sign in zip(order, signs, strict=True)] for row in rows]


def _unit_vector(n: int, entries: Entries) -> Array:
    return Array((n,), [row[0] for row in _orthogonal(n, 1, entries, entries.next, frozenset())])


def _diagonal(m: int, n: int, entries: Entries, number: Number, attributes: frozenset[str]) -> Rows:
    value = entries.positive if "spd" in attributes else number
    unit = "unit" in attributes
    return [[(Fraction(1) if unit else value()) if i == j else Fraction(0) for j in range(n)] for i in range(m)]


def _triangle(keeps: Callable[[int, int], bool]) -> _Structure:
    def build(m: int, n: int, entries: Entries, number: Number, attributes: frozenset[str]) -> Rows:
        if attributes >= {"lower", "upper"}:
            return _diagonal(m, n, entries, number, attributes)
        unit = "unit" in attributes
        return [
            [Fraction(1) if unit and i == j else number() if keeps(i, j) else Fraction(0) for j in range(n)]
            for i in range(m)
        ]

    return build


def _spd(m: int, n: int, entries: Entries, number: Number, attributes: frozenset[str]) -> Rows:
    root = [[number() if j < i else Fraction(0) for j in range(n)] for i in range(n)]
    for i in range(n):
        root[i][i] = Fraction(1)
    weights = [entries.positive() for _ in range(n)]
    return [
        [sum((root[i][k] * weights[k] * root[j][k] for k in range(n)), Fraction(0)) for j in range(n)] for i in range(n)
    ]


def _symmetric(m: int, n: int, entries: Entries, number: Number, attributes: frozenset[str]) -> Rows:
    rows = [[Fraction(0)] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rows[i][j] = rows[j][i] = number()
    return rows


_Structure = Callable[[int, int, Entries, Number, frozenset[str]], Rows]

# The first that fits decides: a diagonal matrix is symmetric and triangular too.
_STRUCTURED: tuple[tuple[str, _Structure], ...] = (
    ("permutation", _permutation),
    ("diagonal", _diagonal),
    ("lower", _triangle(lambda i, j: j <= i)),
    ("upper", _triangle(lambda i, j: j >= i)),
    ("spd", _spd),
    ("orthogonal", _orthogonal),
    ("symmetric", _symmetric),
)
