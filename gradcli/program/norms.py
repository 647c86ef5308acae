"""Norms: `norm(x)`, `norm(x, p)`, `norm(A, "fro")`, along an axis; and what they are made of."""

from __future__ import annotations

from fractions import Fraction

from gradcli.expr import reduce, spectral, statistics
from gradcli.expr.arith import power, sqrt
from gradcli.expr.node import MINUS_ONE, Node, num
from gradcli.expr.shapes import is_list
from gradcli.program.signature import LanguageFunction, Misfit, Options
from gradcli.program.unify import OpenShape, find, settle, show_open

_OF_MATRICES = (1, 2, "inf", "fro", "nuc")


def _is_matrix(shape: OpenShape) -> bool:
    return len(shape) == 2 and 1 not in (find(shape[0]), find(shape[1]))


def _infer(shapes: list[OpenShape], options: Options) -> OpenShape:
    shape = settle(shapes[0])
    axis, order = options.get("axis"), options.get("ord")
    if len(shapes) > 1 and settle(shapes[1]):
        raise Misfit("E301", f"norm(x, p) takes a number for p, and this is {show_open(shapes[1])}")
    if axis is not None:
        if not shape or axis not in range(len(shape)):
            raise Misfit(
                "E305",
                f"norm(..., axis={axis}) does not fit {show_open(shape)}",
                f"the axes count from 0 to {len(shape) - 1}" if shape else None,
            )
        return settle(tuple(dim for place, dim in enumerate(shape) if place != axis))
    if _is_matrix(shape) and (len(shapes) > 1 or (order is not None and order not in _OF_MATRICES)):
        hint = 'norm(A, 1), norm(A, 2), norm(A, inf), norm(A, "fro"), norm(A, "nuc"); sum(abs(A)**p)**(1/p) by entry'
        raise Misfit("E209", "This norm of a matrix is not known", hint)
    if order in ("fro", "nuc") and not _is_matrix(shape):
        raise Misfit(
            "E305", f'norm(..., "{order}") takes a matrix, and this is {show_open(shape)}', "norm(x) is the 2-norm"
        )
    if order == 0 or (isinstance(order, str) and order not in ("inf", "-inf", "fro", "nuc")):
        raise Misfit("E209", 'norm(x, p) takes a number that is not 0, inf, "fro" or "nuc" for p')
    return ()


def _build(nodes: list[Node], options: Options) -> Node:
    node, axis, order = nodes[0], options.get("axis"), options.get("ord")
    along = axis if isinstance(axis, int) else None
    exponent = nodes[1] if len(nodes) > 1 else num(order) if isinstance(order, int) else None
    if along is None and len(node.shape) == 2 and not is_list(node.shape):
        return _of_matrix(node, order)
    if order in ("inf", "-inf"):
        return statistics.extreme("largest" if order == "inf" else "smallest", _sizes(node), along)
    if exponent is None:
        return reduce.norm("norm", node) if along is None else sqrt(reduce.sum_axis(power(node, num(2)), along))
    return p_norm(node, exponent, along)


def _of_matrix(node: Node, order: int | str | None) -> Node:
    if order in (1, "inf"):
        return statistics.extreme("largest", reduce.sum_axis(_sizes(node), 0 if order == 1 else 1))
    if order in (2, "nuc"):
        return spectral.spectral_norm("norm2" if order == 2 else "norm_nuc", node)
    return reduce.norm("norm", node)


def _sizes(node: Node) -> Node:
    return reduce.elementwise("abs", 0, node)


def p_norm(node: Node, exponent: Node, axis: int | None = None) -> Node:
    """`sum(abs(x)**p) ** (1/p)`, without `abs` where p is even."""
    value = exponent.data if exponent.op == "num" else None
    if axis is None and value in (1, 2):
        return reduce.norm("norm1" if value == 1 else "norm", node)
    even = isinstance(value, Fraction) and value.denominator == 1 and value % 2 == 0
    powers = power(node if even else _sizes(node), exponent)
    summed = reduce.total(powers) if axis is None else reduce.sum_axis(powers, axis)
    return power(summed, power(exponent, MINUS_ONE))


NORM = LanguageFunction(1, 2, _infer, _build, ("axis", "ord"))
