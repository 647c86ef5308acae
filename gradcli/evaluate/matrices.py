"""Linear algebra on small matrices, as lists of rows."""

from __future__ import annotations

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import OutsideDomain, Undefined
from gradcli.evaluate.field import Field

Rows = list[list[Scalar]]


def undefined_in(rows: Rows) -> Undefined | None:
    """The first undefined entry, if any."""
    return next((x for row in rows for x in row if isinstance(x, Undefined)), None)


def product(field: Field, a: Rows, b: Rows) -> Rows:
    """The matrix product."""
    columns = list(zip(*b, strict=True))
    return [[field.total([x * y for x, y in zip(row, column, strict=True)]) for column in columns] for row in a]


def determinant(field: Field, rows: Rows) -> Scalar:
    """By elimination with row pivoting; a 0 x 0 matrix has determinant 1."""
    work = [list(row) for row in rows]
    n = len(work)
    result = field.one
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(work[i][k]))
        if work[pivot][k] == 0:
            return field.zero
        if pivot != k:
            work[k], work[pivot] = work[pivot], work[k]
            result = -result
        result = result * work[k][k]
        _eliminate(field, work, k, range(k + 1, n), n)
    return result


def _eliminate(field: Field, work: Rows, k: int, targets: range | list[int], width: int) -> None:
    top = work[k]
    for i in targets:
        row = work[i]
        if row[k] == 0:
            continue
        factor = row[k] / top[k]
        row[k] = field.zero
        for j in range(k + 1, width):
            row[j] = field.total((row[j], -factor * top[j]))


def inverse(field: Field, rows: Rows) -> Rows:
    """By Gauss-Jordan elimination with row pivoting.

    Raises OutsideDomain where the matrix is singular or cannot be told from one.
    """
    n = len(rows)
    unit = [[field.one if i == j else field.zero for j in range(n)] for i in range(n)]
    work = [list(row) + unit[i] for i, row in enumerate(rows)]
    scale = max(abs(x) for row in rows for x in row)
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(work[i][k]))
        if field.tiny(work[pivot][k], scale):
            raise OutsideDomain("the inverse of a singular matrix")
        work[k], work[pivot] = work[pivot], work[k]
        _eliminate(field, work, k, [i for i in range(n) if i != k], 2 * n)
    return [[work[i][n + j] / work[i][i] for j in range(n)] for i in range(n)]


def solved(field: Field, rows: Rows, right: list[Scalar]) -> list[Scalar]:
    """The solution of a linear system, by Gaussian elimination with row pivoting; no rounding is looked for on the way.

    Raises OutsideDomain where the matrix is singular or cannot be told from one.
    """
    n = len(rows)
    work = [[*row, r] for row, r in zip(rows, right, strict=True)]
    scale = max((abs(x) for row in rows for x in row), default=field.zero)
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(work[i][k]))
        if field.tiny(work[pivot][k], scale):
            raise OutsideDomain("a system with a singular matrix")
        work[k], work[pivot] = work[pivot], work[k]
        top = work[k]
        for row in work[k + 1 :]:
            if row[k] != 0:
                share = row[k] / top[k]
                row[k + 1 :] = [a - share * b for a, b in zip(row[k + 1 :], top[k + 1 :], strict=True)]
    out: list[Scalar] = [field.zero] * n
    for k in reversed(range(n)):
        known = sum((work[k][j] * out[j] for j in range(k + 1, n)), field.zero)
        out[k] = (work[k][n] - known) / work[k][k]
    return out


def log_determinant(field: Field, rows: Rows) -> Scalar:
    """log |det A|.  Raises OutsideDomain where the matrix cannot be told from a singular one."""
    value = abs(determinant(field, rows))
    if value != 0 and not field.exact:
        # Hadamard's bound is what a determinant of these rows could be: judge smallness by it.
        bound = field.one
        for row in rows:
            bound = bound * sum(abs(x) for x in row)
        if field.tiny(value, bound):
            value = field.zero
    return field.function("log", value)


def adjugate(field: Field, rows: Rows) -> Rows:
    """Transposed cofactors; of a singular matrix too.  A 1 x 1 matrix has the adjugate [[1]]."""
    n = len(rows)

    def cofactor(i: int, j: int) -> Scalar:
        minor = [row[:j] + row[j + 1 :] for k, row in enumerate(rows) if k != i]
        value = determinant(field, minor)
        return -value if (i + j) % 2 else value

    return [[cofactor(j, i) for j in range(n)] for i in range(n)]


def power(field: Field, rows: Rows, exponent: int) -> Rows:
    """`A ^ k` for k >= 1, by squaring."""
    result: Rows | None = None
    square = rows
    while exponent:
        if exponent & 1:
            result = square if result is None else product(field, result, square)
        exponent >>= 1
        if exponent:
            square = product(field, square, square)
    assert result is not None
    return result


def whole_power(field: Field, rows: Rows, exponent: int) -> Rows:
    """`A ^ k` for a whole number k; below 0 of the inverse."""
    if exponent == 0:
        return [[field.one if i == j else field.zero for j in range(len(rows))] for i in range(len(rows))]
    return power(field, rows if exponent > 0 else inverse(field, rows), abs(exponent))
