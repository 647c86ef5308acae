"""Which square matrices are triangular by what they are: declared so, a factor, a product or inverse of such."""

from __future__ import annotations

from gradcli.expr.node import Node, has_attribute

_DEEPEST = 6  # what is deeper counts as not known: a triangle must not cost a walk over a whole program
_LOWER_FACTORS = (("lu", "L"), ("doolittle", "L"), ("chol", "L"))
_UPPER_FACTORS = (("lu", "U"), ("doolittle", "U"), ("qr", "R"))


def is_lower(node: Node) -> bool:
    """Whether every entry above the diagonal is 0 (False: not known)."""
    return _is(node, "lower", _DEEPEST)


def is_upper(node: Node) -> bool:
    """Whether every entry below the diagonal is 0 (False: not known)."""
    return _is(node, "upper", _DEEPEST)


def _is(node: Node, side: str, depth: int) -> bool:
    op, args = node.op, node.args
    if len(node.shape) != 2 or node.shape[0] != node.shape[1]:
        return False
    if op in ("eye", "diag", "zeros") or has_attribute(node, "diagonal"):
        return True
    if op == "var":
        return has_attribute(node, side)
    if op == "factor":
        return node.data in (_LOWER_FACTORS if side == "lower" else _UPPER_FACTORS)
    if op in ("tril", "triu"):
        within = isinstance(node.data, int) and (node.data <= 0 if side == "lower" else node.data >= 0)
        if within and op == ("tril" if side == "lower" else "triu"):
            return True
        return depth > 0 and _is(args[0], side, depth - 1)
    if depth <= 0:
        return False
    if op == "T":
        return _is(args[0], "upper" if side == "lower" else "lower", depth - 1)
    matrices = [arg for arg in args if arg.shape]
    if op == "mul":
        return any(_is(arg, side, depth - 1) for arg in matrices)
    if op == "add":
        return len(matrices) == len(args) and all(_is(arg, side, depth - 1) for arg in matrices)
    if op in ("matmul", "inv", "mpow"):
        return all(_is(arg, side, depth - 1) for arg in matrices)
    return False
