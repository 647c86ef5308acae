"""Factorisations of small matrices, each made a function by a convention.

lu: row pivoting, the first of the largest entries of a column; doolittle: no row exchanges.  chol, eigh: of the
symmetric part.  qr: positive diagonal of R.  eigh: eigenvalues ascend; svd: singular values descend; of each
eigenvector and right singular vector the first entry that is large is positive.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import NotExact, OutsideDomain
from gradcli.evaluate.field import Field
from gradcli.evaluate.matrices import Rows

Columns = list[list[Scalar]]
_MOST_SWEEPS = 80


def factorised(field: Field, kind: str, rows: Rows) -> dict[str, Rows]:
    """Every component as a matrix (a vector as a column).

    Raises OutsideDomain where there is none or where it is not settled, NotExact where it is irrational.
    """
    return _KINDS[kind](field, rows)


def _unit(field: Field, n: int) -> Rows:
    return [[field.one if i == j else field.zero for j in range(n)] for i in range(n)]


def _turned(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def _largest(rows: Rows) -> Scalar:
    return max(abs(x) for row in rows for x in row)


def symmetric_part(rows: Rows) -> Rows:
    """(A + A.T) / 2."""
    return [
        [(x + y) / 2 for x, y in zip(row, other, strict=True)] for row, other in zip(rows, _turned(rows), strict=True)
    ]


# ---------------------------------------------------------------------- triangles


def _lu(field: Field, rows: Rows) -> dict[str, Rows]:
    n = len(rows)
    upper, lower, order = [list(row) for row in rows], _unit(field, n), list(range(n))
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: abs(upper[i][k]))
        if upper[pivot][k] == 0:
            continue
        upper[k], upper[pivot] = upper[pivot], upper[k]
        order[k], order[pivot] = order[pivot], order[k]
        for j in range(k):
            lower[k][j], lower[pivot][j] = lower[pivot][j], lower[k][j]
        for i in range(k + 1, n):
            factor = lower[i][k] = upper[i][k] / upper[k][k]
            upper[i][k] = field.zero
            for j in range(k + 1, n):
                upper[i][j] = field.total((upper[i][j], -factor * upper[k][j]))
    unit = _unit(field, n)
    return {"P": [unit[i] for i in order], "L": lower, "U": upper}


def _doolittle(field: Field, rows: Rows) -> dict[str, Rows]:
    """Elimination without row exchanges."""
    n = len(rows)
    upper, lower, scale = [list(row) for row in rows], _unit(field, n), _largest(rows)
    for k in range(n):
        if k < n - 1 and field.tiny(upper[k][k], scale):
            raise OutsideDomain("elimination without row exchanges meets a zero pivot")
        for i in range(k + 1, n):
            factor = lower[i][k] = upper[i][k] / upper[k][k]
            upper[i][k] = field.zero
            for j in range(k + 1, n):
                upper[i][j] = field.total((upper[i][j], -factor * upper[k][j]))
    return {"L": lower, "U": upper}


def _chol(field: Field, rows: Rows) -> dict[str, Rows]:
    n = len(rows)
    rows = symmetric_part(rows)
    scale = _largest(rows)
    lower = [[field.zero] * n for _ in range(n)]
    for j in range(n):
        rest = field.total([rows[j][j], *(-(x * x) for x in lower[j][:j])])
        if rest <= 0 or field.tiny(rest, scale):
            raise OutsideDomain("chol of a matrix that is not positive definite")
        lower[j][j] = field.function("sqrt", rest)
        for i in range(j + 1, n):
            inner = [-(x * y) for x, y in zip(lower[i][:j], lower[j][:j], strict=True)]
            lower[i][j] = field.total([rows[i][j], *inner]) / lower[j][j]
    return {"L": lower}


# ---------------------------------------------------------------- orthonormal columns


def _dot(field: Field, a: list[Scalar], b: list[Scalar]) -> Scalar:
    return field.total([x * y for x, y in zip(a, b, strict=True)])


def _qr(field: Field, rows: Rows) -> dict[str, Rows]:
    """Gram-Schmidt, twice: the second pass mends what rounding left."""
    m, n = len(rows), len(rows[0])
    if m < n:
        raise OutsideDomain(f"qr of a wide matrix, {m} x {n}")
    scale = _largest(rows)
    upper = [[field.zero] * n for _ in range(n)]
    columns: Columns = []
    for j, column in enumerate(_turned(rows)):
        for _ in range(1 if field.exact else 2):
            for i, unit in enumerate(columns):
                along = _dot(field, unit, column)
                upper[i][j] = upper[i][j] + along
                column = [x - along * q for x, q in zip(column, unit, strict=True)]
        square = _dot(field, column, column)
        if field.tiny(square, scale * scale):
            raise OutsideDomain("qr of a matrix without full rank")
        upper[j][j] = field.function("sqrt", square)
        columns.append([x / upper[j][j] for x in column])
    return {"Q": _turned(columns), "R": upper}


def _eigh(field: Field, rows: Rows) -> dict[str, Rows]:
    """Jacobi's rotations (Golub and Van Loan, Matrix Computations, 4th ed., section 8.5)."""
    if field.exact:
        raise NotExact("eigenvalues")
    n = len(rows)
    work, vectors = symmetric_part(rows), _unit(field, n)
    scale = _largest(work)
    for _ in range(_MOST_SWEEPS):
        still = True
        for p in range(n):
            for q in range(p + 1, n):
                if scale + abs(work[p][q]) == scale:
                    continue
                still = False
                c, s = _rotation(field, work[p][p], work[q][q], work[p][q])
                _rotate(work, p, q, c, s)
                work = _turned(work)
                _rotate(work, p, q, c, s)
                work[p][q] = work[q][p] = field.zero
                _rotate(vectors, p, q, c, s)
        if still:
            break
    order = sorted(range(n), key=lambda i: work[i][i])
    values = [work[i][i] for i in order]
    _distinct(field, values, "eigenvalues")
    columns = [_turned(vectors)[i] for i in order]
    return {"w": [[x] for x in values], "V": _turned([_signed(column)[0] for column in columns])}


