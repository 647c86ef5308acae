"""Values that an equation settles, by Newton's method: exactly where the equation is linear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from fractions import Fraction
from functools import partial
from math import prod
from random import Random

from gradcli.evaluate.array import Array, Scalar
from gradcli.evaluate.errors import EvaluationError, NotExact, OutsideDomain, Undefined
from gradcli.evaluate.field import Field
from gradcli.evaluate.matrices import solved
from gradcli.evaluate.opaque import random_entries
from gradcli.evaluate.point import Evaluation as Point
from gradcli.evaluate.point import run
from gradcli.expr.implicit import equation_of, is_affine
from gradcli.expr.node import Node, has_attribute, value_of
from gradcli.expr.walk import postorder

_MOST_STEPS = 100
_MOST_STARTS = 6
_MOST_HALVINGS = 30
_PATIENCE = 8  # steps in which the residual is to fall by half at least
_FEWEST_EVALUATIONS, _EVALUATIONS_EACH = 300, 40  # of an equation, from all starts: a bound of work, not of time
_WELL = 10  # how much smaller the residual gets where the slopes still serve
_LONGEST = 6  # steps in a row with the same slopes
_STARTS = ((0, 1), (1, 1), (-1, 3), (2, 1), (1, 4))

Flat = list[Scalar]
Function = Callable[[Flat], Flat]
Accepts = Callable[[Flat], bool]


class Exhausted(OutsideDomain):
    """All work that an equation may take was done."""


def solve_equation(point: Point, node: Node, args: list[Array]) -> Array:
    """The unknown at which the residual is zero: from 0 and a few other places, the first solution that is reached.

    `point.root` numbers the solutions, and where it is negative arbitrary values, solutions or not; the unknown is
    entered in `point.unsettled` where there may be others.
    Undefined where none is reached.  Raises NotExact in the exact field where the equation is not linear.
    """
    unknown, parameters, residual = equation_of(node)
    shape = point.shape(node)
    given = dict(zip(parameters, args, strict=True))

    evaluations = 0
    most = _FEWEST_EVALUATIONS + _EVALUATIONS_EACH * prod(shape)

    def function(entries: Flat) -> Flat:
        nonlocal evaluations
        evaluations += 1
        if evaluations > most:
            raise Exhausted("its solution takes too many steps")
        values = {**point.values, **given, unknown: Array(shape, entries)}
        inner = type(point)(
            values, point.sizes, point.field, point.functions, point.seed, point.strict_kinks, point.opaque
        )
        flat = run(inner, [residual])[residual.serial].flat
        for entry in flat:
            if isinstance(entry, Undefined):
                raise OutsideDomain(entry.reason)
        return flat

    if point.root < 0:
        values = random_entries(point.field, f"{point.seed}/{_label(unknown)}/{point.root}", prod(shape))
        return Array(shape, values)
    for arg in args:
        for entry in arg.flat:
            if isinstance(entry, Undefined):
                return Array(shape, [entry] * prod(shape))
    try:
        accepts = partial(_has, point.field, unknown, shape)
        found, alone = _solution(point.field, function, prod(shape), point.root, accepts, _marks(residual))
        if not (alone and is_affine(residual, unknown)):
            point.unsettled.add(_label(unknown))
        return Array(shape, found)
    except NotExact:
        raise
    except EvaluationError as trouble:
        return Array(shape, [Undefined(f"the equation for {_label(unknown)} was not solved: {trouble}")] * prod(shape))


def _has(field: Field, unknown: Node, shape: tuple[int, ...], entries: Flat) -> bool:
    """Whether a solution is what its name is declared to be, as far as that says which one is meant."""
    if has_attribute(unknown, "positive") and any(x <= 0 for x in entries):
        return False
    scale = max(map(abs, entries), default=field.zero)
    if has_attribute(unknown, "nonnegative") and any(x < 0 and not field.tiny(x, scale) for x in entries):
        return False
    if len(shape) != 2 or not has_attribute(unknown, "symmetric"):
        return True
    n = shape[0]
    rows = [entries[i * n : (i + 1) * n] for i in range(n)]
    gaps = (rows[i][k] - rows[k][i] for i in range(n) for k in range(i))
    if any(gap != 0 and not field.tiny(gap, scale) for gap in gaps):
        return False
    return not has_attribute(unknown, "spd") or _has_positive_pivots(rows)


def _has_positive_pivots(rows: list[Flat]) -> bool:
    rows = [list(row) for row in rows]
    for k in range(len(rows)):
        if rows[k][k] <= 0:
            return False
        for i in range(k + 1, len(rows)):
            share = rows[i][k] / rows[k][k]
            rows[i] = [a - share * b for a, b in zip(rows[i], rows[k], strict=True)]
    return True


def _label(unknown: Node) -> str:
    return str(unknown.data[0]) if isinstance(unknown.data, tuple) else "it"


def _solution(
    field: Field, function: Function, count: int, root: int, accepts: Accepts, marks: list[Fraction]
) -> tuple[Flat, bool]:
    """A solution, and whether there is no other: the equation is linear and regular, as far as it was looked at."""
    linear = None if root else _linear(field, function, count)
    if linear is not None:
        if not accepts(linear):
            raise OutsideDomain("the solution is not what is declared")
        return linear, True
    trouble: EvaluationError = OutsideDomain("no start was found")
    for start in _starts(field, count, root, marks):
        try:
            found = _from_singular(field, function, start) if field.exact else newton(field, function, start)
            if accepts(found):
                return found, False
        except (NotExact, Exhausted):
            raise
        except EvaluationError as failure:
            trouble = failure
    raise trouble


def _marks(residual: Node) -> list[Fraction]:
    """The numbers that an equation mentions, of both signs: its solutions may be as large as they are."""
    found = {abs(value) for part in postorder(residual) if (value := value_of(part))}
    return [sign * size for size in sorted(found, reverse=True) for sign in (1, -1)]


def _starts(field: Field, count: int, root: int, marks: list[Fraction]) -> Iterator[Flat]:
    """Where solutions are looked for; other roots are looked for from other places, the same at every precision."""
    if root and marks:
        yield [field.number(marks[(root - 1) % len(marks)] * Fraction(33, 32))] * count
    if not root:
        for top, bottom in _STARTS:
            yield [field.number(Fraction(top * (i + 1 if i % 2 else 1), bottom)) for i in range(count)]
    source = Random(f"root {root}")
    for _ in range(_MOST_STARTS):
        reach = Fraction(2) ** source.randint(-2, 4)
        yield [field.number(reach * Fraction(source.randint(-16, 16), 16)) for _ in range(count)]


def _from_singular(field: Field, function: Function, start: Flat) -> Flat:
    """A solution in fractions of an equation that is linear and has more than one.  Raises NotExact of any other."""
    at_start = function(start)
    columns = []
    for k in range(len(start)):
        moved = [x + 1 if i == k else x for i, x in enumerate(start)]
        columns.append([a - b for a, b in zip(function(moved), at_start, strict=True)])
    found = _basic_step(field, columns, at_start, start)
    beyond = [2 * x + 3 for x in start]
    predicted = _affine(columns, at_start, [a - b for a, b in zip(beyond, start, strict=True)])
    if any(function(found)) or function(beyond) != predicted:
        raise NotExact("the solution of an equation that is not linear")
    return found


def _linear(field: Field, function: Function, count: int) -> Flat | None:
    """The solution of an equation that is linear; None where one step shows that it is not, or there are several."""
    try:
        zero = [field.zero] * count
        at_zero = function(zero)
        columns = []
        for k in range(count):
            unit = [field.one if i == k else field.zero for i in range(count)]
            columns.append([a - b for a, b in zip(function(unit), at_zero, strict=True)])
        solution = _regular_step(field, columns, at_zero, zero)
        twice = [2 * x + field.number(Fraction(7 + 2 * i, 3)) for i, x in enumerate(solution)]  # no point seen so far
        found, predicted = function(twice), _affine(columns, at_zero, twice)
    except OutsideDomain:
        return None
    scale = max(map(abs, (*at_zero, *found, *(x for column in columns for x in column), field.zero)))
    gaps = [a - b for a, b in zip(found, predicted, strict=True)]
    return solution if all(gap == 0 or field.tiny(gap, scale) for gap in gaps) else None


def _affine(columns: list[Flat], constant: Flat, at: Flat) -> Flat:
    out = list(constant)
    for column, x in zip(columns, at, strict=True):
        out = [a + x * c for a, c in zip(out, column, strict=True)]
    return out


def _step(field: Field, columns: list[Flat], residual: Flat, at: Flat) -> Flat:
    """Newton's step; where the matrix is singular, one that moves as few unknowns as will do."""
    if len(columns) == len(residual):
        with suppress(OutsideDomain):
            return _regular_step(field, columns, residual, at)
    return _basic_step(field, columns, residual, at)


