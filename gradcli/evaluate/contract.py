"""`einsum`: sums of products with named axes."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from math import prod

from gradcli.evaluate.array import Array, Scalar
from gradcli.evaluate.errors import OutsideDomain
from gradcli.evaluate.field import Field

Subscripts = Sequence[Hashable]


def einsum(
    field: Field,
    subscripts: Sequence[Subscripts],
    result: Subscripts,
    operands: Sequence[Array],
    shape: tuple[int, ...],
) -> Array:
    """Sum over the letters that the result lacks.

    An axis of length 1 that a shape leaves out (`n x 1` is a vector) counts as 1.  Letters that only the
    result has repeat the value along their axes; a letter that it has twice makes a diagonal.  Raises
    OutsideDomain where one letter meets two sizes.
    """
    sizes: dict[Hashable, int] = {}
    for letters, dims in [*zip(subscripts, (a.shape for a in operands), strict=True), (result, shape)]:
        padded = (*dims, *[1] * (len(letters) - len(dims)))
        for letter, size in zip(letters, padded, strict=True):
            if sizes.setdefault(letter, size) != size:
                raise OutsideDomain(f"an index ranges over {sizes[letter]} and over {size}")
    summed = [letter for letter in sizes if letter not in set(result)]
    strides = [_strides(letters, sizes) for letters in subscripts]
    kept = list(dict.fromkeys(result))
    strides.append(_strides(result, sizes))
    outer, inner = _offsets(kept, strides, sizes), _offsets(summed, strides, sizes)
    flat: list[Scalar] = [field.zero] * prod(shape)
    data = [operand.flat for operand in operands]
    if len(data) == 1:
        (only,) = data
        shifts = [shift[0] for shift in inner]
        for base, place in outer:
            flat[place] = only[base] if len(shifts) == 1 else field.total([only[base + s] for s in shifts])
        return Array(shape, flat)
    pairs = [(shift[0], shift[1]) for shift in inner] if len(data) == 2 else []
    for *bases, place in outer:
        if len(data) == 2:  # most products: without the general one's loop over operands
            (first, second), (one, other) = data, bases
            terms = [first[one + s] * second[other + t] for s, t in pairs]
        else:
            terms = [_product(field, data, bases, shift[:-1]) for shift in inner]
        flat[place] = terms[0] if len(terms) == 1 else field.total(terms)
    return Array(shape, flat)


def _product(field: Field, data: list[list[Scalar]], base: Sequence[int], shift: Sequence[int]) -> Scalar:
    if not data:
        return field.one
    return prod(flat[b + s] for flat, b, s in zip(data, base, shift, strict=True))


def _strides(letters: Subscripts, sizes: dict[Hashable, int]) -> dict[Hashable, int]:
    strides: dict[Hashable, int] = {}
    step = 1
    for letter in reversed(letters):
        strides[letter] = strides.get(letter, 0) + step
        step *= sizes[letter]
    return strides


def _offsets(
    letters: list[Hashable], strides: list[dict[Hashable, int]], sizes: dict[Hashable, int]
) -> list[tuple[int, ...]]:
    """For every value of the letters, where each operand is read."""
    columns = []
    for stride in strides:
        places = [0]
        for letter in letters:
            step = stride.get(letter, 0)
            moves = [i * step for i in range(sizes[letter])]
            places = [place + move for place in places for move in moves]
        columns.append(places)
    return list(zip(*columns, strict=True))
