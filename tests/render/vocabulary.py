"""The values that the renderer tests write expressions with."""

from __future__ import annotations

from fractions import Fraction

from gradcli.expr.node import Node, make, num, var

A, B = var("A", ("n", "n")), var("B", ("n", "n"))
W, X = var("W", ("m", "n")), var("X", ("m", "n"))
x, z, w = var("x", ("n",)), var("z", ("n",)), var("w", ("n",))
u, y = var("u", ("m",)), var("y", ("m",))
r = var("r", (1, "n"))
s, t, p = var("s", ()), var("t", ()), var("p", ())
TENSOR = var("C", ("i", "j", "k"))
n = make("dim", data="n")
seed_y = make("cotangent", data=("f", "y"), shape=("m",))
seed_u = make("cotangent", data=("f", "u"), shape=("m",))


def frac(top: int, bottom: int) -> Node:
    """A rational constant."""
    return num(Fraction(top, bottom))


def elem(name: str, order: int, arg: Node) -> Node:
    """A function of every entry."""
    return make("elem", (arg,), data=(name, order), shape=arg.shape)
