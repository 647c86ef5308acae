"""Hessians as factors: Kronecker products, low rank, diagonals, left unmultiplied.

A dense Hessian of an m x k variable has (mk)² entries; its factors have a few times mk.  What a product or a sum is
made of is computed, the product itself is left to who uses it (Laue, Mitterreiter and Giesen 2020).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from gradcli.derive.model import Answer
from gradcli.emit.documentation import quoted
from gradcli.emit.names import Names
from gradcli.expr.arith import mul
from gradcli.expr.linear import diag, transpose
from gradcli.expr.node import Node, make, value_of
from gradcli.expr.ops import rebuild
from gradcli.expr.shapes import is_row, show_shape
from gradcli.expr.walk import postorder, tree_size
from gradcli.render.mc import mc

_PRODUCTS = ("matmul", "einsum", "kron")
_STRUCTURED = (*_PRODUCTS, "diag", "T", "add", "mul")
_PLAIN = ("eye", "ones", "zeros", "unit", "dim", "const")
_NUMBERS = ("num", "const", "dim", "add", "mul", "pow")
_DEEPEST = 40
_LARGEST = 60


@dataclass(slots=True)
class Factors:
    """`formula` says how the factors make up the Hessian; `nodes` are the factors by name, in order."""

    formula: Node
    nodes: dict[str, Node] = field(default_factory=dict)


def factors_of(value: Node, inputs: Collection[Node], taken: Collection[str]) -> Factors | None:
    """The factors of a Hessian, `inputs` left as they are unless there is nothing else; None where it is dense."""
    for given in (inputs, ()):
        finder = _Finder(given, taken)
        formula = finder.opened(value, 0)
        if finder.found:
            if all(node.shape == value.shape for node in finder.found):
                return None
            return Factors(formula, {name: node for node, (name, _) in finder.found.items()})
    return None


def describe_factors(answer: Answer, factors: Factors) -> str:
    """The docstring: how they compose, and what each is."""
    lines = [f"Factors of the Hessian of {answer.of} by {answer.wrt}, which is {show_shape(answer.shape)}:", ""]
    lines.append(f"    {mc(factors.formula)}")
    lines += ["", f"Returns {', '.join(factors.nodes)}, where"]
    lines += [f"    {mc(step.name)} = {_shown(step.value)}" for step in answer.where]
    lines += [f"    {name} = {_shown(node)}: {show_shape(node.shape)}" for name, node in factors.nodes.items()]
    return quoted(lines)


def _shown(node: Node) -> str:
    return mc(node) if tree_size(node) <= _LARGEST else "..."


class _Finder:
    def __init__(self, inputs: Collection[Node], taken: Collection[str]) -> None:
        self._inputs = inputs
        self._names = Names(taken)
        self.found: dict[Node, tuple[str, Node]] = {}

    def opened(self, node: Node, depth: int) -> Node:
        """A sum or product with its parts as names."""
        if depth > _DEEPEST or node.op not in _STRUCTURED:
            return self._part(node)
        if node.op == "add":
            return rebuild(node, tuple(self.opened(term, depth + 1) for term in node.args))
        if node.op == "T":
            return transpose(self.opened(node.args[0], depth + 1))
        if node.op == "diag":
            return diag(self._part(node.args[0]))
        if node.op == "mul":
            return self._scaled(node, depth)
        return rebuild(node, tuple(self._part(factor) for factor in node.args))

    def _scaled(self, node: Node, depth: int) -> Node:
        """Scalars times one array that has a form; another product of entries is a factor as it is."""
        arrays = [factor for factor in node.args if factor.shape]
        if not node.shape or len(arrays) != 1 or not self._opens(arrays[0]):
            return self._part(node)
        numbers = [factor for factor in node.args if value_of(factor) is not None]
        scalars = [factor for factor in node.args if not factor.shape and value_of(factor) is None]
        weight = [self._part(mul(*scalars))] if scalars else []
        return mul(*numbers, *weight, self.opened(arrays[0], depth + 1))

    def _opens(self, node: Node) -> bool:
        return node.op in _STRUCTURED or self._is_given(node)

    def _is_given(self, node: Node) -> bool:
        """Whether nothing has to be computed: an input, an identity, a number or one of sizes."""
        if node in self._inputs or node.op in _PLAIN:
            return True
        return not node.shape and all(part.op in _NUMBERS for part in postorder(node))

    def _part(self, node: Node) -> Node:
        """One factor: as it is where nothing has to be computed, else a name."""
        if self._is_given(node):
            return node
        if node.op == "T" or is_row(node.shape):
            return transpose(self._part(transpose(node)))
        if node.op == "diag":
            return diag(self._part(node.args[0]))
        if node not in self.found:
            name = self._names.fresh(f"F{len(self.found) + 1}")
            self.found[node] = name, make("var", data=(name, ()), shape=node.shape)
        return self.found[node][1]
