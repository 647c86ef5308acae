"""Dimensions that are still unknown, and finding them by unification.

While shapes are inferred a dimension is an integer, a declared name (rigid: two different names never agree) or an
`Unknown`, which is bound to whatever it must equal.
"""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.expr.dims import Dim, dim_difference, dim_product, dim_sum, least_dim, quotient
from gradcli.expr.shapes import Shape, normal_shape


class Unknown:
    """A dimension to be found; `bound` points at what it was found equal to.

    With `parts` it is their sum or product, or the lesser of them, as `kind` says, found when both are.
    """

    __slots__ = ("bound", "kind", "parts")

    def __init__(self, parts: tuple[OpenDim, OpenDim] | None = None, kind: str = "product") -> None:
        self.bound: OpenDim | None = None
        self.parts = parts
        self.kind = kind


OpenDim = int | str | Unknown
OpenShape = tuple[OpenDim, ...]


def find(dim: OpenDim) -> OpenDim:
    """What a dimension is known to be by now."""
    while isinstance(dim, Unknown) and dim.bound is not None:
        if isinstance(dim.bound, Unknown) and dim.bound.bound is not None:
            dim.bound = dim.bound.bound  # halve the path
        dim = dim.bound
    if isinstance(dim, Unknown) and dim.parts is not None:
        dim.bound = _composed(dim, *(find(part) for part in dim.parts))
        return dim if dim.bound is None else dim.bound
    return dim


def _composed(dim: Unknown, a: OpenDim, b: OpenDim) -> OpenDim | None:
    """What a sum, product or lesser dimension of these parts is; None where it is not known yet."""
    known = not isinstance(a, Unknown) and not isinstance(b, Unknown)
    if dim.kind == "least":
        if a is b or a == 1 or b == 1 or known:
            return a if isinstance(a, Unknown) and a is b else least_dim(*_known(a, b))
        return None
    neutral = 0 if dim.kind == "sum" else 1
    if a == neutral or b == neutral:
        return b if a == neutral else a
    if isinstance(a, Unknown) or isinstance(b, Unknown):
        return None
    return dim_sum(a, b) if dim.kind == "sum" else dim_product(a, b)


def _known(a: OpenDim, b: OpenDim) -> tuple[Dim, Dim]:
    """Two dimensions, one of which may be open where the other is 1."""
    return 1 if isinstance(a, Unknown) else a, 1 if isinstance(b, Unknown) else b


def least(a: OpenDim, b: OpenDim) -> OpenDim:
    """The dimension `min(a, b)`."""
    return find(Unknown((a, b), "least"))


def product(a: OpenDim, b: OpenDim) -> OpenDim:
    """The dimension `a * b`."""
    return find(Unknown((a, b)))


def total(a: OpenDim, b: OpenDim) -> OpenDim:
    """The dimension `a + b`."""
    return find(Unknown((a, b), "sum"))


def difference(a: OpenDim, b: OpenDim) -> OpenDim:
    """The dimension `a - b`."""
    return total(a, product(-1, b))


def unify(a: OpenDim, b: OpenDim) -> bool:
    """Make two dimensions equal; False where they cannot be."""
    a, b = find(a), find(b)
    if a is b or a == b:
        return True
    if isinstance(a, Unknown) and a.parts is not None:
        a, b = b, a
    if isinstance(b, Unknown) and b.parts is not None:
        if isinstance(a, Unknown) and a.parts is not None and a.kind == "least":
            a, b = b, a
        return _unify_least(b, a) if b.kind == "least" else _unify_composed(b, a)
    if isinstance(b, Unknown):
        b.bound = a
        return True
    if isinstance(a, Unknown):
        a.bound = b
        return True
    return False


def _unify_least(whole: Unknown, other: OpenDim) -> bool:
    """The lesser of two dimensions, one not known yet, and another one: what is not known is taken to be that."""
    assert whole.parts is not None
    if isinstance(other, Unknown):
        if other.parts is not None or _occurs(other, whole):
            return False
        other.bound = whole
        return True
    for part in whole.parts:
        if isinstance(find(part), Unknown) and not unify(part, other):
            return False
    return find(whole) == other


