"""Relations of one scalar that have one solution: what is zero only grows, or only falls, in the unknown."""

from __future__ import annotations

from collections.abc import Iterable

from gradcli.expr.implicit import equation_of
from gradcli.expr.node import Node, has_attribute, name_of, value_of
from gradcli.expr.walk import postorder
from gradcli.normal import units
from gradcli.normal.lower import Lowering
from gradcli.normal.poly import Poly, TooLarge, Unsupported, scale
from gradcli.rules.derivatives import differentiate
from gradcli.rules.missing import NoRule

_EVERYWHERE = frozenset({"exp", "tanh", "sinh", "cosh", "atan", "sigmoid", "softplus", "erf", "sin", "cos", "asinh"})
_BEYOND_ZERO = frozenset({"log", "sqrt"})


def single_roots(relations: Iterable[Node]) -> set[str]:
    """The unknowns that are known to have one value."""
    return {name_of(equation_of(node)[0]) for node in relations if _is_single(node)}


def _is_single(node: Node) -> bool:
    unknown, _, residual = equation_of(node)
    if unknown.shape or residual.shape or not _is_smooth(residual, unknown):
        return False
    try:
        slope = Lowering().poly(differentiate(residual, unknown))
        return any(_never_falls(one) for one in (slope, scale(-1, slope)))
    except (NoRule, TooLarge, Unsupported, ZeroDivisionError):
        return False


def _never_falls(slope: Poly) -> bool:
    """Whether a slope is positive, or at least never negative: it is analytic, so that it is 0 at lone points."""
    return units.is_strict_sum(slope) or (bool(slope.terms) and units.is_positive(slope))


def _is_smooth(residual: Node, unknown: Node) -> bool:
    """Whether there is a value at every number, or at every positive one where the unknown is declared so."""
    moving: set[int] = {unknown.serial}
    positive = has_attribute(unknown, "positive")
    for node in postorder(residual):
        if not any(arg.serial in moving for arg in node.args):
            continue
        moving.add(node.serial)
        if not _has_value(node, moving, positive and node.args[0] is unknown):
            return False
    return True


def _has_value(node: Node, moving: set[int], beyond_zero: bool) -> bool:
    if node.op in ("add", "mul"):
        return True
    if node.op == "pow":
        exponent = value_of(node.args[1])
        whole = exponent is not None and exponent.denominator == 1 and exponent > 0
        return node.args[1].serial not in moving and (whole or beyond_zero)
    if node.op != "elem" or not isinstance(node.data, tuple) or node.data[1]:
        return False
    return node.data[0] in _EVERYWHERE or (beyond_zero and node.data[0] in _BEYOND_ZERO)
