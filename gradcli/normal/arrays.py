"""Index polynomials with the axes of the array they are the entries of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gradcli.expr.dims import dim_product
from gradcli.expr.shapes import Dim, Shape, is_row
from gradcli.normal.poly import FIRST_DUMMY, Factor, Poly, Rational, Term, Unsupported, atom, delta, dummies_of
from gradcli.normal.product import Product
from gradcli.normal.simplify import contract, simplify

Axis = tuple[Dim, ...]


@dataclass(frozen=True, slots=True)
class Array:
    """The entries of an array as a polynomial in its axes.

    An axis of product dimension (of `kron` and `vec`) is several indices, the first the slowest.  The free indices
    are numbered through all axes; a vector, row or column, has one axis.
    """

    poly: Poly
    axes: tuple[Axis, ...]

    def group(self, axis: int) -> list[int]:
        """The free indices of an axis."""
        start = sum(len(other) for other in self.axes[:axis])
        return list(range(start, start + len(self.axes[axis])))

    def indices(self) -> list[int]:
        """All free indices."""
        return list(range(sum(len(axis) for axis in self.axes)))


def axes_of(shape: Shape) -> tuple[Axis, ...]:
    """The axes of a shape: those of dimension 1 of a row are none, those of arrays of rank 3 and more have no index."""
    if len(shape) > 2:
        return tuple(() if dim == 1 else (dim,) for dim in shape)
    return ((shape[1],),) if is_row(shape) else tuple((dim,) for dim in shape)


def aligned(args: Sequence[Array]) -> tuple[list[Poly], tuple[Axis, ...]]:
    """The polynomials of arrays that are combined entry by entry, and their axes; scalars go with anything."""
    shaped = [arg for arg in args if arg.axes]
    if not shaped:
        return [arg.poly for arg in args], ()
    finest = max(shaped, key=lambda arg: len(arg.indices()))
    polys = []
    for arg in args:
        if arg.axes and arg.axes != finest.axes:
            polys.append(_refined(arg, finest.axes))
        else:
            polys.append(arg.poly)
    return polys, finest.axes


def _refined(arg: Array, axes: tuple[Axis, ...]) -> Poly:
    """The same entries over finer axes, where only identities depend on those that differ."""
    finer = Array(arg.poly, axes)
    mapping: dict[int, int] = {}
    pairs: dict[int, list[tuple[int, Dim]]] = {}
    for k, axis in enumerate(arg.axes):
        if axis == axes[k]:
            mapping.update(zip(arg.group(k), finer.group(k), strict=True))
        elif len(axis) == 1:
            pairs[arg.group(k)[0]] = list(zip(finer.group(k), axes[k], strict=True))
        elif {*arg.group(k)} & {*arg.poly.free()}:
            raise Unsupported("product dimensions that split differently")
    parts: dict[Term, Rational] = {}
    for term, value in arg.poly.terms.items():
        factors: list[Factor] = []
        for array, idx, exponent in term:
            if not pairs.keys() & {*idx}:
                factors.append((array, tuple(mapping.get(i, i) for i in idx), exponent))
            elif array.kind == "delta" and pairs.keys() >= {*idx}:
                for (i, dim), (j, other) in zip(pairs[idx[0]], pairs[idx[1]], strict=True):
                    if dim != other:
                        raise Unsupported("product dimensions that split differently")
                    factors.append((delta(dim), (i, j), exponent))
            else:
                raise Unsupported("product dimensions that split differently")
        simplify(Product(value, factors, dummies_of(term)), parts)
    return Poly(parts)


def summed(arg: Array, over: Sequence[int], kept: Mapping[int, int]) -> Poly:
    """The sum over some free indices, the others renamed."""
    dims = dict(zip(arg.indices(), (dim for axis in arg.axes for dim in axis), strict=True))
    bound = {FIRST_DUMMY + i: dims[i] for i in over}
    return contract([(arg.poly, {**kept, **{i: FIRST_DUMMY + i for i in over}})], bound)


def compressed(poly: Poly, axes: Sequence[Axis], kept: Sequence[int]) -> Array:
    """The free indices `kept`, renumbered from 0."""
    return Array(contract([(poly, {i: k for k, i in enumerate(kept)})]), tuple(axes))


def turned(arg: Array) -> Array:
    """The transpose of a matrix; a vector has the same entries either way."""
    if len(arg.axes) < 2:
        return arg
    rows, columns = arg.axes
    order = arg.group(1) + arg.group(0)
    return Array(contract([(arg.poly, {i: k for k, i in enumerate(order)})]), (columns, rows))


def plain_square(arg: Array) -> Dim:
    """The dimension of a square matrix whose axes are single indices."""
    if len(arg.axes) != 2 or arg.axes[0] != arg.axes[1] or len(arg.axes[0]) != 1:
        raise Unsupported("a matrix function of a Kronecker product")
    return arg.axes[0][0]


def chain_product(args: Sequence[Array], shapes: Sequence[Shape]) -> Array:
    """`A @ B @ ..`; vectors are columns, scalars 1 x 1."""
    parts: list[tuple[Poly, dict[int, int]]] = []
    bound: dict[int, Dim] = {}
    axes: list[Axis] = []
    following, free = FIRST_DUMMY, 0
    open_axis: list[int] | None = None  # the indices that the next factor's rows are
    last = len(args) - 1
    for place, (arg, shape) in enumerate(zip(args, shapes, strict=True)):
        mapping: dict[int, int] = {}
        has_rows = bool(shape) and not is_row(shape)
        has_columns = len(shape) == 2
        if has_rows:
            group = arg.group(0)
            if open_axis is None:
                axes.append(arg.axes[0])
                mapping.update((i, free + k) for k, i in enumerate(group))
                free += len(group)
            else:
                if [bound[i] for i in open_axis] != list(arg.axes[0]):
                    raise Unsupported("product dimensions that split differently")
                mapping.update(zip(group, open_axis, strict=True))
                open_axis = None
        if has_columns:
            axis = arg.axes[-1]
            group = arg.group(len(arg.axes) - 1)
            closes = place < last and bool(shapes[place + 1]) and not is_row(shapes[place + 1])
            if closes:
                open_axis = [following + k for k in range(len(axis))]
                bound.update(zip(open_axis, axis, strict=True))
                following += len(axis)
                mapping.update(zip(group, open_axis, strict=True))
            else:
                axes.append(axis)
                mapping.update((i, free + k) for k, i in enumerate(group))
                free += len(group)
        parts.append((arg.poly, mapping))
    return Array(contract(parts, bound), tuple(axes))


def kronecker(args: Sequence[Array], shapes: Sequence[Shape]) -> Array:
    """The Kronecker product of two; each axis is the pair of the factors' indices."""
    rows: list[tuple[int, int, Axis]] = []
    columns: list[tuple[int, int, Axis]] = []
    for which, (arg, shape) in enumerate(zip(args, shapes, strict=True)):
        if shape and not is_row(shape):
            rows.append((which, 0, arg.axes[0]))
        if len(shape) == 2:
            columns.append((which, len(arg.axes) - 1, arg.axes[-1]))
    mappings: list[dict[int, int]] = [{} for _ in args]
    free = 0
    axes: list[Axis] = []
    for side in (rows, columns):
        for which, axis, _ in side:
            group = args[which].group(axis)
            mappings[which].update((i, free + k) for k, i in enumerate(group))
            free += len(group)
        if side:
            axes.append(tuple(dim for _, _, axis in side for dim in axis))
    return Array(contract([(arg.poly, m) for arg, m in zip(args, mappings, strict=True)]), tuple(axes))


