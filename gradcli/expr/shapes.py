"""Dimensions and shapes.

A dimension is a polynomial of named sizes, `"n"`, `"4*h"`, or an integer: see `dims`.  A shape is a tuple of
dimensions: `()` a scalar, `(n,)` a column vector, `(m, n)` a matrix (`(1, n)` is a row), longer ones tensors.
`n x 1` is always written `(n,)` and `1 x 1` is `()`, so that equal values have equal shapes.
"""

from __future__ import annotations

from gradcli.expr.dims import Dim, least_dim, least_parts

Shape = tuple[Dim, ...]


class ShapeError(ValueError):
    """Shapes that do not fit; the message names both."""


def normal_shape(dims: tuple[Dim, ...]) -> Shape:
    """The one spelling of a shape: `n x 1` as a vector, `1 x 1` and `R[1]` as a scalar."""
    if len(dims) == 2 and dims[1] == 1:
        dims = dims[:1]
    return () if dims == (1,) else tuple(dims)


def rows(shape: Shape) -> Dim:
    """Rows of a scalar, vector or matrix read as a matrix."""
    return shape[0] if shape else 1


def cols(shape: Shape) -> Dim:
    """Columns of a scalar, vector or matrix read as a matrix."""
    return shape[1] if len(shape) == 2 else 1


def is_row(shape: Shape) -> bool:
    """Whether this is a `1 x n` row vector."""
    return len(shape) == 2 and shape[0] == 1


def is_list(shape: Shape) -> bool:
    """Whether this is a vector, as a column or as a row."""
    return len(shape) == 1 or is_row(shape)


def list_dim(shape: Shape) -> Dim:
    """The length of a vector, column or row (a scalar has length 1)."""
    return shape[-1] if shape else 1


def transposed(shape: Shape) -> Shape:
    """The shape of the transpose of a scalar, vector or matrix."""
    if not shape:
        return shape
    if len(shape) > 2:
        raise ShapeError(f"a tensor of rank {len(shape)} has no transpose")
    return normal_shape((cols(shape), rows(shape)))


def product_shape(a: Shape, b: Shape) -> Shape:
    """The shape of `A @ B`, a vector being a column and a scalar a 1 x 1 matrix."""
    if len(a) > 2 or len(b) > 2 or cols(a) != rows(b):
        raise ShapeError(f"{show_shape(a)} @ {show_shape(b)}")
    return normal_shape((rows(a), cols(b)))


def joint_shape(shapes: list[Shape]) -> Shape:
    """The shape of an elementwise combination: all alike, scalars going with anything."""
    out: Shape = ()
    for shape in shapes:
        if shape and out and shape != out:
            raise ShapeError(f"{show_shape(out)} and {show_shape(shape)}")
        out = out or shape
    return out


def show_shape(shape: Shape) -> str:
    """A shape as people write it: `m x n`, `n x 1`, `scalar`, `i x j x k`."""
    if not shape:
        return "scalar"
    dims = shape if len(shape) > 1 else (shape[0], 1)
    return " x ".join(str(dim) for dim in dims)


__all__ = [
    "Dim", "Shape", "ShapeError", "cols", "is_list", "is_row", "joint_shape", "least_dim", "least_parts", "list_dim",
    "normal_shape", "product_shape", "rows", "show_shape", "transposed",
]  # fmt: skip
