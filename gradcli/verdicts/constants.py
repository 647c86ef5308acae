"""Comparisons of constants, `abs(-log(2))` or `max(pi, 3)`: on which side they lie is a fact, and no branch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from fractions import Fraction

from gradcli.evaluate.array import Scalar
from gradcli.evaluate.errors import EvaluationError
from gradcli.evaluate.evaluate import evaluate
from gradcli.evaluate.fields import enclosures
from gradcli.expr.arith import neg, sub
from gradcli.expr.node import ONE, ZERO, Node, kept, num, value_of
from gradcli.expr.replace import replace
from gradcli.expr.walk import postorder

_ROUNDS = 3
_CLOSED = frozenset({"num", "const"})


def settled(roots: Sequence[Node]) -> list[Node]:
    """The expressions with every comparison of constants settled that intervals can tell apart."""
    out = list(roots)
    for _ in range(_ROUNDS):
        found = _settled_ones(out)
        if not found:
            break
        out = replace(out, found)
    return out


def between(roots: Iterable[Node]) -> list[Node]:
    """Numbers that are positive, which say between which fractions the irrational constants of expressions lie."""
    out: list[Node] = []
    for node in _constants(roots):
        if node.op in ("elem", "const", "pow") and value_of(node) is None:
            ends = _ends(node)
            if ends is not None:
                out += [sub(node, num(ends[0])), sub(num(ends[1]), node)]
    return out


def _constants(roots: Iterable[Node]) -> list[Node]:
    """The scalars that no name stands in, parts first."""
    closed: dict[Node, None] = {}
    for node in postorder(list(roots)):
        if not node.shape and (all(arg in closed for arg in node.args) if node.args else node.op in _CLOSED):
            closed[node] = None
    return list(closed)


def _settled_ones(roots: Sequence[Node]) -> dict[Node, Node]:
    found: dict[Node, Node] = {}
    if not _compare_constants(roots):
        return found
    for node in _constants(roots):
        if _compares(node) and value_of(node) is None:
            value = _as_told(node)
            if value is not None and value is not node:
                found[node] = value
    return found


def _compare_constants(roots: Sequence[Node]) -> bool:
    """Whether constants are compared anywhere in these; what a program shares is looked at once."""
    closed, inside = kept("closed constants"), kept("compared constants")
    todo = list(roots)
    while todo:
        node = todo[-1]
        missing = [] if node in inside else [arg for arg in node.args if arg not in inside]
        if missing:
            todo += missing
            continue
        todo.pop()
        if node not in inside:
            ends = all(closed[arg] for arg in node.args) if node.args else node.op in _CLOSED
            closed[node] = not node.shape and ends
            inside[node] = (closed[node] and _compares(node)) or any(inside[arg] for arg in node.args)
    return any(inside[root] for root in roots)


def _compares(node: Node) -> bool:
    return node.op in ("cmp", "max", "min") or _function(node) in ("abs", "sign", "relu")


def _function(node: Node) -> str | None:
    return str(node.data[0]) if node.op == "elem" and isinstance(node.data, tuple) and not node.data[1] else None


def _as_told(node: Node) -> Node | None:
    """What it is, None where that cannot be told."""
    left, right = node.args if len(node.args) == 2 else (node.args[0], ZERO)
    sign = _sign(sub(left, right))
    if not sign:
        return None
    if node.op == "cmp":
        return ONE if sign < 0 else ZERO
    if node.op in ("max", "min"):
        return left if (sign > 0) == (node.op == "max") else right
    if _function(node) == "sign":
        return ONE if sign > 0 else neg(ONE)
    if sign > 0:
        return left
    return neg(left) if _function(node) == "abs" else ZERO


def _sign(number: Node) -> int:
    """The sign of a constant, 0 where it is 0 or cannot be told."""
    with suppress(EvaluationError):
        value, zero = _value(number), enclosures().zero
        if value > zero:
            return 1
        if value < zero:
            return -1
    return 0


def _value(number: Node) -> Scalar:
    """The interval that holds a constant.  Raises what evaluation raises."""
    (found,) = evaluate([number], {}, {}, enclosures(), strict_kinks=False)
    return found.flat[0]


def _ends(number: Node) -> tuple[Fraction, Fraction] | None:
    """Two fractions, close together, between which a constant lies; None where it has no value of a usual size."""
    with suppress(EvaluationError):
        return enclosures().between(_value(number))
    return None
