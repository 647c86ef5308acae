"""Filling in a template: its names stand for expressions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gradcli.expr import arith, linear, rearrange, reduce, running, statistics
from gradcli.expr.node import Node, value_of
from gradcli.expr.shapes import Dim, Shape, normal_shape, rows
from gradcli.program.build import Builder
from gradcli.program.indices import integer
from gradcli.program.infer import Inference
from gradcli.program.options import read_options
from gradcli.program.scope import Scope
from gradcli.rules.load import numbered, template
from gradcli.syntax import ast

Function = Callable[[int, Node], Node]
"""What a rule's `g` is with so many primes, at an argument."""

_ALONG = frozenset({"spread", "count", "mean_of", "flip", "cumsum", "roll"})
_LIKE = frozenset({"ones_like", "eye_like", "diag_like", "reshape_like", "unvec_like", "over_matrices"})


class _Filler(Builder):
    """Builds templates; knows what is made like an operand (`ones_like`), and what a rule's function stands for.

    `spread(v, A)`, `count(A)`, `mean_of(A)` and what runs along an axis go along that of the operation.
    """

    def __init__(self, function: Function | None, axis: int | None) -> None:
        super().__init__(Inference(Scope()), {})
        self.function = function
        self.axis = axis

    def _call(self, expr: ast.Call, local: Mapping[str, Node]) -> Node:
        if expr.fn == "unit_like":
            model = self.build(expr.args[0], local)
            place = tuple(integer(part) or 1 for part in expr.args[1:])
            return reduce.unit_entry(model.shape, place[: len(model.shape)])
        if expr.fn in _LIKE:
            return self._like(expr, [self.build(arg, local) for arg in expr.args])
        if expr.fn in _ALONG:
            return self._along(expr.fn, [self.build(arg, local) for arg in expr.args])
        if expr.fn in ("g", "h") and self.function is not None:
            return self.function(expr.primes, self.build(expr.args[0], local))
        return super()._call(expr, local)

    def _along(self, name: str, args: list[Node]) -> Node:
        first, axis = args[0], self.axis
        match name:
            case "spread":
                return statistics.spread(first, args[1].shape, axis)
            case "count":
                return statistics.count(first.shape, axis)
            case "mean_of":
                return reduce.mean(first, axis)
            case "roll":
                return running.roll(first, int(value_of(args[1]) or 0), axis)
        return running.flip(first, axis) if name == "flip" else running.cumsum(first, axis)

    def _like(self, expr: ast.Call, args: list[Node]) -> Node:
        """An array in the shape of the last argument."""
        shape = args[-1].shape
        match expr.fn:
            case "eye_like":
                return linear.eye(shape[0] if shape else 1)
            case "diag_like":
                return _on_diagonal(args[0], shape)
            case "reshape_like":
                return rearrange.reshape(args[0], shape)
            case "over_matrices":
                return rearrange.reshape(args[0], (*shape[:-2], 1, 1))
            case "unvec_like":
                return rearrange.unvec(args[0], shape)
        if not expr.kwargs:
            return arith.ones(shape)
        return arith.ones((shape[int(read_options(self.inference, expr, ("axis",))["axis"])],))


def _on_diagonal(vector: Node, shape: Shape) -> Node:
    """A vector on the main diagonal of a matrix of this shape, zeros elsewhere."""
    m, n = shape
    if m == n:
        return linear.diag(vector)
    scalars, rest = linear.split_scalars(vector)
    k = rows(vector.shape)
    inner = (_band(m, n),) if rest.op == "ones" else (_band(m, k), linear.diag(rest), _band(k, n))
    return arith.mul(*scalars, linear.matmul(*inner))


def _band(m: Dim, n: Dim) -> Node:
    """The m x n matrix with ones on its main diagonal."""
    if m == n:
        return linear.eye(m)
    return reduce.triangle("triu", reduce.triangle("tril", arith.ones(normal_shape((m, n))), 0), 0)


def fill(
    formula: str,
    values: Mapping[str, Node],
    function: Function | None = None,
    integers: Mapping[str, int] | None = None,
    axis: int | None = None,
) -> Node:
    """The expression of a formula, its names being `values`.

    `function` gives what `g` or `h` is with so many primes at an argument; `integers` are names for numbers where the
    language wants one as it is, in an index or a power; `axis` is that of the operation.
    """
    tree = template(formula) if not integers else numbered(formula, tuple(integers.items()))
    return _Filler(function, axis).build(tree, values)
