"""Steps of Hessians: the gradient first, then the Jacobian of the gradient."""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.derive.graph import Graph
from gradcli.derive.reverse import reverse
from gradcli.derive.second import opaque_seeds, put_back
from gradcli.derive.worked.blocks import BlockWriter, Found
from gradcli.derive.worked.chain import cotangent
from gradcli.derive.worked.mapped import mapped_block
from gradcli.derive.worked.model import Block
from gradcli.expr.node import Node, make


def hessian_blocks(
    writer: BlockWriter, graph: Graph, of: Node, label: str, seeds: Mapping[Node, Node], first: Node, second: Node
) -> Found:
    """The blocks of ∂²of/∂first∂second, under `hessian_key` those of the gradient first.  Raises NoRule."""
    back = writer.gradients(graph, of, label, seeds, [first], turned=False)
    values = dict(back.chain.graph.values)
    gradient = cotangent(label, first)
    opaque: dict[object, Node] = {}
    if of.op == "loss":
        seeds, opaque = opaque_seeds(graph, of, seeds)
    steps = reverse(back.chain.graph, label, seeds, [first])
    values.update({step.name: step.value for step in steps.steps})
    values[gradient] = steps.gradients[first]
    side = make("hess", (of, first, second), shape=first.shape + second.shape)
    found = writer.jacobians(Graph(values), gradient, [second], "numerator", {second: side})
    if opaque:
        found.blocks = {
            name: mapped_block(block, lambda node: _written(node, opaque)) for name, block in found.blocks.items()
        }
        found.values = {name: _written(value, opaque) for name, value in found.values.items()}
    key = hessian_key(of, first, second)
    before = make("param", data=f"*gradient {label} {first.serial}")
    found.blocks = {**{_marked(node, "*first"): _renamed(block) for node, block in back.blocks.items()}, **found.blocks}
    found.blocks[before] = Block(before, (), (_marked(first, "*first"),))
    found.blocks[key] = Block(key, (), (before, second))
    found.chain.links.new = {**back.chain.links.new, **found.chain.links.new}
    return found


def hessian_key(of: Node, first: Node, second: Node) -> Node:
    """What stands for a second derivative among the keys of blocks."""
    return make("param", data=f"*hessian {of.serial} {first.serial} {second.serial}")


def _written(node: Node, opaque: Mapping[object, Node]) -> Node:
    """An expression with the derivatives of an arbitrary function as they are written."""
    return put_back([node], {}, opaque)[0]


def _marked(node: Node, mark: str) -> Node:
    return make("param", data=f"{mark} {node.serial}")


def _renamed(block: Block) -> Block:
    """A block of the gradient, told apart from that of the Jacobian for the same name."""
    needs = tuple(_marked(node, "*first") for node in block.needs)
    return Block(_marked(block.key, "*first"), block.lines, needs, block.dims)
