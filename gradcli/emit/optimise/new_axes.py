"""Axes of length 1 that are put in: looked at, not copied, and put in after what is done by entry before them."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.emit.instr import Instr
from gradcli.emit.optimise.rewrite import Pass, Rule, make_sum, parts_of_product, terms_of_sum
from gradcli.emit.shape import Lengths

_LISTS: dict[str, tuple[int | None, ...]] = {"column": (0, None), "row": (None, 0)}
_BY_ENTRY = ("sqrt", "map", "power", "maximum", "minimum", "compare", "where", "product", "sum")


def axes_put_in(instr: Instr) -> tuple[int | None, ...] | None:
    """Where the axes of the array below stand, with None for each new one; None where axes change places."""
    axes = _LISTS.get(instr.kind, instr.data if instr.kind == "axes" else None)
    if not isinstance(axes, tuple) or [axis for axis in axes if axis is not None] != list(range(instr.args[0].rank)):
        return None
    return axes


def put_in(run: Pass, instr: Instr, axes: tuple[int | None, ...]) -> Instr:
    """An array with new axes of length 1."""
    return run.make("axes", instr, data=axes, rank=len(axes))


def _reshape(run: Pass, instr: Instr) -> Instr | None:
    """The last of several shapes counts; that which an array has is none, and axes of length 1 are only looked at."""
    base, *sizes = instr.args
    while base.kind == "reshape" or axes_put_in(base) is not None:
        base = base.args[0]
    before, after = run.shape(base), run.shape(instr)
    if before is not None and after is not None:
        if before == after:
            return base
        new = _new_axes(before, after)
        if new is not None and base.rank:
            return put_in(run, base, new)
    return None if base is instr.args[0] else run.make("reshape", base, *sizes, rank=instr.rank)


def _new_axes(before: Lengths, after: Lengths) -> tuple[int | None, ...] | None:
    """Where axes of length 1 are put in; None where more is done."""
    axes: list[int | None] = []
    for dim in after:
        place = len(axes) - axes.count(None)
        if place < len(before) and before[place] == dim:
            axes.append(place)
        elif dim == 1:
            axes.append(None)
        else:
            return None
    return tuple(axes) if len(axes) - axes.count(None) == len(before) else None


def _on_smaller(run: Pass, instr: Instr) -> Instr | None:
    """What is done by entry with arrays that have the same new axes is done before these are put in."""
    arrays = [arg for arg in instr.args if arg.rank]
    axes = axes_put_in(arrays[0]) if arrays and arrays[0].rank == instr.rank else None
    if axes is None or any(arg.rank != instr.rank or axes_put_in(arg) != axes for arg in arrays):
        return None
    if instr.rank == 2 and len(arrays) == 1 and instr.kind in ("product", "sum"):
        return None  # scalars find their own way into a column or a row
    args = [arg.args[0] if arg.rank else arg for arg in instr.args]
    return put_in(run, run.make(instr.kind, *args, data=instr.data, rank=arrays[0].args[0].rank), axes)


def _joined_factors(run: Pass, instr: Instr) -> Instr | None:
    """Factors with the same new axes as one, and those that have more new ones with them."""
    if instr.rank < 3:
        return None
    value, over, under = parts_of_product(instr)
    narrow = {part: axes for part in (*over, *under) if part.rank == instr.rank and (axes := axes_put_in(part))}
    if len(narrow) == len([part for part in instr.args if part.rank]):
        return None
    for largest in narrow.values():
        there = {place for place, axis in enumerate(largest) if axis is not None}
        parts = [
            part for part, axes in narrow.items() if there >= {p for p, axis in enumerate(axes) if axis is not None}
        ]
        if len(parts) < 2:
            continue

        def small(part: Instr, places: tuple[int | None, ...] = largest) -> Instr:
            kept = tuple(axis for axis, place in zip(narrow[part], places, strict=True) if place is not None)
            return put_in(run, part.args[0], kept)

        tops, bottoms = ([small(part) for part in side if part in parts] for side in (over, under))
        joined = put_in(run, run.product(1, tops, bottoms), largest)
        above = [*(part for part in over if part not in parts), joined]
        return run.product(value, above, [part for part in under if part not in parts])
    return None


def _places(axes: Sequence[int | None]) -> set[int]:
    return {place for place, axis in enumerate(axes) if axis is not None}


# ------------------------------------------------------------------------------ ones


def _without_ones(run: Pass, instr: Instr) -> Instr | None:
    """Ones that only spread what they are multiplied by are left out where another factor or term has that shape."""
    shape = run.shape(instr)
    if instr.rank < 2 or shape is None:
        return None
    if instr.kind == "product":
        value, over, under = parts_of_product(instr)
        new = _narrowed(run, over, under, shape)
        if new is not None:
            return run.product(value, new, under)
        below = [part for part in under if not _is_one(_stripped(run, part))]
        return run.product(value, over, below) if below != under and _spans(run, [*over, *below], shape) else None
    terms = terms_of_sum(instr)
    for place, (sign, term) in enumerate(terms):
        value, over, under = parts_of_product(term)
        others = [other for i, (_, other) in enumerate(terms) if i != place]
        new = _narrowed(run, over, [*under, *others], shape)
        if new is not None and any(part.rank for part in new):
            narrow = run.product(value, new, under)
            if narrow.rank == instr.rank and narrow is not term:
                return make_sum(run, [*terms[:place], (sign, narrow), *terms[place + 1 :]], instr.rank)
    return None


def _without_ones_in_choice(run: Pass, instr: Instr) -> Instr | None:
    """The same of what is compared or chosen."""
    shape = run.shape(instr)
    if instr.rank < 2 or shape is None:
        return None
    for place, part in enumerate(instr.args):
        thin = _spread_list(run, part)
        rest = [*instr.args[:place], *instr.args[place + 1 :]]
        if thin is not None and _spans(run, [thin, *rest], shape):
            args = [*instr.args[:place], thin, *instr.args[place + 1 :]]
            return run.make(instr.kind, *args, data=instr.data, rank=instr.rank)
    return None


def _spread_list(run: Pass, part: Instr) -> Instr | None:
    """An array without the ones that spread it; None where there are none, or nothing is left."""
    thin = _stripped(run, part)
    return thin if thin is not part and thin.rank == part.rank and part.rank else None


def _is_one(instr: Instr) -> bool:
    return instr.kind == "number" and instr.data == 1


def _among_ones(run: Pass, instr: Instr) -> Instr | None:
    """Ones as factors of what has their shape, a power of ones, rows scaled by ones."""
    match instr.kind:
        case "power" if instr.args[0].kind == "ones":
            return instr.args[0]
        case "scale_rows" | "scale_cols" if instr.args[0].kind == "ones":
            return instr.args[1]
        case "product" if instr.rank:
            return _product_of_ones(run, instr)
    return None


def _product_of_ones(run: Pass, instr: Instr) -> Instr | None:
    value, over, under = parts_of_product(instr)
    arrays = [part for part in (*over, *under) if part.rank]
    ones = [part for part in arrays if part.kind == "ones" and run.shape(part) == run.shape(instr) is not None]
    others = [part for part in arrays if part not in ones]
    above, below = ([part for part in parts if part not in ones] for parts in (over, under))
    if not ones or (others and not any(run.shape(part) == run.shape(instr) for part in others)):
        return None
    if others:
        return run.product(value, above, below)
    return run.product(value, [*above, ones[0]], below) if len(arrays) > 1 or ones[0] in under else None


def _narrowed(run: Pass, over: Sequence[Instr], others: Sequence[Instr], shape: Lengths) -> list[Instr] | None:
    """Factors with ones taken out, where all together still have this shape; None where there are none."""
    for place, part in enumerate(over):
        thin = _stripped(run, part)
        if part.kind == "outer" and thin.rank:
            continue  # a matrix of rank 1 multiplies as one as long as it is one
        if thin is part or thin.rank not in (0, part.rank):
            continue
        new = [*over[:place], *([] if _is_one(thin) else [thin]), *over[place + 1 :]]
        if _spans(run, [*new, *others], shape):
            return new
    return None


def _spans(run: Pass, parts: Sequence[Instr], shape: Lengths) -> bool:
    """Whether the parts, spread over each other, have a shape."""
    known = [found for part in parts if part.rank == len(shape) and (found := run.shape(part)) is not None]
    return all(any(found[axis] == dim for found in known) for axis, dim in enumerate(shape))


def _stripped(run: Pass, part: Instr) -> Instr:
    """An array without the ones that spread it, their axes of length 1; a scalar where nothing but ones is there, and
    itself where there are none."""
    match part.kind:
        case "ones":
            return run.number(1)
        case "outer":
            a, b = part.args
            for ones, other, kind in ((b, a, "column"), (a, b, "row")):
                scalar = _stripped(run, ones)
                if not scalar.rank:
                    return run.product(1, [scalar, run.make(kind, other, rank=2)])
        case "column" | "row" | "axes":
            axes = axes_put_in(part)
            inner = _stripped(run, part.args[0])
            if axes is not None and inner is not part.args[0]:
                return put_in(run, inner, axes) if inner.rank else inner
        case "product" if part.rank:
            value, over, under = parts_of_product(part)
            new = [_stripped(run, each) if each.rank else each for each in over]
            if new != over and max((each.rank for each in (*new, *under)), default=0) in (0, part.rank):
                return run.product(value, new, under)
    return part


# ------------------------------------------------------------------------------ sums


def _total(run: Pass, instr: Instr) -> Instr | None:
    """The sum of `A * v[:, :, None]` as the inner product of v with the sums of A over the other axes."""
    (inner,) = instr.args
    if inner.kind != "product" or inner.rank < 3 or not run.once(inner):
        return None
    value, over, under = parts_of_product(inner)
    shape = run.shape(inner)
    narrow = [part for part in over if axes_put_in(part) is not None]
    if not narrow or any(part.rank for part in under) or shape is None:
        return None
    outer = max(narrow, key=run.weight)
    rest = [part for part in over if part is not outer]
    if not any(run.shape(part) == shape for part in rest) or any(part.rank not in (0, inner.rank) for part in rest):
        return None
    axes = axes_put_in(outer) or ()
    letters = "ijklmnopq"[: inner.rank]
    kept = "".join(letter for letter, axis in zip(letters, axes, strict=True) if axis is not None)
    (small,) = outer.args
    sums = run.make("einsum", run.product(1, rest), data=f"{letters}->{kept}", rank=small.rank)
    return run.product(value, [run.make("dot", sums, small)], under)


RULES: dict[str, tuple[Rule, ...]] = {
    **{kind: (_on_smaller,) for kind in _BY_ENTRY},
    **{kind: (_on_smaller, _without_ones_in_choice) for kind in ("compare", "where", "maximum", "minimum")},
    "reshape": (_reshape,),
    "power": (_among_ones, _on_smaller),
    "scale_rows": (_among_ones,),
    "scale_cols": (_among_ones,),
    "product": (_among_ones, _on_smaller, _joined_factors, _without_ones),
    "sum": (_on_smaller, _without_ones),
    "total": (_total,),
}
