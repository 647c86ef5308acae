"""The value of expressions at a point."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from gradcli.evaluate.array import Array, Scalar, Sizes
from gradcli.evaluate.errors import EvaluationError, OutsideDomain, Undefined
from gradcli.evaluate.field import Field
from gradcli.evaluate.jets import DefinedFunction
from gradcli.evaluate.opaque import Hook
from gradcli.evaluate.operations import TABLE
from gradcli.evaluate.point import PLACEHOLDERS, Evaluation, Operation, run
from gradcli.expr.node import Node


class Point(Evaluation):
    """An evaluation of the catalogue's operations."""

    table = TABLE


def evaluate(
    roots: list[Node],
    values: Mapping[Node, Array],
    sizes: Sizes,
    field: Field,
    *,
    functions: Mapping[str, Hook] | None = None,
    seed: int = 0,
    strict_kinks: bool = True,
    opaque: Collection[str] | None = None,
) -> list[Array]:
    """The values of expressions, each different subexpression computed once.

    `values` gives arrays of Fractions, or of the field's own numbers, for `var` nodes (and for any other
    node, which is then not looked into); `functions` hooks for named functions.  An opaque function and a
    cotangent that are not given are random, settled by their name and the seed.

    Raises OutsideDomain where an entry has no real value; OnKink where a comparison, a sign or the derivative
    of abs, relu, max or min meets equal numbers (with `strict_kinks=False` ties count as equal: `sign(0)` is
    0); NotExact in the exact field where a value is irrational; NotEvaluable for placeholders and names
    without value.
    """
    point = Point(values, sizes, field, functions or {}, seed, strict_kinks, opaque)
    memo = run(point, roots)
    for root in roots:
        for entry in memo[root.serial].flat:
            if isinstance(entry, Undefined):
                raise OutsideDomain(entry.reason)
    return [memo[root.serial] for root in roots]


def defined_functions(
    bodies: Mapping[str, tuple[Node, Node]],
    values: Mapping[Node, Array],
    sizes: Sizes,
    field: Field,
    *,
    functions: Mapping[str, Hook] | None = None,
    seed: int = 0,
    opaque: Collection[str] | None = None,
) -> dict[str, Hook]:
    """Hooks for functions that a program defines, `{name: (param, body)}`, for `evaluate(functions=...)`.

    A body may use other functions of the mapping, and variables.  `functions` are hooks for further names.
    """
    hooks: dict[str, Hook] = dict(functions or {})
    point = Point(values, sizes, field, hooks, seed, True, opaque)

    def constants(nodes: list[Node]) -> list[Scalar]:
        memo = run(point, nodes)
        return [memo[node.serial].flat[0] for node in nodes]

    def lazily(param: Node, body: Node) -> Hook:
        return _Lazy(lambda: DefinedFunction(field, body, param, constants, point.scalar_function))

    for name, (param, body) in bodies.items():
        hooks[name] = lazily(param, body)
    return hooks


class _Lazy:
    """Builds a function at its first call, when all of its kin have names."""

    def __init__(self, build: Callable[[], Hook]) -> None:
        self._build = build
        self._hook: Hook | None = None

    def __call__(self, order: int, x: Scalar) -> Scalar:
        if self._hook is None:
            self._hook = self._build()
        return self._hook(order, x)


__all__ = ["PLACEHOLDERS", "EvaluationError", "Operation", "Point", "defined_functions", "evaluate", "run"]