def regrouped(arg: Array, shape: Shape) -> Array:
    """The same entries, row by row, in another shape whose axes are runs of the array's indices."""
    wanted = [axis[0] for axis in axes_of(shape) if axis]
    finer = _split_axes(arg.axes, wanted)
    arg = arg if finer == arg.axes else Array(_refined(arg, finer), finer)
    waiting = [dim for axis in arg.axes for dim in axis]
    axes: list[Axis] = []
    for axis in axes_of(shape):
        if not axis:
            axes.append(())
            continue
        (dim,) = axis
        run: list[Dim] = []
        size: Dim = 1
        while waiting and size != dim_product(dim, 1):
            run.append(waiting.pop(0))
            size = dim_product(size, run[-1])
        if size != dim_product(dim, 1) or not run:
            raise Unsupported("a reshape that splits a dimension")
        axes.append(tuple(run))
    if waiting:
        raise Unsupported("a reshape that splits a dimension")
    return Array(arg.poly, tuple(axes))


def _split_axes(axes: tuple[Axis, ...], wanted: list[Dim]) -> tuple[Axis, ...]:
    """The axes with a product dimension split where it is the product of a run of wanted dimensions."""
    place = 0
    run: Dim | None = None  # the product so far of indices that one wanted dimension spans
    finer: list[Axis] = []
    for axis in axes:
        new: list[Dim] = []
        for dim in axis:
            end = place
            size: Dim = 1
            while run is None and end < len(wanted) and size != dim_product(dim, 1):
                size = dim_product(size, wanted[end])
                end += 1
            if run is None and size == dim_product(dim, 1):
                new.extend(wanted[place:end])
                place = end
                continue
            new.append(dim)
            run = dim_product(dim, 1) if run is None else dim_product(run, dim)
            if place < len(wanted) and run == dim_product(wanted[place], 1):
                place, run = place + 1, None
        finer.append(tuple(new))
    return tuple(finer)


