"""Computed indices, `x[i + k - 1]`: the sizes that indices get from them."""

from __future__ import annotations

from gradcli.expr.dims import Dim, dim_difference, dim_of, names_of, terms_of
from gradcli.program.dimensions import polynomial
from gradcli.program.inferring import Axes, Axis, Inferring
from gradcli.program.subexpressions import subexpressions
from gradcli.program.unify import OpenDim, Unknown, difference, find, product, total, unify
from gradcli.record import dataclass
from gradcli.syntax import ast


@dataclass(frozen=True, slots=True)
class Shift:
    """An index that is a sum of multiples of index names and an offset, where the axis has `dim` places."""

    steps: dict[str, int]
    axes: tuple[Axis, ...]
    offset: Dim
    dim: OpenDim
    index: ast.Expr

    @property
    def plain(self) -> bool:
        """Whether the index is one name, as it is."""
        return isinstance(self.index, ast.Name)


def affine(index: ast.Expr, names: Axes | dict[str, int]) -> tuple[dict[str, int], Dim] | None:
    """The multiples of index names and the offset of a computed index; None where it is none, or has no name in it."""
    place = polynomial(index)
    if place is None:
        return None
    steps: dict[str, int] = {}
    rest: dict[tuple[str, ...], int] = {}
    for factors, value in terms_of(place).items():
        if any(name in names for name in factors):
            if len(factors) > 1:
                return None
            steps[factors[0]] = value
        else:
            rest[factors] = value
    return (steps, dim_of(rest)) if steps else None


def shifted_names(expr: ast.Expr, names: Axes) -> set[str]:
    """The index names that stand in a computed index somewhere, with those that sums in the expression bind."""
    bound = dict(names)
    for part in subexpressions(expr):
        if isinstance(part, ast.IndexSum | ast.Entries):
            bound.update((name, Axis()) for name in part.indices)
    found: set[str] = set()
    for part in subexpressions(expr):
        if isinstance(part, ast.Index):
            for index in part.indices:
                if not isinstance(index, ast.Name):
                    found.update((affine(index, bound) or ({}, 0))[0])
    return found


def note(inference: Inferring, index: ast.Expr, steps: dict[str, int], offset: Dim, dim: OpenDim, here: str) -> None:
    """Enter a computed index; what sizes follow is found when all of them are known."""
    axes = tuple(inference.indices[name] for name in steps)
    for axis in axes:
        axis.used = axis.used or here
    unknown = [name for name in names_of(offset) if name not in inference.scope.dims]
    if unknown:
        inference.fail("E310", f"The index {unknown[0]} is used and never bound.", index, None)
    inference.shifts.append(Shift(steps, axes, offset, dim, index))


def resolve(inference: Inferring) -> None:
    """Give each index the largest size with which every entry lies in its array.  Raises GradcliError."""
    shifts, inference.shifts = inference.shifts, []
    done: set[int] = set()  # an index whose array has no known size either stays open
    while True:
        chosen = _next(shifts, done)
        if chosen is None:
            break
        axis, sizes = chosen
        done.add(id(axis))
        sizes.sort(key=lambda size: not size[1])
        least = sizes[0][0]
        for other, plain in sizes[1:]:
            apart = _apart(other, least)
            if apart is None and sizes[0][1] and not plain:
                continue  # the sizes are drawn so that it fits
            if apart is None and not unify(other, least):
                index = next(shift.index for shift in shifts if axis in shift.axes)
                message = f"The index of {inference.text(index)} runs over {find(least)} and over {find(other)}."
                inference.fail("E310", message, index)
            least = other if apart is not None and apart < 0 else least
        unify(axis.dim, least)
    for shift in shifts:
        _inside(inference, shift)


def _next(shifts: list[Shift], done: set[int]) -> tuple[Axis, list[tuple[OpenDim, bool]]] | None:
    """An index whose size is open, with the sizes that computed indices leave it: plain uses say it first."""
    for only_plain in (True, False):
        seen: dict[int, tuple[Axis, list[tuple[OpenDim, bool]], bool]] = {}
        for shift in shifts:
            for axis, step in zip(shift.axes, shift.steps.values(), strict=True):
                if not _open(axis):
                    continue
                entry = seen.setdefault(id(axis), (axis, [], False))
                others = [
                    (other, number)
                    for other, number in zip(shift.axes, shift.steps.values(), strict=True)
                    if other is not axis
                ]
                if step in (1, -1) and not any(_open(other) for other, _ in others):
                    # up to the last place, or down to the first
                    room: OpenDim = difference(shift.dim, shift.offset) if step == 1 else difference(shift.offset, 1)
                    for other, number in others:
                        far = product(number, other.dim) if (number > 0) == (step == 1) else number
                        room = difference(room, product(step, far))
                    entry[1].append((find(room), shift.plain))
                    seen[id(axis)] = (axis, entry[1], entry[2] or shift.plain)
        for axis, sizes, plain in seen.values():
            if sizes and id(axis) not in done and (plain or not only_plain):
                return axis, sizes
    return None


def _open(axis: Axis) -> bool:
    found = find(axis.dim)
    return isinstance(found, Unknown) and found.parts is None


def _apart(a: OpenDim, b: OpenDim) -> int | None:
    a, b = find(a), find(b)
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return 0 if a is b else None
    apart = dim_difference(a, b)
    return apart if isinstance(apart, int) else None


def _inside(inference: Inferring, shift: Shift) -> None:
    """Check that a computed index begins at 1 or later and ends in the array, where sizes are known to say."""
    low: OpenDim = shift.offset
    high: OpenDim = shift.offset
    for axis, step in zip(shift.axes, shift.steps.values(), strict=True):
        reach = product(step, axis.dim)
        low = total(low, step if step > 0 else reach)
        high = total(high, reach if step > 0 else step)
    first = _apart(low, 1)
    text = inference.text(shift.index)
    if first is not None and first < 0:
        hint = "concat(zeros(m), x) puts zeros before it"
        inference.fail("E307", f"The index {text} begins at {find(low)}: places count from 1.", shift.index, hint)
    last = _apart(high, shift.dim)
    if last is not None and last > 0:
        message = f"The index {text} goes to {find(high)}, and the axis has {find(shift.dim)} places."
        inference.fail("E307", message, shift.index, "concat(x, zeros(m)) puts zeros after it")


__all__ = ["Shift", "affine", "note", "resolve", "shifted_names"]
