"""Values that an equation settles, by Newton's method: exactly where the equation is linear."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod

from gradcli.evaluate.array import Array, Scalar
from gradcli.evaluate.errors import EvaluationError, NotExact, OutsideDomain, Undefined
from gradcli.evaluate.field import Field
from gradcli.evaluate.matrices import inverse
from gradcli.evaluate.point import Evaluation as Point
from gradcli.evaluate.point import run
from gradcli.expr.implicit import equation_of
from gradcli.expr.node import Node

_MOST_STEPS = 60
_MOST_HALVINGS = 30
_STARTS = ((0, 1), (1, 1), (-1, 3), (2, 1), (1, 4))

Flat = list[Scalar]
Function = Callable[[Flat], Flat]


def solve_equation(point: Point, node: Node, args: list[Array]) -> Array:
    """The unknown at which the residual is zero: from 0 and a few other places, the first solution that is reached.

    Undefined where none is reached.  Raises NotExact in the exact field where the equation is not linear.
    """
    unknown, parameters, residual = equation_of(node)
    shape = point.shape(node)
    given = dict(zip(parameters, args, strict=True))

    def function(entries: Flat) -> Flat:
        values = {**point.values, **given, unknown: Array(shape, entries)}
        inner = type(point)(
            values, point.sizes, point.field, point.functions, point.seed, point.strict_kinks, point.opaque
        )
        flat = run(inner, [residual])[residual.serial].flat
        for entry in flat:
            if isinstance(entry, Undefined):
                raise OutsideDomain(entry.reason)
        return flat

    for arg in args:
        for entry in arg.flat:
            if isinstance(entry, Undefined):
                return Array(shape, [entry] * prod(shape))
    try:
        return Array(shape, _solution(point.field, function, prod(shape)))
    except NotExact:
        raise
    except EvaluationError as trouble:
        return Array(shape, [Undefined(f"the equation for {_label(unknown)} was not solved: {trouble}")] * prod(shape))


def _label(unknown: Node) -> str:
    return str(unknown.data[0]) if isinstance(unknown.data, tuple) else "it"


def _solution(field: Field, function: Function, count: int) -> Flat:
    linear = _linear(field, function, count)
    if linear is not None:
        return linear
    if field.exact:
        raise NotExact("the solution of an equation that is not linear")
    trouble: EvaluationError = OutsideDomain("no start was found")
    for top, bottom in _STARTS:
        start = [field.number(Fraction(top * (i + 1 if i % 2 else 1), bottom)) for i in range(count)]
        try:
            return _newton(field, function, start)
        except EvaluationError as failure:
            trouble = failure
    raise trouble


def _linear(field: Field, function: Function, count: int) -> Flat | None:
    """The solution of an equation that is linear; None where one step shows that it is not."""
    try:
        zero = [field.zero] * count
        at_zero = function(zero)
        columns = []
        for k in range(count):
            unit = [field.one if i == k else field.zero for i in range(count)]
            columns.append([a - b for a, b in zip(function(unit), at_zero, strict=True)])
        solution = _step(field, columns, at_zero, zero)
        twice = [2 * x + 1 for x in solution]
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
    rows = [list(row) for row in zip(*columns, strict=True)]
    undone = inverse(field, rows)
    return [x - sum(a * r for a, r in zip(row, residual, strict=True)) for x, row in zip(at, undone, strict=True)]


def _newton(field: Field, function: Function, at: Flat) -> Flat:
    """Newton's method with difference quotients, steps halved until the residual shrinks."""
    rounding = _rounding(field)
    step_size = field.function("sqrt", rounding)
    residual = function(at)
    size = _norm(residual)
    for _ in range(_MOST_STEPS):
        if size == 0:
            return at
        scale = 1 + _norm(at)
        h = step_size * scale
        columns = []
        for k in range(len(at)):
            moved = [x + h if i == k else x for i, x in enumerate(at)]
            columns.append([(a - b) / h for a, b in zip(function(moved), residual, strict=True)])
        target = _step(field, columns, residual, at)
        moved_by = max(abs(a - b) for a, b in zip(target, at, strict=True))
        closer = _closer(field, function, at, target, size)
        if closer is None:
            if moved_by <= 1000 * rounding * scale:
                return at
            raise OutsideDomain("the residual does not shrink")
        at, residual = closer
        size = _norm(residual)
    raise OutsideDomain("too many steps")


def _closer(field: Field, function: Function, at: Flat, target: Flat, size: Scalar) -> tuple[Flat, Flat] | None:
    share = field.one
    for _ in range(_MOST_HALVINGS):
        between = [x + share * (y - x) for x, y in zip(at, target, strict=True)]
        try:
            residual = function(between)
            if _norm(residual) < size:
                return between, residual
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