def _basic_step(field: Field, columns: list[Flat], residual: Flat, at: Flat) -> Flat:
    """Elimination with full pivoting: the unknowns that have no pivot stay."""
    rows = [[*row, r] for row, r in zip(zip(*columns, strict=True), residual, strict=True)]
    count = len(columns)
    scale = max((abs(x) for row in rows for x in row[:count]), default=field.zero)
    left, pivots = list(range(len(rows))), dict[int, int]()
    while left:
        size, i, k = max((abs(rows[i][k]), i, k) for i in left for k in range(count))
        if size == 0 or field.tiny(size, scale):
            break
        left.remove(i)
        pivots[i] = k
        for other in range(len(rows)):
            if other != i and rows[other][k] != 0:
                share = rows[other][k] / rows[i][k]
                rows[other] = [a - share * b for a, b in zip(rows[other], rows[i], strict=True)]
                rows[other][k] = field.zero
    out = list(at)
    for i, k in pivots.items():
        out[k] = at[k] - rows[i][count] / rows[i][k]
    return out


def _regular_step(field: Field, columns: list[Flat], residual: Flat, at: Flat) -> Flat:
    rows = [list(row) for row in zip(*columns, strict=True)]
    return [x - step for x, step in zip(at, solved(field, rows, residual), strict=True)]


