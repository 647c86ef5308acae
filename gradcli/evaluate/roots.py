"""Square roots and logarithms of small matrices, and Sylvester equations, to the precision of the field.

Source: N. J. Higham, "Functions of Matrices", 2008, chapters 6 and 11.
"""

from __future__ import annotations

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import NotExact, OutsideDomain
from gradcli.evaluate.field import Field
from gradcli.evaluate.matrices import Rows, inverse, product

_MOST_STEPS = 60
_MOST_ROOTS = 40
_MOST_TERMS = 500


def _identity(field: Field, n: int) -> Rows:
    return [[field.one if i == j else field.zero for j in range(n)] for i in range(n)]


def _sum(a: Rows, b: Rows, scale: int = 1) -> Rows:
    return [[x + scale * y for x, y in zip(r, s, strict=True)] for r, s in zip(a, b, strict=True)]


def _scaled(rows: Rows, divisor: Scalar) -> Rows:
    return [[x / divisor for x in row] for row in rows]


def _size(rows: Rows) -> Scalar:
    return max(sum(abs(x) for x in row) for row in rows)


def square_root(field: Field, rows: Rows) -> Rows:
    """The principal root, by the product form of the iteration of Denman and Beavers.

    Raises NotExact in the exact field (but for a diagonal matrix) and OutsideDomain where there is none.
    """
    n = len(rows)
    if all(rows[i][j] == 0 for i in range(n) for j in range(n) if i != j):
        return [[field.function("sqrt", rows[i][i]) if i == j else field.zero for j in range(n)] for i in range(n)]
    if field.exact:
        raise NotExact("sqrtm")
    unit = _identity(field, n)
    root, rest = rows, rows
    for _ in range(_MOST_STEPS):
        back = inverse(field, rest)
        root = _scaled(product(field, root, _sum(unit, back)), 2 * field.one)
        rest = _scaled(_sum(_sum(unit, unit), _sum(rest, back)), 4 * field.one)
        if field.tiny(_size(_sum(rest, unit, -1)), field.one):
            break
    else:
        raise OutsideDomain("sqrtm of a matrix with an eigenvalue that is not positive")
    back = inverse(field, rest)
    root = _scaled(product(field, root, _sum(unit, back)), 2 * field.one)  # once more: the error is squared
    if not field.tiny(_size(_sum(product(field, root, root), rows, -1)), _size(rows)):
        raise OutsideDomain("sqrtm of a matrix that is nearly singular")
    return root


def logarithm(field: Field, rows: Rows) -> Rows:
    """The principal logarithm, by square roots until the matrix is near the identity.

    Raises NotExact in the exact field (but for the identity) and OutsideDomain where there is none.
    """
    n = len(rows)
    unit = _identity(field, n)
    if rows == unit:
        return _sum(unit, unit, -1)
    if field.exact:
        raise NotExact("logm")
    inverse(field, rows)  # of a singular matrix there is none
    halved, gap = 0, _sum(rows, unit, -1)
    while _size(gap) >= field.one / 8:
        if halved == _MOST_ROOTS:
            raise OutsideDomain("logm of a matrix with an eigenvalue that is not positive")
        rows = square_root(field, rows)
        halved, gap = halved + 1, _sum(rows, unit, -1)
    # log(I + X) = 2 * atanh(X @ inv(2*I + X))
    step = product(field, gap, inverse(field, _sum(_sum(unit, unit), gap)))
    square = product(field, step, step)
    total, term = step, step
    for k in range(3, _MOST_TERMS, 2):
        term = product(field, term, square)
        grown = _sum(total, _scaled(term, k * field.one))
        if grown == total:
            break
        total = grown
    return [[x * 2 ** (halved + 1) for x in row] for row in total]


def logarithm_derivative(field: Field, rows: Rows, direction: Rows) -> Rows:
    """The derivative of the logarithm in a direction: the upper right block of logm([[A, E], [0, A]])."""
    n = len(rows)
    zero = [field.zero] * n
    if field.exact:
        raise NotExact("logm_frechet")
    upper = [[*a, *e] for a, e in zip(rows, direction, strict=True)]
    whole = logarithm(field, [*upper, *([*zero, *a] for a in rows)])
    return [row[n:] for row in whole[:n]]


def sylvester(field: Field, a: Rows, b: Rows, c: Rows) -> Rows:
    """X with A @ X + X @ B == C, entries row by row as unknowns.

    Raises OutsideDomain where an eigenvalue of A is minus one of B.
    """
    m, n = len(a), len(b)
    zero = field.zero
    system = [
        [(a[i][k] if j == q else zero) + (b[q][j] if i == k else zero) for k in range(m) for q in range(n)]
        for i in range(m)
        for j in range(n)
    ]
    try:
        solution = product(field, inverse(field, system), [[x] for row in c for x in row])
    except OutsideDomain:
        raise OutsideDomain("a Sylvester equation without a single solution") from None
    return [[solution[i * n + j][0] for j in range(n)] for i in range(m)]
