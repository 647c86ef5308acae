"""Filling in a template: its names stand for expressions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from gradcli.expr import arith, linear, reduce, running, statistics
from gradcli.expr.node import Node, make, value_of
from gradcli.expr.shapes import Dim
from gradcli.program.build import Builder
from gradcli.program.indices import integer
from gradcli.program.infer import Inference
from gradcli.program.options import read_options
from gradcli.program.scope import Scope
from gradcli.rules.load import all_rules, template
from gradcli.rules.missing import NoRule
from gradcli.syntax import ast

PARAMETER = make("param", data="t")
_HIGHEST_ORDER = 12


class _Filler(Builder):
    """Builds templates; knows `ones_like`, `eye_like`, `unit_like` and the function that `g` stands for.

    `spread(v, A)`, `count(A)` and `mean_of(A)` are along the axis of the operation whose rule it is.
    """

    def __init__(self, function: tuple[str, int] | None = None, axis: int | None = None) -> None:
        super().__init__(Inference(Scope()), {})
        self.function = function
        self.axis = axis

    def _call(self, expr: ast.Call, local: Mapping[str, Node]) -> Node:
        if expr.fn in ("ones_like", "eye_like", "unit_like"):
            model = self.build(expr.args[0], local)
            if expr.fn == "unit_like":
                return reduce.unit_entry(model.shape, tuple(integer(part) or 1 for part in expr.args[1:]))
            if expr.fn == "eye_like":
                return linear.eye(model.shape[0] if model.shape else 1)
            if not expr.kwargs:
                return arith.ones(model.shape)
            axis = int(read_options(self.inference, expr, ("axis",))["axis"])
            dim: Dim = model.shape[axis]
            return arith.ones((dim,))
        if expr.fn in ("spread", "count", "mean_of"):
            first, *more = (self.build(arg, local) for arg in expr.args)
            if expr.fn == "spread":
                return statistics.spread(first, more[0].shape, self.axis)
            return statistics.count(first.shape, self.axis) if expr.fn == "count" else reduce.mean(first, self.axis)
        if expr.fn in ("flip", "cumsum", "roll"):
            first, *more = (self.build(arg, local) for arg in expr.args)
            if expr.fn == "roll":
                return running.roll(first, int(value_of(more[0]) or 0), self.axis)
            return running.flip(first, self.axis) if expr.fn == "flip" else running.cumsum(first, self.axis)
        if expr.fn == "g" and self.function is not None:
            name, order = self.function
            return derivative_at(name, order + expr.primes, self.build(expr.args[0], local))
        return super()._call(expr, local)


def fill(
    formula: str, values: Mapping[str, Node], function: tuple[str, int] | None = None, axis: int | None = None
) -> Node:
    """The expression of a formula, its names being `values`; `function` is what `g` stands for."""
    return _Filler(function, axis).build(template(formula), values)


def is_known(name: str) -> bool:
    """Whether the derivative of a scalar function is given by a rule (else it is opaque or defined by the user)."""
    rule = all_rules().get(name)
    return rule is not None and rule.derivative is not None


def derivative_at(name: str, order: int, arg: Node) -> Node:
    """The derivative of a scalar function at `arg`: a formula where a rule gives one, else `g'(arg)`."""
    if order == 0 or not is_known(name):
        return reduce.elementwise(name, order, arg)
    if order > _HIGHEST_ORDER:
        raise NoRule("E402", f"The derivatives of {name} are written out up to order {_HIGHEST_ORDER}, not {order}.")
    from gradcli.expr.replace import replace

    return _broadcast(replace([known_derivative(name, order)], {PARAMETER: arg})[0], arg)


def _broadcast(value: Node, arg: Node) -> Node:
    """A constant derivative has the shape of the argument."""
    return value if value.shape == arg.shape else arith.mul(value, arith.ones(arg.shape))


@cache
def known_derivative(name: str, order: int) -> Node:
    """The formula of a derivative of a function of the language, over PARAMETER."""
    if order == 1:
        text = all_rules()[name].derivative
        assert text is not None
        return fill(text, {"t": PARAMETER})
    from gradcli.rules.scalar import differentiate, multiplied_out

    body = differentiate(known_derivative(name, order - 1), PARAMETER)
    return body if order == 2 else multiplied_out(body)
