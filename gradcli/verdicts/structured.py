"""Matrices with attributes: candidates of every make, each tried against all the attributes that it must have.

Every make is a way to draw matrices that have some attributes by how they are built; whether one has all that is
declared is looked at afterwards, in fractions.  So any combination is drawn that some make meets.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import count

from gradcli.evaluate.array import Array
from gradcli.evaluate.errors import OutsideDomain
from gradcli.evaluate.fields import EXACT
from gradcli.evaluate.matrices import inverse, product
from gradcli.ops.attributes import implied
from gradcli.verdicts.entries import Entries

Rows = list[list[Fraction]]
Number = Callable[[], Fraction]

_ZERO, _ONE = Fraction(0), Fraction(1)
_TRIES = 5
_FULL = frozenset({"positive", "signs"})
_WITH_ZEROS = frozenset({"diagonal", "lower", "upper", "permutation", "skew", "zero"})
LARGEST_TYPED = 9  # beyond, a permutation is one cycle where its type is asked for


class NoSuchValue(OutsideDomain):
    """No value of this size has all the attributes, as far as was looked."""


def structured(rows: int, columns: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows:
    """A matrix with all these attributes; `number` draws an entry that meets those that speak of entries alone.

    Raises NoSuchValue.
    """
    square = rows == columns
    if rows > 1 and columns > 1 and attributes & _FULL and attributes & _WITH_ZEROS:
        raise NoSuchValue(f"no {rows} x {columns} matrix is {' '.join(sorted(attributes))}")
    for met, build in _makes(rows, columns, attributes):
        left = [_HOLDS[word] for word in sorted(attributes - implied(met, square)) if word in _HOLDS]
        for _ in range(_TRIES):
            found = build(rows, columns, attributes, entries, number)
            if found is None:
                break
            if all(holds(found) for holds in left):
                return found
    what = " ".join(sorted(attributes))
    raise NoSuchValue(f"no {rows} x {columns} matrix is {what}")


def _makes(rows: int, columns: int, attributes: frozenset[str]) -> Iterator[tuple[frozenset[str], _Make]]:
    """The makes that may do, with what each meets by how it is built: the one that meets most first."""
    square = rows == columns
    for wanted, build in _MAKES:
        if wanted <= attributes and (square or build in _RECTANGULAR):
            yield wanted, build
    if square:
        for build in (_signed_permutation, _spectral_signs, _mixed_permutations, _identity, _minus_identity, _nothing):
            yield frozenset(), build


# --------------------------------------------------------------------------- makes

_Make = Callable[[int, int, frozenset[str], Entries, Number], "Rows | None"]


def identity_rows(n: int) -> Rows:
    """The identity."""
    return [[Fraction(i == j) for j in range(n)] for i in range(n)]


def permutation_rows(order: Sequence[int]) -> Rows:
    """The permutation matrix that has its ones at `(i, order[i])`."""
    return [[Fraction(order[i] == j) for j in range(len(order))] for i in range(len(order))]


def orthogonal_rows(n: int, entries: Entries) -> Rows:
    """Rational and of either determinant: a Cayley transform, its columns in random order and sign.

    Source: Golub and Van Loan, Matrix Computations, 4th ed., problem 2.1.7 (Cayley transform).
    """
    skew = _skew_rows(n, entries)
    unit = identity_rows(n)
    plus = [[a + b for a, b in zip(r, s, strict=True)] for r, s in zip(unit, skew, strict=True)]
    minus = [[a - b for a, b in zip(r, s, strict=True)] for r, s in zip(unit, skew, strict=True)]
    rows = product(EXACT, inverse(EXACT, plus), minus)
    order, signs = entries.order(n), [entries.sign() for _ in range(n)]
    if entries.turn is not None and n:  # either determinant in turn; that of a Cayley transform is 1
        parity = _parity(order) * (-1) ** sum(sign < 0 for sign in signs)
        signs[-1] *= parity * (-1) ** entries.turn
    return [[row[j] * sign for j, sign in zip(order, signs, strict=True)] for row in rows]


def _parity(order: Sequence[int]) -> int:
    """1 or -1, whether an even or odd number of exchanges makes the order."""
    exchanges = sum(a > b for i, a in enumerate(order) for b in order[i + 1 :])
    return -1 if exchanges % 2 else 1


def _skew_rows(n: int, entries: Entries) -> Rows:
    rows = [[_ZERO] * n for _ in range(n)]
    for i in range(n):
        for j in range(i):
            rows[i][j] = entries.next()
            rows[j][i] = -rows[i][j]
    return rows


def _skew(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    if not attributes & {"orthogonal", "unitnorm"}:
        return _skew_rows(n, entries)
    if n % 2:
        return None
    turn = [[_ZERO] * n for _ in range(n)]
    for i in range(0, n, 2):
        turn[i][i + 1] = Fraction(entries.sign())
        turn[i + 1][i] = -turn[i][i + 1]
    basis = orthogonal_rows(n, entries)
    return product(EXACT, product(EXACT, basis, turn), _turned(basis))


def _permutation(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    if "symmetric" not in attributes:
        return permutation_rows(_order(n, entries))
    order, waiting = list(range(n)), entries.order(n)
    while len(waiting) > 1:  # pairs change places, some stay
        i, j = waiting.pop(), waiting.pop()
        if entries.sign() > 0:
            order[i], order[j] = j, i
    return permutation_rows(order)


def _order(n: int, entries: Entries) -> list[int]:
    """A permutation: of each cycle type in turn where the point is one of a row, else any."""
    if entries.turn is None:
        return entries.order(n)
    kinds = list(cycle_types(n)) if n <= LARGEST_TYPED else [(n,)]
    return of_cycle_type(kinds[entries.turn % len(kinds)], entries)


def _orthogonal(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    if m < n:
        raise NoSuchValue(f"a {m} x {n} matrix has no orthonormal columns")
    if attributes & {"symmetric", "diagonal", "lower", "upper"} and m == n:
        return None
    return [row[:n] for row in orthogonal_rows(m, entries)]


def _spectral(n: int, values: Sequence[Fraction], entries: Entries) -> Rows:
    basis = orthogonal_rows(n, entries)
    scaled = [[x * value for x, value in zip(row, values, strict=True)] for row in basis]
    return product(EXACT, scaled, _turned(basis))


def _spectral_signs(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    return _spectral(n, [Fraction(entries.sign()) for _ in range(n)], entries)


def _diagonal(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    def one() -> Fraction:
        if "unit" in attributes or "identity" in attributes:
            return _ONE
        if "orthogonal" in attributes:
            return Fraction(entries.sign())
        return entries.positive() if "spd" in attributes else number()

    return [[one() if i == j else _ZERO for j in range(n)] for i in range(m)]


def _triangle(keeps: Callable[[int, int], bool]) -> _Make:
    def build(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
        unit = "unit" in attributes

        def one(i: int, j: int) -> Fraction:
            if not keeps(i, j):
                return _ZERO
            return _ONE if unit and i == j else number()

        return [[one(i, j) for j in range(n)] for i in range(m)]

    return build


_lower = _triangle(lambda i, j: j <= i)
_upper = _triangle(lambda i, j: j >= i)


def _spd(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    root = [[number() if j < i else _ZERO for j in range(n)] for i in range(n)]
    for i in range(n):
        root[i][i] = _ONE
    weights = [entries.positive() for _ in range(n)]
    return [[sum((root[i][k] * weights[k] * root[j][k] for k in range(n)), _ZERO) for j in range(n)] for i in range(n)]


def _dominant(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    """Ones on the diagonal, and little beside it: definite (Gershgorin); rows that sum to 1 where that is wanted."""
    rows = identity_rows(n)
    for i in range(n):
        for j in range(i):
            drawn = number() if "nonnegative" in attributes else entries.next()
            rows[i][j] = rows[j][i] = drawn / (2 * n * (1 + abs(drawn)))
    if "simplex" in attributes:
        for i in range(n):
            rows[i][i] = _ONE - sum((rows[i][j] for j in range(n) if j != i), _ZERO)
    return rows


def _symmetric(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    rows = [[_ZERO] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            rows[i][j] = rows[j][i] = _ONE if i == j and "unit" in attributes else number()
    return rows


def _with_unit(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    return [[_ONE if i == j else number() for j in range(n)] for i in range(m)]


def _fill(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    return [[number() for _ in range(n)] for _ in range(m)]


def _onehot(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    places = [entries.order(n)[0] for _ in range(m)]
    return [[Fraction(j == place) for j in range(n)] for place in places]


def _simplex(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    rows = []
    for _ in range(m):
        drawn = [entries.positive() for _ in range(n)]
        if "positive" not in attributes and entries.sign() > 0 and n > 1:
            drawn[entries.order(n)[0]] = _ZERO  # a face of it
        total = sum(drawn)
        rows.append([x / total for x in drawn])
    return rows


def _unit_rows(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    return [unit_vector(n, entries, "nonnegative" in attributes) for _ in range(m)]


def unit_vector(n: int, entries: Entries, nonnegative: bool = False) -> list[Fraction]:
    """A rational vector of norm 1: a point of the sphere on a line through a pole (stereographic projection)."""
    if n == 1:
        return [_ONE if nonnegative else Fraction(entries.sign())]
    line = [abs(entries.next()) if nonnegative else entries.next() for _ in range(n - 1)]
    if nonnegative:
        line[0] = 2 * max(_ONE, sum(line, _ZERO))  # far enough out that the last entry is positive too
    square = sum((x * x for x in line), _ZERO)
    point = [2 * x / (square + 1) for x in line] + [(square - 1) / (square + 1)]
    return [point[k] for k in entries.order(n)]


def _mixed_permutations(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    """A mean of symmetric permutations: symmetric, rows and columns sum to 1."""
    parts = [_permutation(n, n, frozenset({"symmetric"}), entries, number) for _ in range(n + 1)]
    weights = [entries.positive() for _ in parts]
    total = sum(weights)
    return [
        [sum((w / total * part[i][j] for w, part in zip(weights, parts, strict=True) if part), _ZERO) for j in range(n)]
        for i in range(n)
    ]


def _signed_permutation(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    kept = frozenset({"symmetric"}) & attributes
    rows = _permutation(n, n, kept, entries, number)
    return rows and [[x * entries.sign() for x in row] for row in rows]


def _identity(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    return identity_rows(n)


def _minus_identity(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    return [[-x for x in row] for row in identity_rows(n)]


def _nothing(m: int, n: int, attributes: frozenset[str], entries: Entries, number: Number) -> Rows | None:
    return [[_ZERO] * n for _ in range(m)]


# The strictest first; each is tried where the attributes hold those that it is for.
_MAKES: tuple[tuple[frozenset[str], _Make], ...] = (
    (frozenset({"identity"}), _identity),
    (frozenset({"zero"}), _nothing),
    (frozenset({"permutation"}), _permutation),
    (frozenset({"diagonal"}), _diagonal),
    (frozenset({"skew"}), _skew),
    (frozenset({"spd", "simplex"}), _dominant),
    (frozenset({"spd", "unit"}), _dominant),
    (frozenset({"spd"}), _spd),
    (frozenset({"symmetric", "orthogonal"}), _spectral_signs),
    (frozenset({"symmetric", "simplex"}), _mixed_permutations),
    (frozenset({"orthogonal"}), _orthogonal),
    (frozenset({"onehot"}), _onehot),
    (frozenset({"simplex"}), _simplex),
    (frozenset({"lower"}), _lower),
    (frozenset({"upper"}), _upper),
    (frozenset({"symmetric", "unitnorm"}), _spectral_signs),
    (frozenset({"unitnorm"}), _unit_rows),
    (frozenset({"symmetric"}), _symmetric),
    (frozenset({"unit"}), _with_unit),
    (frozenset(), _fill),
)
_RECTANGULAR = frozenset({_diagonal, _orthogonal, _onehot, _simplex, _lower, _upper, _unit_rows, _fill})


# ------------------------------------------------------------------ what must hold


def _turned(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def _has_inverse(rows: Rows) -> bool:
    try:
        inverse(EXACT, rows)
    except OutsideDomain:
        return False
    return True


def _is_definite(rows: Rows) -> bool:
    """By the pivots of elimination."""
    left = [list(row) for row in rows]
    for k in range(len(left)):
        if left[k][k] <= 0:
            return False
        for i in range(k + 1, len(left)):
            share = left[i][k] / left[k][k]
            left[i] = [a - share * b for a, b in zip(left[i], left[k], strict=True)]
    return True


def _every(test: Callable[[Fraction], bool]) -> Callable[[Rows], bool]:
    return lambda rows: all(test(x) for row in rows for x in row)


def _placed(test: Callable[[int, int, Fraction], bool]) -> Callable[[Rows], bool]:
    return lambda rows: all(test(i, j, x) for i, row in enumerate(rows) for j, x in enumerate(row))


_HOLDS: dict[str, Callable[[Rows], bool]] = {
    "symmetric": lambda a: a == _turned(a),
    "skew": lambda a: a == [[-x for x in row] for row in _turned(a)],
    "spd": _is_definite,
    "diagonal": _placed(lambda i, j, x: i == j or x == 0),
    "lower": _placed(lambda i, j, x: j <= i or x == 0),
    "upper": _placed(lambda i, j, x: j >= i or x == 0),
    "unit": _placed(lambda i, j, x: i != j or x == 1),
    "orthogonal": lambda a: product(EXACT, _turned(a), a) == identity_rows(len(a[0])),
    "permutation": lambda a: sorted(a) == sorted(identity_rows(len(a))),
    "invertible": _has_inverse,
    "positive": _every(lambda x: x > 0),
    "nonnegative": _every(lambda x: x >= 0),
    "binary": _every(lambda x: x in (0, 1)),
    "signs": _every(lambda x: x in (1, -1)),
    "simplex": lambda a: all(sum(row) == 1 for row in a),
    "onehot": lambda a: all(sum(row) == 1 for row in a),
    "identity": lambda a: a == identity_rows(len(a)),
    "zero": _every(lambda x: x == 0),
    "unitnorm": lambda a: all(sum(x * x for x in row) == 1 for row in a),
}


def holds(word: str, rows: Rows) -> bool:
    """Whether a matrix has an attribute."""
    return word not in _HOLDS or _HOLDS[word](rows)


def as_array(rows: Rows, shape: tuple[int, ...]) -> Array:
    """Rows as an array of this shape, the last axis along the rows."""
    return Array(shape, [x for row in rows for x in row])


def cycle_types(n: int) -> Iterator[tuple[int, ...]]:
    """The partitions of n: the lengths of a permutation's cycles, each way once."""
    stack: list[tuple[int, ...]] = [()]
    for _ in count():
        if not stack:
            return
        parts = stack.pop()
        left = n - sum(parts)
        if not left:
            yield parts
            continue
        stack.extend((*parts, part) for part in range(1, min(left, parts[-1] if parts else left) + 1))


def of_cycle_type(cycles: Sequence[int], entries: Entries) -> list[int]:
    """A random permutation with cycles of these lengths."""
    places = entries.order(sum(cycles))
    order = list(range(len(places)))
    start = 0
    for length in cycles:
        ring = places[start : start + length]
        for here, there in zip(ring, [*ring[1:], ring[0]], strict=True):
            order[here] = there
        start += length
    return order
