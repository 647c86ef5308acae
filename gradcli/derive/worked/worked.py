"""How the answers to a question come about, written out by rules or by components."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from gradcli.derive.graph import Graph
from gradcli.derive.jacobian import is_vector, local_products
from gradcli.derive.model import Answer
from gradcli.derive.worked.by_rules import GradientWriter, JacobianWriter
from gradcli.derive.worked.chain import Chain, cotangent, gradient_chain, jacobian_chain
from gradcli.derive.worked.components import ComponentWriter, total
from gradcli.derive.worked.links import links_of
from gradcli.derive.worked.model import Block, Label, Line, Worked
from gradcli.derive.worked.titles import title
from gradcli.expr.arith import add
from gradcli.expr.collect import collected
from gradcli.expr.linear import eye
from gradcli.expr.node import Node, make
from gradcli.expr.shapes import list_dim
from gradcli.rules.missing import NoRule

Mode = Literal["rules", "components"]


def plain_worked(answer: Answer, mode: Mode) -> Worked:
    """The steps of an answer by the names of the rules alone."""
    lines = [
        Line(step.name, step.value, ", ".join(step.rules), (", ".join(map(title, step.rules)),))
        for step in answer.where
    ]
    words = ", ".join(map(title, answer.rules)) or "definition"
    if mode == "components" and answer.kind != "difference":
        words = f"no component form is written for this; by {words}"
    lines.append(Line(Label(), answer.value, ", ".join(answer.rules), (words,)))
    key = make("param", data=f"*{answer.kind} {answer.of} {answer.wrt} {answer.layout}")
    return Worked({}, None, Block(key, tuple(lines)))


GradientBlocks = tuple[dict[Node, Block], dict[Node, Node], Chain]


def gradient_worked(found: GradientBlocks, targets: Sequence[Node], answers: Sequence[Answer]) -> list[Worked]:
    """The steps of gradients of one scalar."""
    blocks, values, chain = found
    out = []
    for target, answer in zip(targets, answers, strict=True):
        last = _finish(answer, values.get(target), chain, target)
        out.append(Worked(blocks, target, last, chain.links.new, chain.graph.values))
    return out


def gradient_blocks(
    graph: Graph,
    of: Node,
    label: str,
    seeds: Mapping[Node, Node],
    targets: Sequence[Node],
    mode: Mode,
    taken: Collection[str],
    turned: bool,
) -> GradientBlocks:
    """The block of each name between a scalar and the variables, and the gradients that they end with.

    Raises NoRule.
    """
    links = links_of(graph, list(seeds), targets, taken)
    chain = gradient_chain(links, of, label, seeds, targets)
    blocks: dict[Node, Block] = {}
    values: dict[Node, Node] = {}
    for target in chain.order():
        values[target] = total(chain, target)
        left = cotangent(label, target)
        if mode == "rules":
            blocks[target] = GradientWriter(chain).block(target, left, values[target], turned)
        else:
            blocks[target] = ComponentWriter(chain).block(target, left, values[target])
    return blocks, values, chain


def _finish(answer: Answer, value: Node | None, chain: Chain, target: Node) -> Block | None:
    """The answer, where the block of its variable does not end with it."""
    if value is answer.value:
        return None
    if value is None and target in chain.seeds:
        return Block(target, (Line(Label(), answer.value, "given", ("by definition",)),))
    if value is None:
        return Block(target, (Line(Label(), answer.value, "constant", ("constant rule: it does not depend on it",)),))
    return Block(target, (Line(Label(), answer.value, "substitution", ("the steps put together",)),))


def jacobian_worked(
    graph: Graph, of: Node, targets: Sequence[Node], answers: Sequence[Answer], mode: Mode, taken: Collection[str]
) -> list[Worked]:
    """The steps of Jacobians of one array.  Raises NoRule."""
    layout = answers[0].layout if answers else "numerator"
    turned = layout == "denominator"
    links = links_of(graph, [of], targets, taken)
    chain = jacobian_chain(links, of, targets)
    blocks: dict[Node, Block] = {}
    values: dict[Node, Node] = {}
    outer: dict[Node, Node] = {}
    for target in chain.order():
        whole = _jacobian_value(chain, target, outer, turned)
        left = None
        if whole is not None:
            values[target] = whole
            left = outer[target] = make("jac", (of, target), data=layout, shape=whole.shape)
        if mode == "rules":
            blocks[target] = JacobianWriter(chain, turned).block(target, left, whole, outer)
        else:
            blocks[target] = ComponentWriter(chain).block(target, left, whole)
    out = []
    for target, answer in zip(targets, answers, strict=True):
        last = None
        if values.get(target) is not answer.value:
            last = _last(answer, target, chain, values)
        out.append(Worked(blocks, target, last, links.new, links.graph.values))
    return out


def _last(answer: Answer, target: Node, chain: Chain, values: Mapping[Node, Node]) -> Block:
    if target is chain.of:
        return Block(target, (Line(Label(), answer.value, "identity", ("each entry by itself is 1, by another 0",)),))
    if target not in chain.users:
        return Block(target, (Line(Label(), answer.value, "constant", ("constant rule: it does not depend on it",)),))
    words = "the steps put together" if target in values else "all entries"
    return Block(target, (Line(Label(), answer.value, "substitution", (words,)),))


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


__all__ = [
    "GradientBlocks",
    "Mode",
    "gradient_blocks",
    "gradient_worked",
    "jacobian_worked",
    "plain_worked",
]
