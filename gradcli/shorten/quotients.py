"""Shorter quotients: a divisor taken into a bracket, terms over one divisor, `sinh / cosh`, `exp / (exp + exp)`."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from gradcli.expr.arith import add, mul, power, sub
from gradcli.expr.node import Node, num
from gradcli.expr.reduce import elementwise
from gradcli.shorten.functions import is_call
from gradcli.shorten.split import Powers, entry_powers, powers_node, taken_apart, together

_TANGENTS = (("sinh", "cosh", "tanh"), ("sin", "cos", "tan"))
_MOST_TERMS = 8


def merged(node: Node) -> Iterator[Node]:
    """`1 / (q (1 + d / q))` as `1 / (q + d)`."""
    if node.op != "mul":
        return
    number, powers = entry_powers(node)
    for base, exponent in powers.items():
        if base.op != "add" or exponent.denominator != 1 or len(base.args) > _MOST_TERMS:
            continue
        divisors = {other for term in base.args for other, e in entry_powers(term)[1].items() if e < 0}
        for other, raised in powers.items():
            if other not in divisors or raised * exponent <= 0 or (other.shape and other.shape != base.shape):
                continue
            bracket = add(*(mul(other, term) for term in base.args))
            rest = {b: e for b, e in powers.items() if b is not base}
            rest[other] = raised - exponent
            yield mul(num(number), *powers_node(rest), power(bracket, num(exponent)))


def over_one_divisor(node: Node) -> Iterator[Node]:
    """`1 / a - b / a**3` as `(a**2 - b) / a**3`."""
    if node.op != "add" or len(node.args) > _MOST_TERMS:
        return
    scalars = [taken_apart(term) for term in node.args]
    for base in _divisors([part.scalars for part in scalars]):
        least = min(part.scalars[base] for part in scalars)
        if len(node.shape) == 2:
            break  # `I - r r.T / f**2` is how it is said
        inside = [together(p.number, {**p.scalars, base: p.scalars[base] - least}, *p.arrays) for p in scalars]
        if len({part.shape for part in inside}) == 1:
            yield mul(power(base, num(least)), add(*inside))


def entries_over_one_divisor(node: Node) -> Iterator[Node]:
    """`1 / x - y / x**2` of arrays as `(x - y) / x**2`."""
    if node.op != "add" or len(node.args) > _MOST_TERMS or not node.shape:
        return
    entries = [entry_powers(term) for term in node.args]
    for base in _divisors([powers for _, powers in entries]):
        if base.shape == node.shape:
            least = min(powers[base] for _, powers in entries)
            raised = [(number, {**powers, base: powers[base] - least}) for number, powers in entries]
            yield mul(power(base, num(least)), add(*(mul(num(n), *powers_node(p)) for n, p in raised)))


def _divisors(powers: list[Powers]) -> list[Node]:
    """What every term is divided by, not all alike."""
    first, *rest = powers
    return [
        base
        for base, exponent in first.items()
        if exponent < 0
        and all(other.get(base, Fraction(0)) < 0 for other in rest)
        and any(other[base] != exponent for other in rest)
    ]


def quotients_of_functions(node: Node) -> Iterator[Node]:
    """`sinh(u) / cosh(u)` as `tanh(u)`; `exp(a) / (exp(a) + exp(b))` as `sigmoid(a - b)`."""
    if node.op != "mul":
        return
    number, powers = entry_powers(node)
    for base, exponent in powers.items():
        for over, under, name in _TANGENTS:
            if exponent > 0 and is_call(base, over):
                other = elementwise(under, 0, base.args[0])
                if powers.get(other, Fraction(0)) <= -exponent:
                    rest = {**powers, other: powers[other] + exponent}
                    del rest[base]
                    tangent = elementwise(name, 0, base.args[0])
                    yield mul(num(number), *powers_node(rest), power(tangent, num(exponent)))
        if exponent < 0 and base.op == "add" and len(base.args) == 2 and all(is_call(arg, "exp") for arg in base.args):
            for up, down in (base.args, base.args[::-1]):
                raised = powers.get(up, Fraction(0))
                if raised >= 1:
                    rest = {**powers, base: exponent + 1, up: raised - 1}
                    yield mul(num(number), *powers_node(rest), elementwise("sigmoid", 0, sub(up.args[0], down.args[0])))
