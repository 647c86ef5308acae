"""Sizes for the dimensions: random ones to look everywhere, and all small ones in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from random import Random

from gradcli.expr.dims import Dim, dim_difference, dim_sum, dim_value, factors_of, names_of, terms_of
from gradcli.expr.node import Node, label_count
from gradcli.expr.parts import bounds
from gradcli.expr.walk import postorder

Sizes = dict[str, int]

_MENDINGS = 60


class Least(dict[str, int]):
    """The least size of each named dimension, in order of appearance; dimensions of `positive` are to be > 0."""

    def __init__(self) -> None:
        super().__init__()
        self.positive: dict[Dim, None] = {}

    def demand(self, dim: Dim) -> None:
        """Enter the names of a dimension, which is to be > 0."""
        for name in names_of(dim):
            self.setdefault(name, 1)
        if not isinstance(dim, int) and any(value < 0 for value in terms_of(dim).values()):
            self.positive[dim] = None

    def mended(self, sizes: Sizes) -> Sizes | None:
        """The sizes with some made larger (or, where that cannot help, smaller) so that all fits; None: none found."""
        if not self.positive:
            return sizes
        out = dict(sizes)
        for _ in range(_MENDINGS):
            lacking = [(dim, 1 - _value(dim, out)) for dim in self.positive if _value(dim, out) < 1]
            if not lacking:
                return out
            dim, gap = lacking[0]
            larger = [name for names, value in terms_of(dim).items() if value > 0 for name in names if name in out]
            smaller = [name for names, value in terms_of(dim).items() if value < 0 for name in names if name in out]
            if larger:
                out[larger[0]] += gap if factors_of(dim)[0] is dim else 1
            elif smaller and out[smaller[0]] > self[smaller[0]]:
                out[smaller[0]] -= 1
            else:
                return None
        return None


def _value(dim: Dim, sizes: Sizes) -> int:
    return dim_value(dim, sizes.__getitem__)


def dimensions(roots: Iterable[Node]) -> Least:
    """The named dimensions of expressions, in order of appearance, each with the least size it may have.

    A literal index `x[3]` asks for three entries, a slice `x[2:n]` for as many as it ends at.
    """
    least = Least()
    for node in postorder(roots):
        for dim in (*node.shape, str(node.data) if node.op == "dim" else 1):
            least.demand(dim)
        labels = label_count(node)
        if labels is not None:
            least.demand(labels)
        if node.op == "place":
            low, high = bounds(node)
            least.demand(low)
            least.demand(dim_sum(dim_difference(node.shape[-1], high), 1))
        if node.op in ("entry", "unit") and isinstance(node.data, tuple):
            shape = node.args[0].shape if node.op == "entry" else node.shape
            for index, dim in zip(node.data, shape, strict=False):
                if isinstance(dim, str) and dim in least:
                    least[dim] = max(least[dim], int(index))
                elif isinstance(dim, str):
                    least.demand(dim_difference(dim, int(index) - 1))
    return least


def random_sizes(least: Least, source: Random, most: int = 5, small: bool = False) -> Iterator[Sizes]:
    """Sizes without end: first distinct ones, so that no transpose passes, then each dimension 1 once, then any.

    Of more than `most` names some get the same size.  `small`: a point costs much, so that they are as small as can
    be distinct.
    """
    return (sizes for sizes in map(least.mended, _random_sizes(least, source, most, small)) if sizes is not None)


def _random_sizes(least: Least, source: Random, most: int, small: bool) -> Iterator[Sizes]:
    names = list(least)
    count = len(names)
    width = max(2 if small else 3, min(count, most))
    tries = 0
    for _ in range(2):
        yield _distinct(names, least, source, width)
    for name in names[:4]:
        sizes = _distinct(names, least, source, width)
        sizes[name] = least[name]
        yield sizes
    turn = 0
    while least.mended(dict(least)) is not None or tries < _MENDINGS:
        tries += 1
        if turn % 3 == 0:
            yield _distinct(names, least, source, width)
        else:
            yield {name: least[name] + source.randint(0, 1 if small else 3) for name in names}
        turn += 1


def _distinct(names: Sequence[str], least: Least, source: Random, width: int) -> Sizes:
    pool: list[int] = []
    out: Sizes = {}
    for name in names:
        if not pool:
            pool = list(range(width))
            source.shuffle(pool)
        out[name] = max(2, least[name]) + pool.pop()
    return out


def small_sizes(least: Least, most: int = 60) -> list[Sizes]:
    """The smallest sizes there are, smallest first."""
    names = list(least)
    if not names:
        return [{}]
    if len(names) > 6:
        flat = [{name: least[name] + k for name in names} for k in range(3)]
        ramp = {name: least[name] + i % 3 for i, name in enumerate(names)}
        return _fitting(least, [*flat, ramp])
    choices = sorted(product(range(3), repeat=len(names)), key=lambda c: (sum(c), max(c), c))
    return _fitting(
        least, [{name: least[name] + extra for name, extra in zip(names, c, strict=True)} for c in choices[:most]]
    )


def _fitting(least: Least, many: list[Sizes]) -> list[Sizes]:
    """Those that fit, once each, mended where they do not."""
    found: list[Sizes] = []
    for sizes in map(least.mended, many):
        if sizes is not None and sizes not in found:
            found.append(sizes)
    return found
