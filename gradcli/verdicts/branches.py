"""Where a side is not analytic: every number whose sign says which of two expressions a side is.

On a connected set on which both sides are analytic they agree everywhere if they agree on an open part of it.  What
cuts the domain into such sets are the zeros of `turning` numbers: of `a - b` in `a < b` or `max(a, b)`, of u in
`abs(u)`, `sqrt(u**2)` and `log(u**2)`, of the denominator in `atan(1/u)`, of the determinant of what is inverted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, islice

from gradcli.expr.arith import add, neg, sub
from gradcli.expr.node import Node, num, value_of
from gradcli.expr.reduce import elementwise, scalar_of_matrix
from gradcli.expr.replace import replace
from gradcli.expr.shapes import ShapeError
from gradcli.expr.walk import postorder
from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.ops.scalar import ScalarFunction

_MOST_NODES = 20_000
_MOST = 200
_MOST_PAIRS = 6


@dataclass(frozen=True, slots=True)
class Branch:
    """`turning` changes its sign where a side changes its form.

    `needed`: both sides of it have to be met before two expressions are called equal.  `jumps`: the value at the very
    zero is one of its own.  `whole`: the form changes at every integer.  `pair` are the two that are compared.
    """

    turning: Node
    needed: bool
    jumps: bool = False
    whole: bool = False
    pair: tuple[Node, Node] | None = None


def branches(nodes: Iterable[Node], bodies: Mapping[str, tuple[Node, Node]]) -> list[Branch]:
    """The branches of expressions, each once; calls of defined functions are entered."""
    found: dict[Node, Branch] = {}
    seen: dict[Node, None] = {}
    order = list(nodes)
    many_valued = _feeds_many_valued(order)
    todo = list(reversed(order))
    while todo and len(seen) < _MOST_NODES:
        node = todo.pop()
        if node in seen:
            continue
        seen[node] = None
        for branch in _of(node, node in many_valued):
            _enter(found, branch)
        if node.op == "elem" and isinstance(node.data, tuple) and node.data[0] in bodies:
            param, body = bodies[str(node.data[0])]
            entered = _entered(body, param, node.args[0])
            many_valued |= _feeds_many_valued(entered)
            todo.extend(entered)
    return list(found.values())[:_MOST]


def _entered(body: Node, param: Node, arg: Node) -> list[Node]:
    try:
        return postorder(replace([body], {param: arg}))
    except (ShapeError, ZeroDivisionError):
        return []


def _enter(found: dict[Node, Branch], branch: Branch) -> None:
    """A branch, or what it adds to one with the same zeros."""
    if not any(node.op in ("var", "param", "cotangent") for node in postorder(branch.turning)):
        return
    known = found.get(branch.turning) or found.get(neg(branch.turning))
    if known is None:
        found[branch.turning] = branch
        return
    found[known.turning] = Branch(
        known.turning,
        known.needed or branch.needed,
        known.jumps or branch.jumps,
        known.whole or branch.whole,
        known.pair or branch.pair,
    )


def _of(node: Node, many_valued: bool) -> Iterable[Branch]:
    if node.op == "cmp":
        a, b = node.args
        yield Branch(sub(a, b), True, True, pair=(a, b))
    elif node.op in ("max", "min"):
        a, b = node.args
        yield Branch(sub(a, b), True, pair=(a, b))
    elif node.op == "norm1":
        yield Branch(node.args[0], True)
    elif node.op == "pow":
        yield from _of_power(node.args[0], node.args[1], many_valued)
    elif node.op in ("inv", "logdet") and many_valued and len(node.args[0].shape) == 2:
        yield Branch(scalar_of_matrix("det", node.args[0]), node.op == "logdet")
    elif node.op in ("atan2", "hypot"):
        yield from (Branch(arg, node.op == "atan2", node.op == "atan2") for arg in node.args)
    elif node.op == "leaky_relu":
        yield Branch(node.args[0], True)
    elif node.op == "clip":
        yield from (Branch(sub(node.args[0], end), True, pair=(node.args[0], end)) for end in node.args[1:])
    elif node.op in ("largest", "smallest") and node.args[0].op == "stack":
        for a, b in islice(combinations(node.args[0].args, 2), _MOST_PAIRS):
            yield Branch(sub(a, b), True, pair=(a, b))
    elif node.op == "elem" and isinstance(node.data, tuple) and node.data[0] in SCALAR_FUNCTIONS:
        yield from _of_function(SCALAR_FUNCTIONS[node.data[0]], node.args[0], many_valued)


def _of_function(row: ScalarFunction, arg: Node, many_valued: bool) -> Iterable[Branch]:
    if isinstance(row.kinks, str):
        yield Branch(arg if row.kinks == "integers" else add(arg, num(Fraction(1, 2))), True, row.jumps, whole=True)
    elif row.kinks:
        for kink in row.kinks:
            yield Branch(_less(arg, Fraction(kink)), True, row.jumps)
    elif row.domain.whole and (row.root is not None or _is_in_pieces(row) or row.name == "lgamma"):
        yield Branch(arg, True)
    if row.domain.poles and many_valued:
        yield Branch(elementwise("cos", 0, arg) if row.name == "tan" else arg, True)
    for end in (row.domain.low, row.domain.high):
        if end is not None:
            yield from _touched(_less(arg, Fraction(end)))


def _is_in_pieces(row: ScalarFunction) -> bool:
    """Whether a function is smooth at 0 and yet another on either side of it."""
    text = row.definition or ""
    return any(word in text for word in ("where(", "abs(", "max(", "min(", "<", ">"))


def _less(arg: Node, value: Fraction) -> Node:
    return add(arg, num(-value)) if value else arg


def _of_power(base: Node, exponent: Node, many_valued: bool) -> Iterable[Branch]:
    p = value_of(exponent)
    if p is not None and p.denominator == 1:
        if p < 0 and many_valued:
            yield Branch(base, True)
        return
    yield from _touched(base)


def _touched(base: Node) -> Iterable[Branch]:
    """Where a number that may not be negative is 0: the value turns there if what is squared changes its sign."""
    yield Branch(base, False)
    for part in _squared(base):
        yield Branch(part, True)


def _squared(base: Node) -> list[Node]:
    """What is squared, where a number that may not be negative is a square or a product with squares."""
    out: list[Node] = []
    for factor in base.args if base.op == "mul" else (base,):
        if factor.op == "pow":
            p = value_of(factor.args[1])
            if p is not None and p.denominator == 1 and p % 2 == 0 and not factor.args[0].op.startswith("norm"):
                out.append(factor.args[0])
    if not out and base.op == "mul" and len(base.args) > 1:
        out = [factor for factor in base.args if value_of(factor) is None]  # `sqrt(x * y)` where both are negative
    return out


_ROOTED = frozenset(["cmp", "max", "min", "norm1", "logdet", "atan2", "leaky_relu", "clip", "largest", "smallest"])


def _feeds_many_valued(order: list[Node]) -> set[Node]:
    """The parts on whose value a function depends that has many values, or pieces, in the plane of complex numbers.

    Expressions without such a function above them are analytic beyond their poles.
    """
    found: set[Node] = set()
    for node in reversed(order):
        if node in found or _is_many_valued(node):
            found.update(node.args)
    return found


def _is_many_valued(node: Node) -> bool:
    if node.op in _ROOTED:
        return True
    if node.op == "pow":
        p = value_of(node.args[1])
        return p is None or p.denominator != 1
    if node.op == "elem" and isinstance(node.data, tuple):
        row = SCALAR_FUNCTIONS.get(node.data[0])
        if row is None:
            return False
        return bool(row.kinks) or row.name.startswith("a") or row.name in ("log", "log1p", "cbrt", "erfinv", "softplus")
    return False


__all__ = ["Branch", "branches"]
