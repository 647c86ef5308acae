"""Expressions in pieces, taken apart: what an expression is on one side of a branch."""

from __future__ import annotations

from collections.abc import Iterable

from gradcli.expr.arith import add, is_zero, mul, neg, ones, power, sub, zeros
from gradcli.expr.node import MINUS_ONE, ONE, ZERO, Node, num, value_of
from gradcli.expr.ops import rebuild
from gradcli.expr.reduce import binary, compare, elementwise, where
from gradcli.expr.statistics import EXTREMES
from gradcli.expr.walk import postorder, transform
from gradcli.ops.functions import scalar_function

# Operations of which an entry depends on the same entries of the operands alone.
ENTRYWISE = frozenset(["add", "mul", "pow", "elem", "cmp", "max", "min", "where", "atan2", "hypot", "logaddexp"])
_KINKED = frozenset({"abs", "relu", "sign"})


def written_out(roots: list[Node]) -> list[Node]:
    """The expressions with `clip`, `hardtanh` and `leaky_relu` in comparisons and extremes."""

    def visit(node: Node, args: tuple[Node, ...]) -> Node:
        if node.op == "clip":
            return binary("min", binary("max", args[0], args[1]), args[2])
        if node.op == "leaky_relu":
            return where(compare("<", ZERO, args[0]), args[0], mul(args[0], args[1]))
        if node.op == "elem" and node.data == ("hardtanh", 0):
            return binary("min", binary("max", args[0], MINUS_ONE), ONE)
        return rebuild(node, args)

    return transform(roots, visit)


def turning(node: Node) -> Node | None:
    """The number whose sign settles what an operation is, where it is one that is taken apart here."""
    if node.op in ("cmp", "max", "min"):
        gap = sub(node.args[0], node.args[1])
        # the largest entry may be equal to another number on more than a null set
        return None if any(part.op in EXTREMES for part in postorder(gap)) else gap
    if node.op == "elem":
        row = scalar_function(node.op, node.data)
        if row is not None and row.name in _KINKED:
            return node.args[0]
        if row is not None and row.name == "log":
            return _squared(node.args[0])
    if node.op == "pow":
        p = value_of(node.args[1])
        if p is not None and p.denominator != 1:
            return _squared(node.args[0])
    return None


def _squared(base: Node) -> Node | None:
    """What is squared in a product that is a factor of."""
    for factor in base.args if base.op == "mul" else (base,):
        p = value_of(factor.args[1]) if factor.op == "pow" else None
        if p is not None and p.denominator == 1 and p % 2 == 0 and not factor.args[0].op.startswith("norm"):
            return factor.args[0]
    return None


def first_turning(roots: Iterable[Node]) -> Node | None:
    """A number that settles a piece and has no pieces itself; None where nothing is in pieces."""
    for node in postorder(list(roots)):
        found = turning(node)
        if found is not None and any(part.op in ("var", "param", "cotangent", "dim") for part in postorder(found)):
            return found
    return None


def is_apart(roots: list[Node]) -> bool:
    """Whether each entry of the roots depends on its own entry alone of every array that is in pieces."""
    pieces: set[Node] = set()
    for node in postorder(roots):
        inside = any(arg in pieces for arg in node.args)
        if inside and node.op not in ENTRYWISE:
            return False
        found = turning(node)
        if inside or (found is not None and found.shape):
            pieces.add(node)
    return True


def on_side(roots: list[Node], number: Node, sign: int) -> list[Node]:
    """The expressions where a number is negative (-1), zero or positive (1).  Raises ZeroDivisionError."""
    opposite = neg(number)

    def visit(node: Node, args: tuple[Node, ...]) -> Node:
        found = turning(node)
        if found is number:
            return _piece(node, args, sign)
        if found is opposite:
            return _piece(node, args, -sign)
        if node.op == "where":
            return _chosen(node, args)
        return rebuild(node, args)

    return transform(roots, visit)


def _chosen(node: Node, args: tuple[Node, ...]) -> Node:
    condition, yes, no = args
    value = value_of(condition)
    if value is not None or is_zero(condition) or condition.op == "ones":
        picked = no if value == 0 or is_zero(condition) else yes
        return picked if picked.shape == node.shape else mul(picked, ones(node.shape))
    return rebuild(node, args)


def _piece(node: Node, args: tuple[Node, ...], sign: int) -> Node:
    if node.op == "cmp":
        holds = sign < 0 or (sign == 0 and node.data == "<=")
        return _filled(ONE if holds else ZERO, node)
    if node.op in ("max", "min"):
        return _filled(args[0] if (sign >= 0) == (node.op == "max") else args[1], node)
    if node.op == "pow":
        return _power(args[0], args[1], sign)
    assert isinstance(node.data, tuple)
    name, arg = node.data[0], args[0]
    if name == "log":
        return add(*_logs(arg, sign))
    if name == "sign":
        return _filled(num(sign), node)
    if sign == 0:
        return zeros(node.shape)
    if name == "abs":
        return arg if sign > 0 else neg(arg)
    return arg if sign > 0 else zeros(node.shape)


def _filled(value: Node, node: Node) -> Node:
    if value.shape == node.shape:
        return value
    return zeros(node.shape) if value is ZERO else mul(value, ones(node.shape))


def _factors(base: Node, sign: int) -> tuple[list[tuple[Node, Node]], list[Node]]:
    """`(those squared, as positive number and exponent; the others)`: the first square is of the number that turns."""
    squares: list[tuple[Node, Node]] = []
    others: list[Node] = []
    wanted = _squared(base)
    for factor in base.args if base.op == "mul" else (base,):
        if factor.op == "pow" and factor.args[0] is wanted and not squares:
            inner = factor.args[0] if sign >= 0 else mul(MINUS_ONE, factor.args[0])
            squares.append((inner, factor.args[1]))
        else:
            others.append(factor)
    return squares, others


def _power(base: Node, exponent: Node, sign: int) -> Node:
    squares, others = _factors(base, sign)
    parts = [power(inner, mul(p, exponent)) for inner, p in squares]
    return mul(*parts, power(mul(*others), exponent)) if others else mul(*parts)


def _logs(base: Node, sign: int) -> list[Node]:
    squares, others = _factors(base, sign)
    parts = [mul(p, elementwise("log", 0, inner)) for inner, p in squares]
    return [*parts, elementwise("log", 0, mul(*others))] if others else parts
