"""Second derivatives of determinants where the matrix is singular: how the cofactors `adj(A).T` change with A.

They are written with `det(A)` and two factors `inv(A)`, of which the terms have no value at a singular A; their
difference has: its entries are minors of A.  Here such a difference becomes `adj(A, D)`, the change of `adj(A).T` in
the direction D, which stands in no program; D is the identity of matrices for the change by each entry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from gradcli.expr.arith import add, eye, mul
from gradcli.expr.contraction import einsum
from gradcli.expr.linear import transpose
from gradcli.expr.node import Node, make, num, payload, value_of
from gradcli.ops.payload import Subscripts


@dataclass(frozen=True, slots=True)
class _Term:
    """`number * det(matrix) * rest`, and the node of the determinant."""

    number: Fraction
    matrix: Node
    rest: tuple[Node, ...]


def joined(node: Node, named: Mapping[Node, Node]) -> Node:
    """A sum, each difference of two products with `det(A)` and two inverses in it as the change of cofactors.

    So is a product of a determinant with such a sum.
    """
    if node.op == "add":
        return _joined(node, node.args, named)
    if node.op == "mul" and any(named.get(factor, factor).op == "det" for factor in node.args):
        for k, factor in enumerate(node.args):
            if factor.op == "add":
                others = (*node.args[:k], *node.args[k + 1 :])
                return _joined(node, [mul(*others, term) for term in factor.args], named)
    return node


def _joined(node: Node, terms: Sequence[Node], named: Mapping[Node, Node]) -> Node:
    left = list(terms)
    found: list[Node] = []
    for one in terms:
        for other in terms:
            if one in left and other in left and one is not other:
                change = _change(one, other, named)
                if change is not None:
                    left = [term for term in left if term is not one and term is not other]
                    found.append(change)
    return add(*left, *found) if found else node


def _change(one: Node, other: Node, named: Mapping[Node, Node]) -> Node | None:
    first, second = _term(one, named), _term(other, named)
    if first is None or second is None or first.matrix is not second.matrix or first.number != -second.number:
        return None
    matrix = first.matrix
    inverse = make("inv", (matrix,), shape=matrix.shape)
    turned = transpose(inverse)
    for array in second.rest:
        scalars = [node for node in second.rest if node is not array]
        rest = list(first.rest)
        if any(node not in rest for node in scalars):
            continue
        for node in scalars:
            rest.remove(node)
        direction = None
        if array.op == "matmul" and len(array.args) == 3 and array.args[0] is turned and array.args[2] is turned:
            along = transpose(array.args[1])
            traces = [part for part in rest if part.op == "sum" and part.args[0] is mul(along, turned)]
            if len(rest) == 2 and traces and turned in rest:
                direction = along
        elif len(rest) == 1 and _is_by_entries(rest[0], array, inverse):
            unit = eye(matrix.shape[0])
            direction = einsum(["ik", "jl"], "ijkl", [unit, unit])
        if direction is not None:
            return mul(num(first.number), *scalars, make("adj", (matrix, direction), shape=direction.shape))
    return None


def _term(node: Node, named: Mapping[Node, Node]) -> _Term | None:
    if node.op != "mul":
        return None
    number, matrix, rest = Fraction(1), None, []
    for factor in node.args:
        value = value_of(factor)
        known = named.get(factor, factor)
        if value is not None:
            number *= value
        elif matrix is None and known.op == "det":
            matrix = known.args[0]
        else:
            rest.append(factor)
    return None if matrix is None else _Term(number, matrix, tuple(rest))


def _is_by_entries(straight: Node, crossed: Node, inverse: Node) -> bool:
    """Whether these are `inv(A)[j, i] * inv(A)[l, k]` and `inv(A)[j, k] * inv(A)[l, i]`, over i, j, k, l."""
    return _is_crossed(straight, inverse, (1, 0, 3, 2)) and _is_crossed(crossed, inverse, (1, 2, 3, 0))


def _is_crossed(node: Node, inverse: Node, order: tuple[int, ...]) -> bool:
    """Whether this is the product of two inverses of which the indices are those of the whole in this order."""
    if node.op != "einsum" or len(node.args) != 2 or any(arg is not inverse for arg in node.args):
        return False
    letters = payload(node, Subscripts)
    if len(letters.output) != 4:
        return False
    crossed = "".join(letters.output[i] for i in order)
    return sorted(letters.inputs) == sorted([crossed[:2], crossed[2:]])
