"""The blocks of gradients and Jacobians, in either way of writing, and the derivations made of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from gradcli.derive.graph import Graph
from gradcli.derive.jacobian import is_vector, local_products
from gradcli.derive.model import Answer
from gradcli.derive.worked.by_rules import GradientWriter, JacobianWriter
from gradcli.derive.worked.chain import Chain, cotangent, gradient_chain, jacobian_chain
from gradcli.derive.worked.components import ComponentWriter, total
from gradcli.derive.worked.index import IndexSum, Slope, deltas_first
from gradcli.derive.worked.links import links_of
from gradcli.derive.worked.lower import Lowering
from gradcli.derive.worked.model import Block, Label, Line, Worked
from gradcli.derive.worked.titles import title
from gradcli.expr.arith import add
from gradcli.expr.collect import collected
from gradcli.expr.linear import eye
from gradcli.expr.node import Node, make
from gradcli.expr.shapes import list_dim
from gradcli.expr.walk import leaves
from gradcli.index.axes import flat
from gradcli.rules.missing import NoRule

Mode = Literal["rules", "components"]


def plain_worked(answer: Answer, mode: Mode) -> Worked:
    """The steps of an answer by the names of the rules alone."""
    lines = []
    for step in answer.where:
        lines.append(Line(step.name, step.value, ", ".join(step.rules), (", ".join(map(title, step.rules)),)))
    words = ", ".join(map(title, answer.rules)) or "definition"
    if mode == "components" and answer.kind != "difference":
        words = f"no component form is written for this; by {words}"
    lines.append(Line(Label(), answer.value, ", ".join(answer.rules), (words,)))
    return Worked({}, None, Block(answer_key(answer), tuple(lines)))


def answer_key(answer: Answer) -> Node:
    """What stands for an answer among the keys of blocks."""
    return make("param", data=f"*{answer.kind} {answer.of} {answer.wrt} {answer.layout}")


@dataclass(slots=True)
class Found:
    """Blocks and the values that they end with, of one chain."""

    blocks: dict[Node, Block]
    values: dict[Node, Node]
    chain: Chain

    def worked(self, target: Node, answer: Answer) -> Worked:
        """The derivation of the derivative by one name."""
        last = None if self.values.get(target) is answer.value else self._last(target, answer)
        return self.ending(target, last)

    def ending(self, target: Node, last: Block | None) -> Worked:
        """The blocks up to a name, and what ends them."""
        return Worked(self.blocks, target, last, self.chain.links.new, self.chain.graph.values)

    def _last(self, target: Node, answer: Answer) -> Block:
        """The answer, where the block of its variable does not end with it."""
        rule, words = "substitution", "the steps put together"
        if target is self.chain.of:
            rule, words = "identity", "each entry by itself is 1, by another 0"
        elif target in self.chain.seeds and target not in self.chain.users:
            rule, words = "given", "by definition"
        elif target not in self.chain.users:
            rule, words = "constant", "constant rule: it does not depend on it"
        elif target not in self.values and len(answer.value.shape) > 2:
            return self._entries(target, answer)
        elif target not in self.values:
            words = "all entries"
        return Block(target, (Line(Label(), answer.value, rule, (words,)),))

    def _entries(self, target: Node, answer: Answer) -> Block:
        """A tensor, entry by entry."""
        lowering = Lowering()
        rows, at = lowering.index(self.chain.of.shape), lowering.index(target.shape)
        index = (*at, *rows) if answer.layout == "denominator" else (*rows, *at)
        names = {leaf for op in ("var", "cotangent") for leaf in leaves(answer.value, op)}
        try:
            form = lowering.entry(answer.value, index, names)
        except (NoRule, ValueError):
            return Block(target, (Line(Label(), answer.value, "entries", ("all entries",)),))
        form = deltas_first(IndexSum(form.terms, (*flat(rows), *flat(at))))
        side = Slope(self.chain.of, rows, target, at)
        return Block(target, (Line(side, form, "substitution", ("the steps put together",)),), (), lowering.dims)


@dataclass(slots=True)
class BlockWriter:
    """Writes blocks in one way; `taken` are names that may not be made up, `names` those that were, by their values."""

    mode: Mode
    taken: Collection[str]
    names: dict[Node, Node] = field(default_factory=dict)

    def gradients(
        self, graph: Graph, of: Node, label: str, seeds: Mapping[Node, Node], targets: Sequence[Node], turned: bool
    ) -> Found:
        """The block of each name between a scalar and the variables.  Raises NoRule."""
        links = links_of(graph, list(seeds), targets, self.taken, self.names)
        chain = gradient_chain(links, of, label, seeds, targets)
        found = Found({}, {}, chain)
        for target in chain.order():
            whole = found.values[target] = total(chain, target)
            left = cotangent(label, target)
            if self.mode == "rules":
                found.blocks[target] = GradientWriter(chain).block(target, left, whole, turned)
            else:
                found.blocks[target] = ComponentWriter(chain).block(target, left, whole)
        return found

    def jacobians(
        self, graph: Graph, of: Node, targets: Sequence[Node], layout: str, sides: Mapping[Node, Node] | None = None
    ) -> Found:
        """The block of each name between an array and the variables; `sides` are left sides to take.  Raises NoRule."""
        turned = layout == "denominator"
        links = links_of(graph, [of], targets, self.taken, self.names)
        chain = jacobian_chain(links, of, targets)
        found = Found({}, {}, chain)
        outer: dict[Node, Node] = {}
        for target in chain.order():
            whole = _jacobian_value(chain, target, outer, turned)
            left = None
            if whole is not None:
                found.values[target] = whole
                left = make("jac", (of, target), data=layout, shape=whole.shape)
                left = outer[target] = (sides or {}).get(target, left)
            if self.mode == "rules":
                found.blocks[target] = JacobianWriter(chain, turned).block(target, left, whole, outer)
            else:
                found.blocks[target] = ComponentWriter(chain).block(target, left, whole)
        return found


def _jacobian_value(chain: Chain, target: Node, outer: Mapping[Node, Node], turned: bool) -> Node | None:
    """The Jacobian by a name over those by its users; None where there is no matrix form of it."""
    if not is_vector(chain.of.shape) or not is_vector(target.shape):
        return None
    parts = []
    for link in chain.users[target]:
        before = eye(list_dim(chain.of.shape)) if link.name is chain.of else outer.get(link.name)
        if before is None:
            return None
        try:
            found = local_products(chain.graph, link.name, [target], before, turned)
        except NoRule:
            return None
        parts += [product for _, product, _ in found if product is not None]
    return collected([add(*parts)])[0] if parts else None
