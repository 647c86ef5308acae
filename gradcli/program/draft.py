"""A program in the making: what the passes of elaboration find out, one after another."""

from __future__ import annotations

from gradcli.diagnostics import Diagnostic
from gradcli.expr.node import Node, named
from gradcli.program.build import variable_node
from gradcli.program.infer import Inference
from gradcli.program.inferring import Axes
from gradcli.program.model import Variable
from gradcli.program.scope import Scope, collect
from gradcli.program.unify import OpenDim, OpenShape
from gradcli.syntax import ast
from gradcli.syntax.ast import Span

_HARMLESS = frozenset({"spd", "positive", "nonnegative", "constant", "invertible"})


def free_attributes(attributes: tuple[str, ...]) -> tuple[str, ...]:
    """What may be said of a name whose every entry is free: nothing that makes expressions simpler."""
    if "permutation" in attributes:
        return attributes  # it has no derivative
    return tuple(word for word in attributes if word in _HARMLESS)


class Draft:
    """What is known so far; `free` is the twin whose every entry is free."""

    def __init__(self, modules: list[ast.Module], diagnostics: list[Diagnostic], free: bool = False) -> None:
        self.free = free
        self.modules = modules
        self.diagnostics = diagnostics
        self.scope: Scope = collect(modules)
        self.diagnostics += self.scope.diagnostics
        self.inference = Inference(self.scope)
        self.inference.poisoned |= self.scope.unsettled
        self.variables: dict[str, Variable] = {}
        self.definitions: dict[str, Node] = {}
        self.nodes: dict[str, Node] = {}
        self.spans: dict[str, Span] = {}
        self.failed: dict[int, Diagnostic | None] = {}
        self.layouts = _layouts(self.scope)
        self.axes: dict[str, tuple[OpenDim, ...]] = {}
        self.side_axes: dict[int, Axes] = {}
        self.side_shapes: dict[int, OpenShape] = {}

    def poison(self, name: str, diagnostic: Diagnostic | None) -> None:
        """Nothing more is said of a name whose definition is wrong."""
        self.inference.poisoned.add(name)
        self.inference.shapes.pop(name, None)
        if diagnostic is not None and self.diagnostics[-1:] != [diagnostic]:  # outputs of one factorisation say it once
            self.diagnostics.append(diagnostic)

    def node(self, name: str, dims: tuple[int | str, ...], attributes: tuple[str, ...]) -> Node:
        """The `var` of a name, with what may be said of it."""
        freed = self.free and not any(name in relation.names for relation in self.scope.relations)
        node = variable_node(name, dims, attributes)
        if not freed or not isinstance(node.data, tuple):
            return node
        return named(name, node.shape, free_attributes(node.data[1]))


def _layouts(scope: Scope) -> dict[str, str]:
    """The layout in force where each value is defined."""
    layout = "numerator"
    found: dict[str, str] = {}
    for located in scope.statements:
        match located.statement:
            case ast.Layout() as statement:
                layout = statement.name.id
            case ast.Define() as statement:
                found[statement.name.id] = layout
    return found
