"""The arguments of a function of several: what it is of, the list of all their entries, taken apart again."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.expr.dims import Dim, dim_sum
from gradcli.expr.node import Node, make
from gradcli.expr.shapes import Shape
from gradcli.render.parts import Names
from gradcli.render.written import written_as


def arguments(whole: Node, domains: Sequence[Shape], names: Names) -> tuple[Node, ...]:
    """`x, y` of `concat(x, y)`; the list itself where its parts are not those of the domains."""
    left = _parts(whole, names)
    out: list[Node] = []
    for domain in domains:
        size: Dim = domain[0] if domain else 1
        taken: list[Node] = []
        at: Dim = 0
        while left and at != size:
            taken.append(left.pop(0))
            at = dim_sum(at, _length(taken[-1]))
        if at != size or not taken:
            return (whole,)
        out.append(taken[0] if len(taken) == 1 else _together(taken, size))
    return (whole,) if left else tuple(out)


def _parts(whole: Node, names: Names) -> list[Node]:
    written = whole if whole in names else written_as(whole, names)
    if written.op == "stack" or (written.op == "concat" and written.data == 0):
        return [part for arg in written.args for part in _parts(arg, names)]
    return [whole]


def _length(part: Node) -> Dim:
    return part.shape[0] if part.shape else 1


def _together(parts: list[Node], size: Dim) -> Node:
    if all(not part.shape for part in parts):
        return make("stack", tuple(parts), shape=(size,))
    return make("concat", tuple(parts), data=0, shape=(size,))
