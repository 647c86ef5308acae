"""Expressions to index polynomials."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Protocol

from gradcli.expr.definitions import written_out
from gradcli.expr.node import Node, payload, value_of
from gradcli.expr.walk import postorder
from gradcli.normal import calculus, functions, powers, rules, units
from gradcli.normal.arrays import Array
from gradcli.normal.indicators import has_indicator
from gradcli.normal.operations import lowered
from gradcli.normal.poly import Factor, Poly, TooLarge, rational
from gradcli.ops.payload import Applied

MOST_NODES = 20_000


class Defined(Protocol):
    """A scalar function by definition: `body` over the node `param`; without a body it is arbitrary."""

    @property
    def param(self) -> Node | None:
        """The argument."""

    @property
    def body(self) -> Node | None:
        """The value."""


__all__ = ["Lowering", "rules"]  # the rules of products, which are told to what is below them


class Lowering:
    """Lowers expressions; what was lowered once is kept."""

    def __init__(self, defined: Mapping[str, Defined] | None = None) -> None:
        self._defined = defined or {}
        self._memo: dict[int, Array] = {}
        self._bodies: dict[tuple[str, int], Poly] = {}

    def array(self, root: Node) -> Array:
        """The index form of an expression.

        Raises TooLarge, Unsupported, ZeroDivisionError (there is no value anywhere).
        """
        order = postorder(root)
        if len(order) > MOST_NODES:
            raise TooLarge("an expression with too many parts")
        for node in order:
            if node.serial not in self._memo:
                self._memo[node.serial] = self._lowered(node)
        return self._memo[root.serial]

    def poly(self, root: Node) -> Poly:
        """The polynomial alone; its free indices are the axes in order (a vector has one, row or column)."""
        return self.array(root).poly

    def _lowered(self, node: Node) -> Array:
        args = [self._memo[arg.serial] for arg in node.args]
        found = self._of_factors(node)
        if found is not None:
            return found
        written = written_out(node)
        if written is not None:
            return self.array(written)
        if node.op == "elem":
            return Array(self._function(node, args[0].poly), args[0].axes)
        return lowered(node, args)

    def _of_factors(self, node: Node) -> Array | None:
        """A root, a power, `log` or `abs` of a product with powers of sums: those are not multiplied out first."""
        q = value_of(node.args[1]) if node.op == "pow" else None
        if q is None and (node.op != "elem" or node.data not in (("log", 0), ("abs", 0))):
            return None
        base = node.args[0]
        parts = [_base_and_power(part) for part in (base.args if base.op == "mul" else (base,))]
        if not any(inner.op == "add" and abs(k) > 1 for inner, k in parts):
            return None
        known = [self._memo.get(inner.serial) for inner, _ in parts]
        axes = self._memo[base.serial].axes
        content, factors = Fraction(1), list[Factor]()
        for (_, k), array in zip(parts, known, strict=True):
            if array is None or array.axes not in ((), axes) or has_indicator(array.poly):
                return None
            number_part, units_of_part = units.factored(array.poly)
            content *= powers.whole_power(number_part, k)
            factors.extend((a, idx, rational(exponent * k)) for a, idx, exponent in units_of_part)
        collected = units.collected(factors)
        if q is not None:
            return Array(powers.power_of_units(content, collected, rational(q)), axes)
        of_units = functions.log_of_units if node.data == ("log", 0) else functions.absolute_of_units
        return Array(of_units(content, collected), axes)

    def _function(self, node: Node, arg: Poly) -> Poly:
        name, order = payload(node, Applied)
        function = self._defined.get(name)
        if function is None or function.body is None or function.param is None:
            return functions.named(name, order, arg)
        return calculus.evaluated(self._body(name, order, function), arg)

    def _body(self, name: str, order: int, function: Defined) -> Poly:
        if (name, 0) not in self._bodies:
            assert function.body is not None and function.param is not None
            inner = Lowering(self._defined)
            inner._memo[function.param.serial] = Array(calculus.argument(), ())
            self._bodies[name, 0] = inner.poly(function.body)
        for k in range(1, order + 1):
            if (name, k) not in self._bodies:
                self._bodies[name, k] = calculus.differentiated(self._bodies[name, k - 1])
        return self._bodies[name, order]


def _base_and_power(node: Node) -> tuple[Node, int]:
    """`(b, k)` with the node `b ** k`, k whole."""
    k = value_of(node.args[1]) if node.op == "pow" else None
    return (node.args[0], int(k)) if k is not None and k.denominator == 1 else (node, 1)