def fixed(arg: Array, places: Sequence[int]) -> dict[int, int]:
    """The map of free indices to the fixed positions of an entry, counted from 1."""
    mapping: dict[int, int] = {}
    for axis, place in enumerate(places):
        left = place - 1
        for i, dim in reversed(list(zip(arg.group(axis), arg.axes[axis], strict=True))):
            if len(arg.axes[axis]) > 1:
                if not isinstance(dim, int):
                    raise Unsupported("an entry of a product dimension")
                left, digit = divmod(left, dim)
            else:
                digit = left
            mapping[i] = -(digit + 1)
    return mapping


def vector_function(name: str, order: int, arg: Poly, dims: tuple[Dim, ...]) -> Poly:
    """`h` or its `order`-th derivative at a vector: the last `order` slots may be exchanged."""
    from itertools import permutations

    base = tuple(range(len(dims) - order))
    tail = range(len(dims) - order, len(dims))
    symmetries = tuple((*base, *p) for p in permutations(tail) if p != tuple(tail)) if order > 1 else ()
    array = atom("vfun", (name, order), (arg,), dims, symmetries, regular=False)
    return Poly({((array, tuple(range(len(dims))), 1),): 1})


def einstein(inputs: Sequence[str], output: str, args: Sequence[Array], shapes: Sequence[Shape], shape: Shape) -> Array:
    """`einsum`; letters of dimension 1 of a row or a column have no index."""
    letters: dict[str, list[int]] = {}
    axes_of_letter: dict[str, Axis] = {}
    for label, (arg, own) in zip(inputs, zip(args, shapes, strict=True), strict=True):
        for letter, dims in zip(_kept(label, own), arg.axes, strict=True):
            if axes_of_letter.setdefault(letter, dims) != dims:
                raise Unsupported("product dimensions that split differently")
    free, following = 0, FIRST_DUMMY
    bound: dict[int, Dim] = {}
    axes: list[Axis] = []
    for letter in output:
        if letter in axes_of_letter and letter not in letters:
            axis = axes_of_letter[letter]
            letters[letter] = list(range(free, free + len(axis)))
            free += len(axis)
            axes.append(axis)
    for letter, axis in axes_of_letter.items():
        if letter not in letters:
            letters[letter] = list(range(following, following + len(axis)))
            bound.update(zip(letters[letter], axis, strict=True))
            following += len(axis)
    parts: list[tuple[Poly, dict[int, int]]] = []
    for label, (arg, own) in zip(inputs, zip(args, shapes, strict=True), strict=True):
        mapping: dict[int, int] = {}
        for axis_number, letter in enumerate(_kept(label, own)):
            mapping.update(zip(arg.group(axis_number), letters[letter], strict=True))
        parts.append((arg.poly, mapping))
    if len(axes) != len(axes_of(shape)):
        raise Unsupported("an einsum whose result has an axis of its own")
    return Array(contract(parts, bound), tuple(axes))


def _kept(label: str, shape: Shape) -> str:
    """The letters that stand for an index."""
    if is_row(shape) and len(label) == 2:
        return label[1:]
    return label[: len(shape)]
