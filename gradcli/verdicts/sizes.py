"""Sizes for the dimensions: random ones to look everywhere, and all small ones in order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from random import Random

from gradcli.expr.node import Node
from gradcli.expr.shapes import Dim, least_parts
from gradcli.expr.walk import postorder

Sizes = dict[str, int]


def dimensions(roots: Iterable[Node]) -> dict[str, int]:
    """The named dimensions of expressions, in order of appearance, each with the least size it may have.

    A literal index `x[3]` asks for three entries.
    """
    least: dict[str, int] = {}
    for node in postorder(roots):
        for dim in (*node.shape, node.data if node.op == "dim" else 1):
            for part in _names(dim):
                least.setdefault(part, 1)
        if node.op in ("entry", "unit") and isinstance(node.data, tuple):
            shape = node.args[0].shape if node.op == "entry" else node.shape
            for index, dim in zip(node.data, shape, strict=False):
                if isinstance(dim, str) and dim in least:
                    least[dim] = max(least[dim], int(index))
    return least


def _names(dim: Dim | object) -> list[str]:
    if not isinstance(dim, str):
        return []
    parts = [least_parts(part) or (part,) for part in dim.split("*")]
    return [str(name) for part in parts for name in part if not str(name).isdigit()]


def random_sizes(least: dict[str, int], source: Random) -> Iterator[Sizes]:
    """Sizes without end: first distinct ones, so that no transpose passes, then each dimension 1 once, then any."""
    names = list(least)
    count = len(names)
    width = max(3, min(count, 5))
    for _ in range(2):
        yield _distinct(names, least, source, width)
    for name in names[:4]:
        sizes = _distinct(names, least, source, width)
        sizes[name] = least[name]
        yield sizes
    turn = 0
    while True:
        if turn % 3 == 0:
            yield _distinct(names, least, source, width)
        else:
            yield {name: least[name] + source.randint(0, 3) for name in names}
        turn += 1


def _distinct(names: Sequence[str], least: dict[str, int], source: Random, width: int) -> Sizes:
    pool: list[int] = []
    out: Sizes = {}
    for name in names:
        if not pool:
            pool = list(range(width))
            source.shuffle(pool)
        out[name] = max(2, least[name]) + pool.pop()
    return out


def small_sizes(least: dict[str, int], most: int = 60) -> list[Sizes]:
    """The smallest sizes there are, smallest first."""
    names = list(least)
    if not names:
        return [{}]
    if len(names) > 6:
        flat = [{name: least[name] + k for name in names} for k in range(3)]
        ramp = {name: least[name] + i % 3 for i, name in enumerate(names)}
        return [*flat, ramp]
    choices = sorted(product(range(3), repeat=len(names)), key=lambda c: (sum(c), max(c), c))
    return [{name: least[name] + extra for name, extra in zip(names, c, strict=True)} for c in choices[:most]]