def _rotation(field: Field, a: Scalar, d: Scalar, b: Scalar) -> tuple[Scalar, Scalar]:
    """Cosine and sine that make [[a, b], [b, d]] diagonal."""
    theta = (d - a) / (2 * b)
    tangent = 1 / (abs(theta) + field.function("sqrt", theta * theta + 1))
    if theta < 0:
        tangent = -tangent
    cosine = 1 / field.function("sqrt", tangent * tangent + 1)
    return cosine, tangent * cosine


def _rotate(rows: Rows, p: int, q: int, c: Scalar, s: Scalar) -> None:
    """Two columns, turned."""
    for row in rows:
        row[p], row[q] = c * row[p] - s * row[q], s * row[p] + c * row[q]


def _signed(column: list[Scalar]) -> tuple[list[Scalar], int]:
    """The vector or its negative, whichever has a positive first large entry; and the sign."""
    bound = 3 * max(abs(x) for x in column) / 4
    sign = 1 if next(x for x in column if abs(x) >= bound) > 0 else -1
    return [sign * x for x in column], sign


def _distinct(field: Field, values: list[Scalar], what: str) -> None:
    scale = max(abs(x) for x in values)
    for a, b in pairwise(values):
        if field.tiny(a - b, scale):
            raise OutsideDomain(f"two equal {what}")


def _svd(field: Field, rows: Rows) -> dict[str, Rows]:
    if len(rows) < len(rows[0]):
        turned = _svd(field, _turned(rows))
        return {"U": turned["V"], "s": turned["s"], "V": turned["U"]}
    values, left, right = singular(field, rows)
    _distinct(field, values, "singular values")
    if field.tiny(values[-1], values[0]):
        raise OutsideDomain("svd of a matrix without full rank")
    signs = [_signed(column)[1] for column in right]
    units = [[sign * x / s for x in column] for column, s, sign in zip(left, values, signs, strict=True)]
    vectors = [_signed(column)[0] for column in right]
    return {"U": _turned(units), "s": [[x] for x in values], "V": _turned(vectors)}


def singular(field: Field, rows: Rows) -> tuple[list[Scalar], Columns, Columns]:
    """Singular values, descending, of a matrix that is not wide; the columns of U diag(s), and of V.

    One-sided rotations: M. R. Hestenes, 1958.  Raises NotExact in the exact field.
    """
    if field.exact:
        raise NotExact("singular values")
    n = len(rows[0])
    work, vectors = [list(row) for row in rows], _unit(field, n)
    for _ in range(_MOST_SWEEPS):
        still = True
        for p in range(n):
            for q in range(p + 1, n):
                a = sum(row[p] * row[p] for row in work)
                d = sum(row[q] * row[q] for row in work)
                b = sum(row[p] * row[q] for row in work)
                scale = field.function("sqrt", a * d)
                if scale + abs(b) == scale:
                    continue
                still = False
                c, s = _rotation(field, a, d, b)
                _rotate(work, p, q, c, s)
                _rotate(vectors, p, q, c, s)
        if still:
            break
    columns, right = _turned(work), _turned(vectors)
    norms = [field.function("sqrt", sum(x * x for x in column)) for column in columns]
    order = sorted(range(n), key=lambda i: -norms[i])
    return [norms[i] for i in order], [columns[i] for i in order], [right[i] for i in order]


_KINDS: dict[str, Callable[[Field, Rows], dict[str, Rows]]] = {
    "lu": _lu,
    "doolittle": _doolittle,
    "chol": _chol,
    "qr": _qr,
    "eigh": _eigh,
    "svd": _svd,
}
