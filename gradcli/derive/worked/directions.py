"""Steps of differentials: the derivative by each variable, times how it changes, added up."""

from __future__ import annotations

from collections.abc import Sequence

from gradcli.derive.model import Answer
from gradcli.derive.worked.blocks import Found, answer_key
from gradcli.derive.worked.index import Entry, IndexSum, Product, Slope, product_of
from gradcli.derive.worked.lower import Lowering
from gradcli.derive.worked.model import Block, Label, Line, Worked
from gradcli.expr.node import Node, make
from gradcli.index.axes import flat


def differential_worked(found: Found, of: Node, targets: Sequence[Node], answer: Answer) -> Worked:
    """The steps of a differential by `targets`, which move as `answer.directions` says."""
    moving = dict(answer.directions)
    lowering = Lowering()
    rows = lowering.index(of.shape)
    terms: list[Product] = []
    for (_, change), target in zip(moving.items(), targets, strict=True):
        at = lowering.index(target.shape)
        terms.append(product_of([Slope(of, rows, target, at), Entry(change, at)]))
    own = make("var", data=(f"d{answer.of}", ()), shape=of.shape)
    side = IndexSum((product_of([Entry(own, rows)]),), flat(rows))
    lines = (
        Line(side, IndexSum(tuple(terms), flat(rows)), "chain", ("the chain rule, for every change",)),
        Line(Label(), answer.value, "substitution", ("in matrix form",)),
    )
    key = make("param", data=f"*before {answer.kind} {answer.of} {answer.wrt}")
    found.blocks[key] = Block(key, (), tuple(targets))
    return found.ending(key, Block(answer_key(answer), lines, (), lowering.dims))


def product_worked(found: Found, key: Node, gradient: Node, target: Node, answer: Answer) -> Worked:
    """The steps of a product of a Hessian, which the blocks under `key` lead to, with a direction."""
    ((_, direction),) = answer.directions
    lowering = Lowering()
    rows, at = lowering.index(target.shape), lowering.index(target.shape)
    form = IndexSum((product_of([Slope(gradient, rows, target, at), Entry(direction, at)]),), flat(rows))
    lines = (
        Line(Label(), form, "definition", ("entry by entry",)),
        Line(None, answer.value, "substitution", ("in matrix form",)),
    )
    return found.ending(key, Block(answer_key(answer), lines, (), lowering.dims))