def _unify_composed(whole: Unknown, other: OpenDim) -> bool:
    """A sum or product that is not known yet and another dimension; of two the first parts are taken for equal."""
    assert whole.parts is not None
    if isinstance(other, Unknown):
        if other.parts is not None:
            return other.kind == whole.kind and all(unify(p, q) for p, q in zip(whole.parts, other.parts, strict=True))
        if _occurs(other, whole):
            return False
        other.bound = whole
        return True
    first, second = (find(part) for part in whole.parts)
    known, missing = (second, first) if isinstance(first, Unknown) else (first, second)
    if isinstance(known, Unknown):
        return known is missing and _halved(whole.kind, known, other)
    rest = dim_difference(other, known) if whole.kind == "sum" else quotient(other, known)
    return rest is not None and unify(missing, rest)


def _halved(kind: str, part: Unknown, other: Dim) -> bool:
    """`2 * part == other` where that is a dimension; a square is not taken apart."""
    half = quotient(other, 2) if kind == "sum" else None
    return half is not None and unify(part, half)


def _occurs(part: Unknown, whole: OpenDim) -> bool:
    whole = find(whole)
    if whole is part:
        return True
    return isinstance(whole, Unknown) and whole.parts is not None and any(_occurs(part, p) for p in whole.parts)


def settle(shape: Sequence[OpenDim]) -> OpenShape:
    """A shape with what is known put in, in its normal spelling."""
    found = tuple(dim if dim.__class__ is not Unknown else find(dim) for dim in shape)
    if len(found) == 2 and found[1] == 1:
        found = found[:1]
    return () if found == (1,) else found


def unify_shapes(a: OpenShape, b: OpenShape) -> bool:
    """Make two shapes equal; False where they cannot be (some dimensions may be bound already)."""
    a, b = settle(a), settle(b)
    return len(a) == len(b) and all(unify(p, q) for p, q in zip(a, b, strict=True))


def could_agree(a: OpenShape, b: OpenShape) -> bool:
    """Whether two shapes could be equal, dimension by dimension; binds nothing."""
    a, b = settle(a), settle(b)
    return len(a) == len(b) and all(
        p == q or isinstance(p, Unknown) or isinstance(q, Unknown) for p, q in zip(a, b, strict=True)
    )


def show_open(shape: OpenShape) -> str:
    """A shape for messages; a dimension not yet known is `?`."""
    shape = settle(shape)
    if not shape:
        return "a scalar"
    dims: OpenShape = shape if len(shape) > 1 else (*shape, 1)
    return " x ".join("?" if isinstance(dim, Unknown) else str(dim) for dim in dims)


class Namer:
    """Gives the dimensions that stayed unknown names that nothing else in the program has."""

    ORDER = ("m", "n", "p", "q", "r", "s", "k", "l", "d", "h")

    def __init__(self, taken: set[str]) -> None:
        self._taken = set(taken)

    def name(self, shape: OpenShape) -> None:
        """Name each unknown dimension of a shape: `m x n` for a first matrix, `n` for a first vector."""
        order = ("n", *self.ORDER) if len(shape) == 1 else self.ORDER
        for dim in shape:
            found = find(dim)
            if isinstance(found, Unknown):
                found.bound = self._fresh(order)

    def _fresh(self, order: Sequence[str]) -> str:
        number = 0
        while True:
            for base in order:
                name = f"{base}{number}" if number else base
                if name not in self._taken:
                    self._taken.add(name)
                    return name
            number += 1


def closed(shape: Sequence[OpenDim]) -> Shape:
    """A shape all of whose dimensions are known.

    Raises LookupError where one is not.
    """
    dims: list[Dim] = []
    for dim in shape:
        found = find(dim)
        if isinstance(found, Unknown):
            raise LookupError("a dimension is not determined")
        dims.append(found)
    return normal_shape(tuple(dims))
