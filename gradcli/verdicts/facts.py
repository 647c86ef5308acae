"""What is assumed, and what relations say, for algebra: rules, and attributes that an assumption comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from gradcli.expr.arith import mul, neg, ones, sub
from gradcli.expr.arith import zeros as zeros_of
from gradcli.expr.implicit import equation_of
from gradcli.expr.linear import eye, matmul, transpose
from gradcli.expr.node import Node, name_of, named
from gradcli.expr.reduce import norm, sum_axis, total
from gradcli.expr.replace import replace
from gradcli.expr.shapes import ShapeError, cols
from gradcli.expr.walk import postorder
from gradcli.normal import facts
from gradcli.normal.arrays import aligned
from gradcli.normal.equal import Comparison
from gradcli.normal.lower import Lowering
from gradcli.normal.poly import Poly, TooLarge, Unsupported, combination, digest
from gradcli.normal.truth import Truth
from gradcli.ops.attributes import implied
from gradcli.program.model import Assumption, Function, Program

Extra = dict[Node, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Facts:
    """`table` puts names of which something is known in the place of the plain ones, for `comparison`."""

    table: Mapping[Node, Node]
    comparison: Comparison

    def same(self, left: Node, right: Node) -> bool:
        """Whether two expressions are equal by what is known."""
        left, right = replace([left, right], self.table)
        return left is right or self.comparison.equal(left, right) is Truth.YES


def _summed(v: Node) -> Node:
    return sum_axis(v, 1) if len(v.shape) == 2 else total(v)


def _minus_one(a: Node) -> Node:
    return sub(a, ones(a.shape))


# What has to be zero for an attribute; `sums` is no attribute: it makes a simplex of what is not negative.
_FORMS: dict[str, Callable[[Node], Node]] = {
    "norm": lambda v: _minus_one(norm("norm", v)),
    "signs": lambda v: _minus_one(mul(v, v)),
    "binary": lambda v: sub(mul(v, v), v),
    "unitnorm": lambda v: _minus_one(_summed(mul(v, v))),
    "sums": lambda v: _minus_one(_summed(v)),
    "orthogonal": lambda v: sub(matmul(transpose(v), v), eye(cols(v.shape))),
    "symmetric": lambda v: sub(v, transpose(v)),
    "skew": lambda v: sub(transpose(v), neg(v)),
}
_OF_MATRICES = frozenset({"orthogonal", "symmetric", "skew"})


def extra_attributes(assumptions: Iterable[Assumption]) -> tuple[Extra, set[Assumption]]:
    """The attributes that assumptions come to, and the assumptions that say nothing more."""
    found: dict[Node, set[str]] = {}
    used: set[Assumption] = set()
    sums: dict[Node, Assumption] = {}
    comparison = Comparison()
    for assumption in assumptions:
        left, right = assumption.left, assumption.right
        if assumption.op in ("<", "<=") and right.op == "var" and _is_zero(left):
            found.setdefault(right, set()).add("positive" if assumption.op == "<" else "nonnegative")
            used.add(assumption)
        elif assumption.op == "!=" and left.op == "det" and left.args[0].op == "var" and _is_zero(right):
            found.setdefault(left.args[0], set()).add("invertible")
            used.add(assumption)
        elif assumption.op == "==":
            names = [node for node in postorder([left, right]) if node.op == "var"]
            word = _form(comparison, left, right, names[0]) if len(names) == 1 else None
            if word == "sums":
                sums[names[0]] = assumption
            elif word is not None:
                found.setdefault(names[0], set()).add(word)
                used.add(assumption)
    for name, assumption in sums.items():
        assert isinstance(name.data, tuple)
        if {"nonnegative", "positive"} & {*name.data[1], *found.get(name, ())}:
            found.setdefault(name, set()).add("simplex")
            used.add(assumption)
    return {name: frozenset(words) for name, words in found.items()}, used


def _is_zero(node: Node) -> bool:
    return node.op == "zeros" or (node.op == "num" and node.data == 0)


def _form(comparison: Comparison, left: Node, right: Node, name: Node) -> str | None:
    for word, form in _FORMS.items():
        if (
            len(name.shape) > 2
            or (word in _OF_MATRICES and len(name.shape) != 2)
            or (word == "norm" and len(name.shape) != 1)
        ):
            continue
        if word in ("symmetric", "skew") and name.shape[0] != name.shape[1]:
            continue
        try:
            zero = form(name)
            gap = sub(left, right)
        except ShapeError:
            continue
        if zero.shape != gap.shape:
            continue
        if any(comparison.equal(gap, side) is Truth.YES for side in (zero, neg(zero))):
            return "unitnorm" if word == "norm" else word
    return None


def typed(name: Node, extra: Mapping[Node, frozenset[str]], mark: str = "") -> Node:
    """A name with what is known of it besides."""
    assert isinstance(name.data, tuple)
    square = len(name.shape) == 2 and name.shape[0] == name.shape[1]
    words = implied({*name.data[1], *extra.get(name, ())}, square)
    return named(name_of(name), name.shape, {*words, mark} if mark else words)


def known_facts(
    program: Program, values: Mapping[Node, Node], assumptions: Iterable[Assumption], functions: Mapping[str, Function]
) -> Facts | None:
    """What assumptions and relations say; None where there are none."""
    listed = tuple(assumptions)
    zeros: list[tuple[Node, Node]] = [(a.left, a.right) for a in listed if a.op == "=="]
    for name, value in values.items():
        if value.op == "implicit":
            unknown, parameters, residual = equation_of(value)
            table = {**dict(zip(parameters, value.args, strict=True)), unknown: name}
            zeros.append((replace([residual], table)[0], zeros_of(residual.shape)))
    if not zeros and not listed:
        return None
    extra, _ = extra_attributes(listed)
    sides = [side for pair in zeros for side in pair] + [a.left for a in listed] + [a.right for a in listed]
    names = [node for node in postorder(sides) if node.op == "var"]
    mark = facts.MARK + digest(_described(postorder(sides)))
    table = {name: typed(name, extra, mark) for name in names}
    lowering = Lowering(functions)
    rules: list[Poly] = []
    for pair in zeros:
        try:
            left, right = replace(list(pair), table)
            (a, b), _ = aligned([lowering.array(left), lowering.array(right)])
            rules.append(combination([(1, a), (-1, b)]))
        except (TooLarge, Unsupported, ZeroDivisionError, ShapeError):
            continue
    facts.enter(mark, rules)
    return Facts(table, Comparison(functions))


def _described(nodes: list[Node]) -> str:
    """A text that names expressions, the same in every process."""
    places = {node.serial: place for place, node in enumerate(nodes)}
    return "|".join(
        f"{node.op} {'' if node.op == 'implicit' else node.data!r} {node.shape} {[places[a.serial] for a in node.args]}"
        for node in nodes
    )
