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
    """Of a matrix of any rank: `C.T (C C.T)^-1 (B.T B)^-1 B.T` of B C, its columns that are independent by the others'.

    Source: A. Ben-Israel, T. N. E. Greville, Generalized Inverses, section 1.7 (C. C. MacDuffee's full-rank formula).
    """
    kept, combined = _full_rank_factors(field, rows)
    if not kept:
        return [[field.zero] * len(rows) for _ in rows[0]]
    columns = [[row[j] for j in kept] for row in rows]
    left, right = _turned(columns), _turned(combined)
    inner = product(field, inverse(field, product(field, left, columns)), left)
    return product(field, right, product(field, inverse(field, product(field, combined, right)), inner))


def _full_rank_factors(field: Field, rows: Rows) -> tuple[list[int], Rows]:
    """The columns that are independent of those before them, and every column as a sum of those (row echelon form)."""
    work = [list(row) for row in rows]
    scale = max(abs(x) for row in rows for x in row)
    kept: list[int] = []
    for j in range(len(rows[0])):
        rest = range(len(kept), len(rows))
        if not rest:
            break
        pivot, top = max(rest, key=lambda i: abs(work[i][j])), len(kept)
        if work[pivot][j] == 0 or field.tiny(work[pivot][j], scale):
            continue
        work[top], work[pivot] = work[pivot], work[top]
        first = [x / work[top][j] for x in work[top]]
        work = [
            first if i == top else [field.total((x, -row[j] * y)) for x, y in zip(row, first, strict=True)]
            for i, row in enumerate(work)
        ]
        kept.append(j)
    return kept, work[: len(kept)]


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
