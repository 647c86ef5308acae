"""Expressions taken apart: a number, scalars with their exponents, and what is left as factors in a row."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gradcli.expr.arith import base_and_exponent, mul, power, split_number
from gradcli.expr.linear import matmul, transpose
from gradcli.expr.node import Node, num, value_of
from gradcli.expr.shapes import is_row
from gradcli.record import dataclass

Powers = dict[Node, Fraction]


@dataclass(frozen=True, slots=True)
class Product:
    """`number * scalars * arrays`: `arrays` are multiplied by entry, or one of them is a `chain` of matrix factors."""

    number: Fraction
    scalars: Powers
    arrays: tuple[Node, ...]

    @property
    def chain(self) -> tuple[Node, ...] | None:
        """The factors of a matrix product; None where several arrays are multiplied by entry."""
        if len(self.arrays) != 1:
            return None
        (array,) = self.arrays
        return array.args if array.op == "matmul" else (array,)


def taken_apart(node: Node) -> Product:
    """A product taken apart."""
    number, rest = split_number(node)
    scalars: Powers = {}
    arrays: list[Node] = []
    for factor in rest.args if rest.op == "mul" else (rest,):
        if factor.shape:
            arrays.append(factor)
            continue
        base, exponent = base_and_exponent(factor)
        value = value_of(exponent)
        if value is None:
            base, value = factor, Fraction(1)
        scalars[base] = scalars.get(base, Fraction(0)) + value
    scalars.pop(num(1), None)
    return Product(number, scalars, tuple(arrays))


def entry_powers(node: Node) -> tuple[Fraction, Powers]:
    """`(number, {base: exponent})` of a product by entry, scalars among them."""
    number, rest = split_number(node)
    powers: Powers = {}
    for factor in rest.args if rest.op == "mul" else (rest,):
        base, exponent = base_and_exponent(factor)
        value = value_of(exponent)
        if value is None:
            base, value = factor, Fraction(1)
        powers[base] = powers.get(base, Fraction(0)) + value
    return number, powers


def powers_node(powers: Mapping[Node, Fraction]) -> list[Node]:
    """The factors again."""
    return [power(base, num(exponent)) for base, exponent in powers.items() if exponent]


def together(number: Fraction, scalars: Mapping[Node, Fraction], *arrays: Node) -> Node:
    """The product again."""
    return mul(num(number), *powers_node(scalars), *arrays)


def chained(factors: tuple[Node, ...]) -> Node:
    """A matrix product of one or more factors."""
    return factors[0] if len(factors) == 1 else matmul(*factors)


def outer_product(chain: tuple[Node, ...]) -> tuple[Node, Node] | None:
    """The columns c and r of a matrix product `c @ r.T`; None of a product of matrices alone."""
    for place, factor in enumerate(chain):
        if place and is_row(factor.shape):
            column = chained(chain[:place])
            return (column, transpose(chained(chain[place:]))) if len(column.shape) == 1 else None
    return None


def divided(whole: Mapping[Node, Fraction], part: Mapping[Node, Fraction], times: Fraction) -> Powers | None:
    """The powers without `part ** times`, where all of that is in them; else None."""
    left = dict(whole)
    for base, exponent in part.items():
        wanted = exponent * times
        there = left.get(base, Fraction(0))
        if wanted * there <= 0 or abs(there) < abs(wanted):
            return None
        left[base] = there - wanted
        if not left[base]:
            del left[base]
    return left
