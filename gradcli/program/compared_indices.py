"""Comparisons of index names in index notation: `i == j`, `j <= i + 1`, `y[i] == c`, each an array of 0s and 1s."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gradcli.expr.arith import add, mul, ones, size, sub
from gradcli.expr.dims import Dim, dim_difference, dim_scaled
from gradcli.expr.linear import eye
from gradcli.expr.node import ONE, ZERO, Node, num
from gradcli.expr.parts import onehot, unit_at
from gradcli.expr.reduce import compare, triangle
from gradcli.expr.running import cumsum
from gradcli.program.dimensions import polynomial
from gradcli.program.entries import plain_index
from gradcli.program.inferring import Axes, Inferring
from gradcli.program.lift import Lifting
from gradcli.program.parts import is_size, label_count
from gradcli.program.shifts import affine
from gradcli.program.unify import find, unify
from gradcli.syntax import ast

if TYPE_CHECKING:
    from gradcli.program.building import Building

_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}


def compares_indices(inference: Inferring, expr: ast.Compare) -> bool:
    """Whether an index name is compared as the place that it stands for, with another, a number, a size or a label."""
    return _compares(inference, expr, inference.indices)


def compares_letters(builder: Building, expr: ast.Compare) -> bool:
    """The same, while expressions are built."""
    return _compares(builder.inference, expr, builder.indices)


def _compares(inference: Inferring, expr: ast.Compare, names: Axes | dict[str, int]) -> bool:
    sides = (expr.left, expr.right)
    if not any(affine(side, names) for side in sides):
        return False
    return all(affine(side, names) or _is_place(inference, side) for side in sides)


def _is_place(inference: Inferring, side: ast.Expr) -> bool:
    return isinstance(polynomial(side), int) or is_size(inference, side) or label_count(inference, side) is not None


def enter_comparison(inference: Inferring, expr: ast.Compare) -> None:
    """Check a comparison of indices: a label and what it is compared with run over the same places."""
    for label, other in ((expr.left, expr.right), (expr.right, expr.left)):
        count = label_count(inference, label)
        if count is None:
            continue
        if inference.infer(label, {}):
            inference.fail("E310", f"{inference.text(label)} is a list of labels, and here one belongs.", label)
        if isinstance(other, ast.Name) and other.id in inference.indices:
            axis = inference.indices[other.id]
            if not unify(axis.dim, count):
                said = f"{inference.text(label)} is a label from 1 to {count}, and {other.id} runs over"
                inference.fail("E310", f"{said} {find(axis.dim)}.", expr)


def build_comparison(builder: Building, lifting: Lifting, expr: ast.Compare) -> Node:
    """The entry of an array of 0s and 1s that a comparison of indices is."""
    for label, other, op in ((expr.left, expr.right, expr.op), (expr.right, expr.left, _TURNED[expr.op])):
        count = label_count(builder.inference, label)
        if count is None:
            continue
        if op in ("==", "!=") and isinstance(other, ast.Name):
            return _negated(op, _picked(builder, lifting, label, count, builder.indices[other.id]))
        return _compared(op, builder.build(label, {}), place_value(builder, lifting, other))
    steps, offset = _apart(builder, lifting, expr)
    if not any(steps.values()):
        return _compared(expr.op, size(offset), ZERO)
    letters = {builder.indices[name]: step for name, step in steps.items() if step}
    if expr.op in ("==", "!="):
        last = next((letter for letter, step in letters.items() if abs(step) == 1), None)
        if last is not None and len(letters) == 1:
            return _negated(expr.op, lifting.entry(unit_at(lifting.dims[last], _place_of(letters, offset)), (-last,)))
    if sorted(letters.values()) == [-1, 1] and isinstance(offset, int):
        first, second = sorted(letters, key=lambda letter: -letters[letter])
        mask = _band(expr.op, offset, (lifting.dims[first], lifting.dims[second]))
        return lifting.entry(mask, (-first, -second))
    return _compared(expr.op, *(place_value(builder, lifting, side) for side in (expr.left, expr.right)))


def _apart(builder: Building, lifting: Lifting, expr: ast.Compare) -> tuple[dict[str, int], Dim]:
    """The left side less the right side, as multiples of index names and an offset.

    An index of an axis of size 1 is the number 1: such an axis is none in an array's shape.
    """
    sides = [affine(side, builder.indices) or ({}, polynomial(side) or 0) for side in (expr.left, expr.right)]
    (left, start), (right, end) = sides
    steps = {name: left.get(name, 0) - right.get(name, 0) for name in (*left, *right)}
    offset = dim_difference(start, end)
    for name in steps:
        if lifting.dims.get(builder.indices[name]) == 1:
            offset, steps[name] = dim_difference(offset, -steps[name]), 0
    return steps, offset


def _picked(builder: Building, lifting: Lifting, label: ast.Expr, count: Dim, letter: int) -> Node:
    labels = label.base if isinstance(label, ast.Index) else label
    inner = label.indices if isinstance(label, ast.Index) else ()
    codes = tuple(plain_index(builder, part) or 1 for part in inner)
    return lifting.entry(onehot(builder.build(labels, {}), count), (*codes, -letter))


def _place_of(letters: dict[int, int], offset: Dim) -> Dim:
    """The only place at which a letter or its negative and the offset add up to nothing."""
    (step,) = letters.values()
    return dim_scaled(-step, offset)


def _band(op: str, offset: int, shape: tuple[Dim, Dim]) -> Node:
    """1 where `i - j + offset` is 0, less than 0, at most 0, ..."""
    if op in ("==", "!="):
        same = eye(shape[0]) if not offset and shape[0] == shape[1] else None
        same = triangle("tril", triangle("triu", ones(shape), offset), offset) if same is None else same
        return same if op == "==" else sub(ones(shape), same)
    whole = ones(shape)
    if op in ("<", "<="):
        return triangle("triu", whole, offset + (op == "<"))
    return triangle("tril", whole, offset - (op == ">"))


def place_value(builder: Building, lifting: Lifting, side: ast.Expr) -> Node:
    """The place that a side stands for, as a number."""
    found = affine(side, builder.indices)
    if found is None:
        place_ = polynomial(side)
        return builder.build(side, {}) if place_ is None else size(place_)
    steps, offset = found
    terms = [num(offset) if isinstance(offset, int) else size(offset)]
    for name, step in steps.items():
        letter = builder.indices[name]
        counted = cumsum(ones((lifting.dims[letter],)))
        terms.append(mul(num(step), lifting.entry(counted, (-letter,))))
    return add(*terms)


def _compared(op: str, left: Node, right: Node) -> Node:
    if op not in ("==", "!="):
        return compare(op, left, right)
    return _negated(op, mul(compare("<=", left, right), compare(">=", left, right)))


def _negated(op: str, same: Node) -> Node:
    return same if op == "==" else sub(ONE, same)


__all__ = ["build_comparison", "compares_indices", "compares_letters", "enter_comparison", "place_value"]
