"""Operations on matrices as wholes: products, powers, factorisations, functions of a matrix."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from gradcli.evaluate import matrices, spectral
from gradcli.evaluate.array import Array, Scalar, as_matrix, full
from gradcli.evaluate.errors import OutsideDomain, Undefined
from gradcli.evaluate.factorise import factorised
from gradcli.evaluate.field import Field
from gradcli.evaluate.point import Evaluation as Point
from gradcli.evaluate.point import Operation
from gradcli.expr.factor import parts_of
from gradcli.expr.node import Node, payload

_LARGEST_EXPONENT = 1_000


def _rows(a: Array) -> matrices.Rows:
    m, n = as_matrix(a)
    return [a.flat[i * n : (i + 1) * n] for i in range(m)]


def _from_rows(rows: matrices.Rows, shape: tuple[int, ...]) -> Array:
    return Array(shape, [x for row in rows for x in row])


def matmul(point: Point, node: Node, args: list[Array]) -> Array:
    factors = [_rows(a) for a in args]
    if len(factors[-1][0]) == 1:  # a column: from the right there are only vectors
        result = factors[-1]
        for factor in reversed(factors[:-1]):
            result = matrices.product(point.field, factor, result)
    else:
        result = factors[0]
        for factor in factors[1:]:
            result = matrices.product(point.field, result, factor)
    return _from_rows(result, point.shape(node))


def transpose(point: Point, node: Node, args: list[Array]) -> Array:
    m, n = as_matrix(args[0])
    return Array(point.shape(node), [args[0].flat[i * n + j] for j in range(n) for i in range(m)])


def of_matrix(compute: Callable[[Point, Node, matrices.Rows], matrices.Rows]) -> Operation:
    """A function of a matrix as a whole; undefined where one entry is."""

    def operation(point: Point, node: Node, args: list[Array]) -> Array:
        rows, shape = _rows(args[0]), point.shape(node)
        bad = matrices.undefined_in(rows)
        if bad is None:
            try:
                return _from_rows(compute(point, node, rows), shape)
            except OutsideDomain as trouble:
                bad = Undefined(str(trouble))
        return full(shape, bad)

    return operation


def frechet(point: Point, node: Node, args: list[Array]) -> Array:
    direction = _rows(args[1])
    bad = matrices.undefined_in(direction)
    if bad is not None:
        return full(point.shape(node), bad)
    return of_matrix(lambda p, n, rows: spectral.exponential_derivative(p.field, rows, direction))(point, node, args)


def of_each(compute: Callable[[Field, matrices.Rows], matrices.Rows]) -> Operation:
    """A function of each matrix of a stack; undefined for one in which an entry is."""

    def operation(point: Point, node: Node, args: list[Array]) -> Array:
        n, shape = args[0].shape[-1], point.shape(node)
        flat: list[Scalar] = []
        for start in range(0, len(args[0].flat), n * n):
            rows = [args[0].flat[start + i * n : start + (i + 1) * n] for i in range(n)]
            bad = matrices.undefined_in(rows)
            found: matrices.Rows | None = None
            if bad is None:
                try:
                    found = compute(point.field, rows)
                except OutsideDomain as trouble:
                    bad = Undefined(str(trouble))
            count = n * n if len(shape) == len(args[0].shape) else 1
            flat += [bad] * count if found is None or bad is not None else [x for row in found for x in row]
        return Array(shape, flat)

    return operation


def of_matrices(compute: Callable[..., matrices.Rows]) -> Operation:
    """A function of several matrices as wholes, `compute(field, rows, ...)`; undefined where one entry is."""

    def operation(point: Point, node: Node, args: list[Array]) -> Array:
        every = [_rows(a) for a in args]
        shape = point.shape(node)
        bad = next((found for found in map(matrices.undefined_in, every) if found is not None), None)
        if bad is None:
            try:
                return _from_rows(compute(point.field, *every), shape)
            except OutsideDomain as trouble:
                bad = Undefined(str(trouble))
        return full(shape, bad)

    return operation


def matrix_power(point: Point, node: Node, args: list[Array]) -> Array:
    """`A ^ k`: by the inverse where k is negative."""
    exponent = args[1].flat[0]
    if isinstance(exponent, Undefined):
        return full(point.shape(node), exponent)
    k = point.field.integer(exponent)
    if k is None or abs(k) > _LARGEST_EXPONENT:
        return full(point.shape(node), Undefined("a matrix power whose exponent is no small whole number"))
    return of_matrices(lambda field, rows, _: matrices.whole_power(field, rows, k))(point, node, args)


def factor(point: Point, node: Node, args: list[Array]) -> Array:
    """A component of a factorisation, which is found once for all of them."""
    kind, part = parts_of(node)
    key = (kind, node.args[0].serial)
    if key not in point.factorised:
        rows = _rows(args[0])
        bad = matrices.undefined_in(rows)
        if bad is None:
            try:
                point.factorised[key] = factorised(point.field, kind, rows)
            except OutsideDomain as trouble:
                bad = Undefined(str(trouble))
        if bad is not None:
            point.factorised[key] = bad
    found = point.factorised[key]
    shape = point.shape(node)
    if isinstance(found, Undefined):
        return full(shape, found)
    rows = found[part]
    if len(rows) * len(rows[0]) != prod(shape):
        return full(shape, Undefined(f"{kind} of a wide matrix"))
    return _from_rows(rows, shape)


def triangle(keeps: Callable[[int, int], bool]) -> Operation:
    def operation(point: Point, node: Node, args: list[Array]) -> Array:
        m, n = as_matrix(args[0])
        k, flat = payload(node, int), args[0].flat
        kept = [flat[i * n + j] if keeps(j - i, k) else point.field.zero for i in range(m) for j in range(n)]
        return Array(args[0].shape, kept)

    return operation


def kron(point: Point, node: Node, args: list[Array]) -> Array:
    a, b = _rows(args[0]), _rows(args[1])
    return _from_rows([[x * y for x in row for y in other] for row in a for other in b], point.shape(node))
