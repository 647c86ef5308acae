"""Functions of several numbers, by entry: a scalar goes with an array."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

from gradcli.expr.arith import add, mul, power
from gradcli.expr.node import ZERO, Node, make, num
from gradcli.expr.reduce import binary, compare, elementwise, where
from gradcli.expr.shapes import joint_shape

NAMES = ("atan2", "hypot", "logaddexp", "leaky_relu", "clip")


def entrywise(name: str, *args: Node) -> Node:
    """`name(a, b, ...)` of arrays of one shape and scalars."""
    return make(name, args, shape=joint_shape([arg.shape for arg in args]))


def _square(node: Node) -> Node:
    return power(node, num(2))


# What each is in other operations; atan2 is a function of its own.
DEFINITIONS: dict[str, Callable[..., Node]] = {
    "hypot": lambda a, b: power(add(_square(a), _square(b)), num(Fraction(1, 2))),
    "logaddexp": lambda a, b: elementwise("log", 0, add(elementwise("exp", 0, a), elementwise("exp", 0, b))),
    "leaky_relu": lambda x, a: where(compare(">", x, ZERO), x, mul(a, x)),
    "clip": lambda x, low, high: binary("min", binary("max", x, low), high),
}
