"""Entries in index notation as sums over arrays of zeros and ones: `x[i + k - 1]`, `P[i, y[i]]`, `x[n]`."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from gradcli.expr.arith import mul
from gradcli.expr.dims import Dim
from gradcli.expr.node import Node
from gradcli.expr.parts import onehot, place, unit_at
from gradcli.expr.shapes import is_row, normal_shape
from gradcli.program.dimensions import polynomial
from gradcli.program.lift import Lifting
from gradcli.program.parts import build_part, is_open, label_count
from gradcli.program.shifts import affine
from gradcli.program.subexpressions import subexpressions
from gradcli.syntax import ast

if TYPE_CHECKING:
    from gradcli.program.building import Building


def mentions(expr: ast.Index, indices: Collection[str]) -> bool:
    """Whether an index name stands among the indices of an entry."""
    parts = [part for index in expr.indices for part in subexpressions(index)]
    parts += [index for part in parts if isinstance(part, ast.Index) for index in part.indices]
    return any(isinstance(part, ast.Name) and part.id in indices for part in parts)


def indexed_rows(builder: Building, lifting: Lifting, expr: ast.Index, base: Node) -> Node:
    """A row, a column or another part at index names: `Z[i, :]`, `E[y[i], :]`."""
    codes: list[int] = []
    cuts: list[ast.Expr] = []
    whole = ast.Slice(expr.span, None, None)
    for index in expr.indices:
        labels = index.base if isinstance(index, ast.Index) and label_count(builder.inference, index) else None
        if labels is not None and isinstance(index, ast.Index):
            codes += [plain_index(builder, part) or 1 for part in index.indices]
            cuts.append(labels)
        elif isinstance(index, ast.Name) and index.id in builder.indices:
            codes.append(-builder.indices[index.id])
            cuts.append(whole)
        else:
            codes.append(0)
            cuts.append(index)
    array = build_part(builder, ast.Index(expr.span, expr.base, tuple(cuts)), base)
    codes += [0] * (len(array.shape) - len(codes))
    shape = tuple(dim if code == 0 else 1 for code, dim in zip(codes, array.shape, strict=True))
    own = normal_shape(shape) if len(shape) < 3 else normal_shape(tuple(dim for dim in shape if dim != 1))
    return lifting.rows(array, tuple(codes), own)


def indexed_entry(builder: Building, lifting: Lifting, expr: ast.Index, base: Node) -> Node:
    """An entry whose indices are index names, numbers, computed of both, sizes or labels."""
    if any(map(is_open, expr.indices)):
        return indexed_rows(builder, lifting, expr, base)
    dims = base.shape[-1:] if is_row(base.shape) and len(expr.indices) == 1 else base.shape
    indices = expr.indices
    if len(indices) == len(dims) + 1:  # a column's second axis, and a scalar's first, is of size 1
        if plain_index(builder, indices[-1]) != 1 and isinstance(indices[-1], ast.Name):
            lifting.dims.setdefault(builder.indices.get(indices[-1].id, 0), 1)
        indices = indices[:-1]
        if not indices:
            return base
    codes: list[int] = []
    factors: list[Node] = []
    summed: list[int] = []
    for index, dim in zip(indices, dims, strict=True):
        plain = plain_index(builder, index)
        if plain is not None and (plain > 0 or lifting.dims.get(-plain, dim) == dim):
            codes.append(plain)
            continue
        letter = lifting.fresh(dim)
        codes.append(-letter)
        summed.append(letter)
        factors.append(_choice(builder, lifting, index, dim, letter))
    entry = lifting.entry(base, tuple(codes))
    return lifting.sum(mul(entry, *factors), tuple(summed)) if summed else entry


def plain_index(builder: Building, index: ast.Expr) -> int | None:
    """The code of an index that is a name or a number; None of any other."""
    if isinstance(index, ast.Name) and index.id in builder.indices:
        return -builder.indices[index.id]
    number = polynomial(index)
    return number if isinstance(number, int) else None


def _choice(builder: Building, lifting: Lifting, index: ast.Expr, dim: Dim, letter: int) -> Node:
    """1 where the letter is the index, else 0."""
    if label_count(builder.inference, index) is not None:
        labels = index.base if isinstance(index, ast.Index) else index
        array = onehot(builder.build(labels, {}), dim)
        inner = index.indices if isinstance(index, ast.Index) else ()
        codes = tuple(plain_index(builder, part) or 1 for part in inner)
        return lifting.entry(array, (*codes, -letter))
    computed = affine(index, builder.indices)
    if computed is None:
        return lifting.entry(unit_at(dim, polynomial(index) or 1), (-letter,))
    steps, offset = computed
    letters = [builder.indices[name] for name in steps]
    shape = (*(lifting.dims[own] for own in letters), dim)
    array = place(tuple(steps.values()), offset, shape)
    return lifting.entry(array, (*(-own for own in letters), -letter))
