"""Derivatives of determinants where the matrix is singular: `det(A) * inv(A)` as the adjugate.

An answer is written as books print it, `det(A) * inv(A).T`, which has no value at a singular A; what is computed is
`adj(A).T`, which has one everywhere and is the same elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace as with_changes
from itertools import islice

from gradcli.derive.cofactors import joined
from gradcli.derive.model import Answer
from gradcli.derive.steps import once_each
from gradcli.expr.arith import mul, power
from gradcli.expr.linear import transpose
from gradcli.expr.node import Node, make, num, value_of
from gradcli.expr.ops import rebuild
from gradcli.expr.walk import postorder, transform
from gradcli.program.model import Program

_LINEAR = frozenset(
    (
        "mul",
        "matmul",
        "T",
        "tr",
        "tril",
        "triu",
        "diag",
        "diagonal",
        "sum",
        "sum_axis",
        "vec",
        "reshape",
        "kron",
        "entry",
    )
)
_DEEPEST = 20
# Attributes by which a matrix is invertible.
_REGULAR = frozenset({"spd", "orthogonal", "permutation", "unit"})


def with_values_at_singular(program: Program, answers: Sequence[Answer]) -> tuple[Answer, ...]:
    """The answers, with `adj(A)` for each product of `det(A)`, or of a name defined as that, and `inv(A)`."""
    named = {program.nodes[name]: value for name, value in program.definitions.items() if value.op == "det"}
    shared = once_each(answer.where for answer in answers)
    roots = [answer.value for answer in answers]
    for steps in shared:
        roots += [step.value for step in steps]
    order = postorder(roots)
    if not any(node.op == "det" or node in named for node in order) or not any(node.op == "inv" for node in order):
        return tuple(answers)
    roots = transform(roots, lambda node, args: joined(rebuild(node, args), named))
    new = iter(transform(roots, lambda node, args: _product(rebuild(node, args), named)))
    values = list(islice(new, len(answers)))
    wheres = {id(steps): tuple(with_changes(step, value=next(new)) for step in steps) for steps in shared}
    return tuple(
        with_changes(answer, value=value, where=wheres[id(answer.where)])
        for answer, value in zip(answers, values, strict=True)
    )


def _product(node: Node, named: Mapping[Node, Node]) -> Node:
    """A product of numbers and arrays, one of its determinants together with an inverse."""
    if node.op != "mul":
        return node
    for position, factor in enumerate(node.args):
        matrix, rest = _determinant(factor, named)
        if matrix is None or rest is None or _is_regular(matrix):
            continue
        for other, array in enumerate(node.args):
            joined = _adjugate(array, matrix)
            if joined is not None:
                parts = [arg for i, arg in enumerate(node.args) if i not in (position, other)]
                return _product(mul(*parts, rest, joined), named)
    return node


def _determinant(factor: Node, named: Mapping[Node, Node]) -> tuple[Node | None, Node | None]:
    """The matrix whose determinant a factor is a power of, and the power that is left."""
    base, exponent = factor, 1
    if factor.op == "pow":
        found = value_of(factor.args[1])
        if found is None or found.denominator != 1 or found < 1:
            return None, None
        base, exponent = factor.args[0], int(found)
    base_value = named.get(base, base)
    if base_value.op != "det":
        return None, None
    return base_value.args[0], power(base, num(exponent - 1)) if exponent > 1 else num(1)


def _is_regular(matrix: Node) -> bool:
    return matrix.op == "var" and isinstance(matrix.data, tuple) and bool(_REGULAR & set(matrix.data[1]))


def _adjugate(array: Node, matrix: Node) -> Node | None:
    """An expression with the adjugate for the inverse of `matrix`, which stands in it just once; else None."""
    forms = {
        make("inv", (form,), shape=form.shape): make("adj", (form,), shape=form.shape)
        for form in (matrix, transpose(matrix))
    }
    forms.update({transpose(inverse): transpose(adjugate) for inverse, adjugate in list(forms.items())})
    way = _way_down(array, forms)
    if way is None:
        return None
    new = forms[way[-1][0].args[way[-1][1]]] if way else forms[array]
    for node, place in reversed(way):
        new = rebuild(node, (*node.args[:place], new, *node.args[place + 1 :]))
    return new


def _way_down(array: Node, forms: Mapping[Node, Node]) -> list[tuple[Node, int]] | None:
    """Through operations linear in it, the places that lead to the only one of `forms` in an expression; else None."""
    way: list[tuple[Node, int]] = []
    node = array
    while node not in forms:
        if node.op not in _LINEAR or len(way) > _DEEPEST:
            return None
        places = [i for i, arg in enumerate(node.args) if any(part in forms for part in postorder(arg))]
        if len(places) != 1:
            return None
        way.append((node, places[0]))
        node = node.args[places[0]]
    return way
