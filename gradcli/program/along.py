"""The functions that keep the shape and work along an axis: cumsum, cumprod, flip and roll."""

from __future__ import annotations

from fractions import Fraction

from gradcli.expr import running
from gradcli.expr.dims import Dim, dim_difference, dim_scaled, terms_of
from gradcli.expr.node import Node
from gradcli.program.signature import LanguageFunction, Misfit, Options
from gradcli.program.unify import OpenDim, OpenShape, find, settle, show_open

_FLIPPED = "flip(A, axis=0) turns each column round"
_HINTS = {
    "cumsum": "cumsum(A, axis=0) runs down each column",
    "cumprod": "cumprod(A, axis=0) runs down each column",
    "roll": "roll(A, 1, axis=0) moves each column on",
}


def _along(options: Options, rank: int) -> int | None:
    """The axis, counted from the end where it is negative."""
    axis = options.get("axis")
    return (axis + rank if axis < 0 else axis) if isinstance(axis, int) else None


def _shape(name: str, shape: OpenShape, options: Options) -> OpenShape:
    shape = settle(shape)
    axis = _along(options, len(shape))
    if axis is not None and axis not in range(len(shape)):
        raise Misfit(
            "E305",
            f"{name}(..., axis={options['axis']}) does not fit {show_open(shape)}",
            f"the axes count from 0 to {len(shape) - 1}" if shape else None,
        )
    if axis is None and name in _HINTS and (len(shape) > 2 or (len(shape) == 2 and find(shape[0]) != 1)):
        what = "a matrix" if len(shape) == 2 else f"an array of rank {len(shape)}"
        raise Misfit("E406", f"{name} of {what} needs an axis", _HINTS[name])
    if isinstance(options.get("shift"), str):
        _round(options["shift"], _length(shape, axis))
    return shape


def _length(shape: OpenShape, axis: int | None) -> OpenDim:
    """How many places there are to go round."""
    return find(shape[-1 if axis is None else axis]) if shape else 1


def _round(shift: Dim, length: OpenDim) -> int:
    """A shift less the times that it goes round.  Raises Misfit where sizes do not say how far that is."""
    if isinstance(length, str) and isinstance(shift, str):
        terms = terms_of(shift)
        leading = next(iter(terms_of(length)))
        times = Fraction(terms.get(leading, 0), terms_of(length)[leading])
        if times.denominator == 1:
            shift = dim_difference(shift, dim_scaled(int(times), length))
    if not isinstance(shift, int):
        raise Misfit(
            "E209",
            f"roll by {shift} moves by no number of places that is known here",
            f"a number, or one less whole rounds, roll(x, {length} - 1)" if isinstance(length, str) else None,
        )
    return shift


def _function(name: str) -> LanguageFunction:
    def build(nodes: list[Node], options: Options) -> Node:
        along = _along(options, len(nodes[0].shape))
        if name == "roll":
            shift = _round(options.get("shift", 1), _length(nodes[0].shape, along))
            return running.roll(nodes[0], shift, along)
        return {"cumsum": running.cumsum, "cumprod": running.cumprod, "flip": running.flip}[name](nodes[0], along)

    most = 2 if name == "roll" else 1
    options = ("axis", "shift") if name == "roll" else ("axis",)
    return LanguageFunction(1, most, lambda s, o: _shape(name, s[0], o), build, options)


ALONG_FUNCTIONS: dict[str, LanguageFunction] = {name: _function(name) for name in ("cumsum", "cumprod", "flip", "roll")}