def newton(field: Field, function: Function, at: Flat) -> Flat:
    """A zero by Newton's method with difference quotients, steps halved until the residual shrinks.

    The slopes are taken anew where those of an earlier place no longer serve.
    """
    rounding = _rounding(field)
    step_size = field.function("sqrt", rounding)
    residual = function(at)
    size = start_size = _norm(residual)
    nothing = rounding**3 * (1 + start_size)  # a root at 0 is approached without end
    sizes = [size]
    columns: list[Flat] = []
    used = 0
    for _ in range(_MOST_STEPS):
        if size <= nothing:
            return at
        if len(sizes) > _PATIENCE and 2 * size > sizes[-1 - _PATIENCE]:
            raise OutsideDomain("the residual hardly shrinks")
        scale = 1 + _norm(at)
        fresh = not columns
        used = 0 if fresh else used + 1
        if fresh:
            columns = _slopes(function, at, residual, step_size * scale)
        target = _step(field, columns, residual, at)
        moved_by = max(abs(a - b) for a, b in zip(target, at, strict=True))
        closer = _closer(field, function, at, target, size)
        if closer is None and not fresh:
            columns = []
            continue
        if closer is None:
            solved = size <= 1_000_000 * rounding * (1 + start_size)  # where no step helps, that is no root yet
            if moved_by <= 1000 * rounding * scale and solved:
                return at
            raise OutsideDomain("the residual does not shrink")
        at, residual = closer
        before, size = size, _norm(residual)
        if _WELL * size > before or used >= _LONGEST:
            columns = []
        sizes.append(size)
    raise OutsideDomain("too many steps")


def _slopes(function: Function, at: Flat, residual: Flat, h: Scalar) -> list[Flat]:
    """Difference quotients by each unknown."""
    columns = []
    for k in range(len(at)):
        moved = [x + h if i == k else x for i, x in enumerate(at)]
        columns.append([(a - b) / h for a, b in zip(function(moved), residual, strict=True)])
    return columns


def _closer(field: Field, function: Function, at: Flat, target: Flat, size: Scalar) -> tuple[Flat, Flat] | None:
    share = field.one
    for _ in range(_MOST_HALVINGS):
        between = [x + share * (y - x) for x, y in zip(at, target, strict=True)]
        try:
            residual = function(between)
            if _norm(residual) < size:
                return between, residual
        except Exhausted:
            raise
        except OutsideDomain:
            pass
        share = share / 2
    return None


def _norm(entries: Flat) -> Scalar:
    return max(map(abs, entries))


def _rounding(field: Field) -> Scalar:
    """The gap between 1 and the next number, about."""
    gap = field.one
    while field.one + gap / 2 != field.one:
        gap = gap / 2
    return gap
