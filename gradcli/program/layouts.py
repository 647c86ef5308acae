"""Which shape a derivative has in which layout (language reference, section 5)."""

from __future__ import annotations

from gradcli.program.unify import OpenDim, OpenShape, settle


def axes(shape: OpenShape) -> OpenShape:
    """A shape with a row vector as the list of its entries: `1 x n` gives `(n,)`."""
    return shape[1:] if len(shape) == 2 and shape[0] == 1 else shape


def is_cell(of: OpenShape, wrt: OpenShape) -> bool:
    """Whether ∂of/∂wrt is a scalar, vector or matrix (else a tensor, with the axes of both)."""
    return len(axes(of)) + len(axes(wrt)) <= 2


def is_transposed(of: OpenShape, wrt: OpenShape, layout: str) -> bool:
    """Whether a layout turns the numerator layout's answer round (for a tensor: puts the axes of wrt first).

    Mixed is numerator but for scalars by arrays, where it is denominator.
    """
    if layout == "mixed":
        return not of and is_cell(of, wrt)
    return layout == "denominator"


def jacobian_shape(of: OpenShape, wrt: OpenShape, layout: str) -> OpenShape:
    """The shape of ∂of/∂wrt: for at most rank 2 together a matrix, else both shapes, one after the other."""
    of, wrt = settle(of), settle(wrt)
    a, b = axes(of), axes(wrt)
    turned = is_transposed(of, wrt, layout)
    if not is_cell(of, wrt):
        return b + a if turned else a + b
    rows, cols = _numerator(a, b)
    return settle((cols, rows) if turned else (rows, cols))


def _numerator(a: OpenShape, b: OpenShape) -> tuple[OpenDim, OpenDim]:
    if len(a) == 2:
        return a[0], a[1]
    if len(b) == 2:
        return b[1], b[0]
    return (a[0] if a else 1), (b[0] if b else 1)
