"""Literals of blocks, `[[A, B], [C, 0]]`: their shapes and expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gradcli.expr import arith, parts
from gradcli.expr.node import Node
from gradcli.expr.shapes import normal_shape
from gradcli.program.unify import OpenDim, OpenShape, Unknown, closed, find, settle, show_open, total, unify
from gradcli.syntax import ast

if TYPE_CHECKING:
    from gradcli.program.building import Building
    from gradcli.program.inferring import Inferring


def _is_zero(cell: ast.Expr) -> bool:
    return isinstance(cell, ast.Num) and cell.value == 0


def _rows(expr: ast.ListLit) -> list[tuple[ast.Expr, ...]]:
    return [row.items for row in expr.items if isinstance(row, ast.ListLit)]


def block_shape(inference: Inferring, expr: ast.ListLit, local: dict[str, OpenShape]) -> OpenShape:
    """The shape of a literal of blocks; a literal 0 is the zero of the shape that its place leaves it."""
    rows = _rows(expr)
    heights: list[OpenDim] = [Unknown() for _ in rows]
    widths: list[OpenDim] = [Unknown() for _ in rows[0]]
    for height, row in zip(heights, rows, strict=True):
        for width, cell in zip(widths, row, strict=True):
            if _is_zero(cell):
                continue
            shape = settle(inference.infer(cell, local))
            dims = shape + (1,) * (2 - len(shape))
            if len(dims) > 2 or not unify(height, dims[0]) or not unify(width, dims[1]):
                place = f"{_shown(height)} x {_shown(width)}"
                message = f"{inference.text(cell)} is {show_open(shape)}, and its place among the blocks is {place}."
                inference.fail("E301", message, cell, "blocks of a row have one height, those of a column one width")
    inference.blocks[id(expr)] = heights, widths
    return settle((_sum(heights), _sum(widths)))


def _shown(dim: OpenDim) -> str:
    found = find(dim)
    return "?" if isinstance(found, Unknown) else str(found)


def _sum(dims: list[OpenDim]) -> OpenDim:
    out: OpenDim = 0
    for dim in dims:
        out = total(out, dim)
    return out


def build_blocks(builder: Building, expr: ast.ListLit, local: Mapping[str, Node]) -> Node:
    """The matrix of the blocks."""
    heights, widths = builder.inference.blocks[id(expr)]
    for dim in (*heights, *widths):
        if isinstance(find(dim), Unknown):
            builder.inference.fail("E304", "The size of a block of zeros is not determined.", expr, "zeros(m, n)")
    rows = []
    for height, row in zip(heights, _rows(expr), strict=True):
        cells = []
        for width, cell in zip(widths, row, strict=True):
            shape = normal_shape((closed((height, 7))[0], closed((width, 7))[0]))
            cells.append(arith.zeros(shape) if _is_zero(cell) else builder.build(cell, local))
        rows.append(cells)
    return parts.blocks(rows)
