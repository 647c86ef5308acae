"""What an expression looks like as a sum of signed terms or as a quotient of products; notation-free."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from gradcli.expr.arith import mul, split_number
from gradcli.expr.dims import quotient as size_quotient
from gradcli.expr.node import MINUS_ONE, ONE, Node, make, num, value_of
from gradcli.expr.shapes import Shape
from gradcli.record import dataclass

Names = Mapping[Node, str]


@dataclass(frozen=True, slots=True)
class Quotient:
    """`number * top[0] * top[1] ... / (bottom[0] * ...)`; scalars stand before arrays."""

    number: Fraction
    top: tuple[Node, ...]
    bottom: tuple[Node, ...]


def is_negative(node: Node, names: Names) -> bool:
    """Whether the expression is written with a leading minus."""
    if node in names:
        return False
    value = value_of(node)
    if value is None and node.op == "mul":
        value = value_of(node.args[0])
    return value is not None and value < 0


def reads_turned(left: Node, right: Node) -> bool:
    """Whether `left < right` reads better as `right > left`: a number last, names in the program's order."""
    if left.op == "num":
        return right.op != "num"
    if bool(left.shape) != bool(right.shape):
        return not left.shape
    if _is_repeated(left) != _is_repeated(right):
        return _is_repeated(left)
    return left.op == right.op == "var" and right.serial < left.serial


def _is_repeated(node: Node) -> bool:
    """Whether every row or every column of a matrix is the same list."""
    ends = (node.args[0], node.args[-1]) if node.op == "matmul" else ()
    return any(end.op == "ones" for end in ends)


def signed_terms(node: Node, names: Names) -> list[tuple[bool, Node]]:
    """The terms of an `add` with whether each is subtracted; one without a minus leads where there is one."""
    terms = [(is_negative(arg, names), arg) for arg in node.args]
    first = next((index for index, (negative, _) in enumerate(terms) if not negative), 0)
    return [terms[first], *terms[:first], *terms[first + 1 :]]


def quotient(node: Node, names: Names) -> Quotient:
    """A `mul` or a `pow` by what stands over and under its fraction bar."""
    number = Fraction(1)
    top: list[Node] = []
    bottom: list[Node] = []
    for factor in node.args if node.op == "mul" else (node,):
        value = value_of(factor)
        if factor in names:
            top.append(factor)
        elif value is not None:
            number *= value
        elif is_reciprocal(factor, names):
            bottom.append(reciprocal(factor))
        else:
            top.append(factor)
    return Quotient(number, tuple(top), tuple(bottom))


def is_reciprocal(node: Node, names: Names) -> bool:
    """Whether this is a negative power, to be written under a fraction bar."""
    if node.op != "pow" or node in names:
        return False
    exponent = node.args[1]
    return exponent not in names and split_number(exponent)[0] < 0


def reciprocal(node: Node) -> Node:
    """`b ** p` for `b ** -p`, as a node that is written as it stands."""
    base, exponent = node.args
    value, rest = split_number(exponent)
    if rest is ONE:
        flipped = num(-value)
        return base if flipped is ONE else make("pow", (base, flipped), shape=node.shape)
    return make("pow", (base, mul(MINUS_ONE, exponent)), shape=node.shape)


def merged_axes(inner: Shape, outer: Shape) -> tuple[int, ...] | None:
    """How many axes of an array make up each axis of its reshaped form; None where one is cut."""
    left = list(inner)
    counts = []
    for dim in outer:
        count, missing = 0, dim
        while missing != 1 and left:
            rest = size_quotient(missing, left.pop(0))
            if rest is None:
                return None
            missing, count = rest, count + 1
        if missing != 1:
            return None
        counts.append(count)
    return tuple(counts) if not left and all(counts) else None
