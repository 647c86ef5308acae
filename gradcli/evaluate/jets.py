"""Functions that a program defines, `g(t) = ...`, with derivatives of every order by Taylor arithmetic.

A jet is the list of the first Taylor coefficients of a value as a function of the parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from math import factorial

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import NotEvaluable, OnKink, OutsideDomain, Undefined
from gradcli.evaluate.field import Field
from gradcli.evaluate.opaque import Hook
from gradcli.expr.node import Node
from gradcli.expr.walk import postorder
from gradcli.ops.passes import Pass

Jet = list[Scalar]
Derivatives = Callable[[str, int, Scalar], Scalar]
"""`(name, order, x)`: the derivative of a scalar function at a number."""


class DefinedFunction:
    """`body` as a function of `param`, elementwise.

    `constants` evaluates the parts that do not depend on the parameter, once; `scalar` gives derivatives of
    the functions that the body calls, `scalar(name, order, x)`.
    """

    def __init__(
        self,
        field: Field,
        body: Node,
        param: Node,
        constants: Callable[[list[Node]], list[Scalar]],
        scalar: Derivatives,
    ) -> None:
        self._field = field
        self._body = body
        self._scalar = scalar
        moving = {param.serial}
        order = postorder(body)
        for node in order:
            if any(arg.serial in moving for arg in node.args):
                moving.add(node.serial)
        self._nodes = [node for node in order if node.serial in moving]
        self._param = param
        fixed = list({a: None for n in self._nodes for a in n.args if a.serial not in moving})
        if body.serial not in moving:
            fixed.append(body)
        self._fixed = dict(zip(fixed, constants(fixed), strict=True))

    def __call__(self, order: int, x: Scalar) -> Scalar:
        """The derivative of this order at x.  Raises OutsideDomain, OnKink, NotExact or NotEvaluable."""
        jets: dict[Node, Jet | Undefined] = {}
        zeros = [self._field.zero] * order
        for node, value in self._fixed.items():
            jets[node] = value if isinstance(value, Undefined) else [value, *zeros]
        slope = [self._field.one, *zeros[1:]] if order else []
        for node in self._nodes:
            if node is self._param:
                jets[node] = [x, *slope]
                continue
            try:
                jets[node] = self._apply(node, [jets[arg] for arg in node.args], order)
            except OutsideDomain as trouble:
                jets[node] = Undefined(str(trouble))
        result = jets[self._body]
        if isinstance(result, Undefined):
            raise OutsideDomain(result.reason)
        return result[order] * factorial(order)

    def _apply(self, node: Node, args: list[Jet | Undefined], order: int) -> Jet | Undefined:
        if node.op == "where":
            condition = args[0]
            if isinstance(condition, Undefined):
                return condition
            return args[1] if condition[0] != 0 else args[2]
        jets: list[Jet] = []
        for arg in args:
            if isinstance(arg, Undefined):
                return arg
            jets.append(arg)
        rule = TABLE.get(node.op)
        if rule is not None:
            return rule(self._field, jets, order)
        if node.op == "elem" and isinstance(node.data, tuple):
            name, primes = node.data
            return compose(self._field, self._scalar, str(name), int(primes), jets[0])
        if node.op == "cmp":
            return compare(self._field, jets, order)
        raise NotEvaluable(f"{node.op} inside the definition of a scalar function")


def compose(field: Field, scalar: Derivatives, name: str, primes: int, inner: Jet) -> Jet:
    """The jet of a function with so many primes, of a jet."""
    order = len(inner) - 1
    outer = [scalar(name, primes + k, inner[0]) / factorial(k) for k in range(order + 1)]
    step = [field.zero, *inner[1:]]
    result = [outer[order], *[field.zero] * order]
    for k in range(order - 1, -1, -1):
        result = multiply(field, result, step)
        result[0] = result[0] + outer[k]
    return result


def compare(field: Field, jets: list[Jet], order: int) -> Jet:
    """The jet of `a < b`.  Raises OnKink for equal numbers."""
    a, b = jets[0][0], jets[1][0]
    if a == b:
        raise OnKink("a comparison of equal numbers")
    return [field.one if a < b else field.zero, *[field.zero] * order]


def multiply(field: Field, a: Jet, b: Jet) -> Jet:
    """The product of two jets of one length."""
    return [field.total([a[i] * b[k - i] for i in range(k + 1)]) for k in range(len(a))]


def add(field: Field, jets: list[Jet], order: int) -> Jet:
    """The sum."""
    return [field.total([jet[k] for jet in jets]) for k in range(order + 1)]


def _mul(field: Field, jets: list[Jet], order: int) -> Jet:
    result = jets[0]
    for jet in jets[1:]:
        result = multiply(field, result, jet)
    return result


def extreme(sign: int) -> Callable[[Field, list[Jet], int], Jet]:
    """The larger of two, or the smaller.  Raises OnKink for equal numbers."""

    def choose(field: Field, jets: list[Jet], order: int) -> Jet:
        a, b = jets
        if a[0] == b[0]:
            if order:
                raise OnKink("max or min of equal numbers")
            return a
        return a if (a[0] > b[0]) == (sign > 0) else b

    return choose


def power(field: Field, jets: list[Jet], order: int) -> Jet:
    """Base and exponent.  Raises OutsideDomain."""
    base, exponent = jets
    if any(term != 0 for term in exponent[1:]):
        if base[0] <= 0:
            raise OutsideDomain("a varying power of a number that is not positive")
        logs = _logarithm(field, base, order)
        return _exponential(field, multiply(field, logs, exponent), order)
    p = exponent[0]
    k = field.integer(p)
    if base[0] == 0 and k is not None and k >= 0:
        result = [field.one, *[field.zero] * order]
        for _ in range(min(k, order + 1)):
            result = multiply(field, result, base)
        return [field.zero] * (order + 1) if k > order else result
    out = [field.power(base[0], p)]
    if order and base[0] == 0:
        raise OutsideDomain("the derivative of a fractional power of 0")
    for n in range(order):
        terms = [(p * i - (n + 1 - i)) * base[i] * out[n + 1 - i] for i in range(1, n + 2)]
        out.append(field.total(terms) / (base[0] * (n + 1)))
    return out


def _logarithm(field: Field, a: Jet, order: int) -> Jet:
    out = [field.function("log", a[0])]
    for n in range(1, order + 1):
        total = field.total([i * out[i] * a[n - i] for i in range(1, n)]) / n
        out.append((a[n] - total) / a[0])
    return out


def _exponential(field: Field, a: Jet, order: int) -> Jet:
    out = [field.function("exp", a[0])]
    for n in range(1, order + 1):
        out.append(field.total([i * a[i] * out[n - i] for i in range(1, n + 1)]) / n)
    return out


def _same(field: Field, jets: list[Jet], order: int) -> Jet:
    return jets[0]


def _held(field: Field, jets: list[Jet], order: int) -> Jet:
    return [jets[0][0], *[field.zero] * order]


_OPERATIONS: dict[str, Callable[[Field, list[Jet], int], Jet]] = {
    "add": add,
    "mul": _mul,
    "matmul": _mul,
    "pow": power,
    "max": extreme(1),
    "min": extreme(-1),
    "stop": _held,
    "T": _same,
    "sum": _same,
}
TABLE = Pass("Taylor series", _OPERATIONS)

__all__ = ["DefinedFunction", "Hook", "add", "compare", "compose", "extreme", "multiply", "power"]
