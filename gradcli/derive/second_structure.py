"""Second derivatives by matrices with a structure: what `structure` makes of a gradient, made of each pair of axes."""

from __future__ import annotations

from fractions import Fraction

from gradcli.expr.arith import add, mul, neg, ones, sub
from gradcli.expr.contraction import contract
from gradcli.expr.linear import eye
from gradcli.expr.node import Node, has_attribute, name_of, num
from gradcli.expr.reduce import triangle
from gradcli.expr.shapes import Dim
from gradcli.rules.missing import NoRule


def structured_second(value: Node, variables: tuple[tuple[Node, Node], ...], structure: str) -> Node:
    """A Hessian, every entry taken as free, by `entries` or `tangent` directions of the variables.

    `variables` holds each variable with its declared twin, whose axes stand one after the other.  The directions of a
    linear structure are the same everywhere, so each pair of axes is projected for itself.  Raises NoRule for
    orthogonal matrices, whose directions turn as the matrix moves.
    """
    place = 0
    for variable, declared in variables:
        if len(variable.shape) == 2:
            value = _along(value, place, declared, structure)
        place += len(variable.shape)
    return value


def _along(value: Node, place: int, known: Node, structure: str) -> Node:
    """The same operation on the axes `place` and `place + 1`."""
    dims: dict[int, Dim] = dict(enumerate(value.shape))
    letters = tuple(range(len(value.shape)))
    pair = letters[place : place + 2]

    def masked(mask: Node) -> Node:
        return contract([(value, letters), (mask, pair)], letters, dims)

    unit = has_attribute(known, "unit")
    size = value.shape[place]
    if has_attribute(known, "diagonal") or (has_attribute(known, "lower") and has_attribute(known, "upper")):
        return sub(value, value) if unit else masked(eye(size))
    if has_attribute(known, "orthogonal"):
        said = f"The second derivative by {name_of(known)} among orthogonal matrices holds the gradient too"
        raise NoRule("E403", f"{said}, and is not known here: differentiate grad(f, {name_of(known)}).")
    if has_attribute(known, "symmetric"):
        turned = (*letters[:place], pair[1], pair[0], *letters[place + 2 :])
        both = add(value, contract([(value, turned)], letters, dims))
        if structure == "tangent":
            return mul(num(Fraction(1, 2)), both)
        return add(both, neg(masked(eye(size))))
    if has_attribute(known, "lower"):
        return masked(triangle("tril", ones((size, size)), -int(unit)))
    if has_attribute(known, "upper"):
        return masked(triangle("triu", ones((size, size)), int(unit)))
    return value
