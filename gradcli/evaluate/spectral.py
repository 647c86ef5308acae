"""Pseudoinverse, matrix exponential, spectral and nuclear norm of small matrices."""

from __future__ import annotations

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import NotExact, OutsideDomain
from gradcli.evaluate.factorise import singular
from gradcli.evaluate.field import Field
from gradcli.evaluate.matrices import Rows, inverse, product

_MOST_TERMS = 2_000
_LARGEST_NORM = 500


def _turned(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def pseudoinverse(field: Field, rows: Rows) -> Rows:
    """Of a matrix of full rank, by the normal equations.  Raises OutsideDomain where the rank is not full."""
    turned = _turned(rows)
    try:
        if len(rows) >= len(rows[0]):
            return product(field, inverse(field, product(field, turned, rows)), turned)
        return product(field, turned, inverse(field, product(field, rows, turned)))
    except OutsideDomain:
        raise OutsideDomain("pinv of a matrix without full rank") from None


def exponential(field: Field, rows: Rows) -> Rows:
    """By Taylor's series of A / 2^s, squared s times.

    Raises NotExact in the exact field (but for a matrix of zeros) and OutsideDomain where the value is huge.
    """
    n = len(rows)
    unit = [[field.one if i == j else field.zero for j in range(n)] for i in range(n)]
    size = max(sum(abs(x) for x in row) for row in rows)
    if size == 0:
        return unit
    if field.exact:
        raise NotExact("expm")
    if size > _LARGEST_NORM:
        raise OutsideDomain("overflow")
    squarings = 0
    while size > field.one / 8:
        size = size / 2
        squarings += 1
    squarings += 4  # smaller yet: fewer terms of the series
    small = [[x / 2**squarings for x in row] for row in rows]
    total, term = unit, unit
    for k in range(1, _MOST_TERMS):
        term = [[x / k for x in row] for row in product(field, term, small)]
        grown = [[a + b for a, b in zip(r, s, strict=True)] for r, s in zip(total, term, strict=True)]
        if grown == total:
            break
        total = grown
    for _ in range(squarings):
        total = product(field, total, total)
    return total


def exponential_derivative(field: Field, rows: Rows, direction: Rows) -> Rows:
    """The derivative of the exponential in a direction: the upper right block of expm([[A, E], [0, A]])."""
    n = len(rows)
    zero = [field.zero] * n
    if field.exact:
        raise NotExact("expm_frechet")
    whole = exponential(
        field,
        [*([*a, *e] for a, e in zip(rows, direction, strict=True)), *([*zero, *a] for a in rows)],
    )
    return [row[n:] for row in whole[:n]]


def largest_singular(field: Field, rows: Rows) -> Scalar:
    """The spectral norm."""
    return _values(field, rows)[0]


def sum_of_singular(field: Field, rows: Rows) -> Scalar:
    """The nuclear norm."""
    return field.total(_values(field, rows))


def _values(field: Field, rows: Rows) -> list[Scalar]:
    return singular(field, rows if len(rows) >= len(rows[0]) else _turned(rows))[0]
