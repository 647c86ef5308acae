"""The numbers that an answer stands for, at the point at which JAX computes its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from gradcli.derive.derive import Derivation, derive
from gradcli.derive.model import Answer
from gradcli.evaluate import FLOAT, Array, evaluate
from gradcli.expr.node import Node
from gradcli.expr.replace import replace
from gradcli.program.elaborate import elaborate
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module
from tests.oracle.case import Case
from tests.oracle.compare import Setting


def derived(text: str, *, stacked: bool = False, expand: bool = False) -> Derivation:
    """The answers to the questions of a program, which has no errors."""
    module, diagnostics = parse_module(Source("<test>", text))
    program = elaborate([module], diagnostics)
    assert not [said for said in program.diagnostics if said.is_error], program.diagnostics
    derivation = derive(program, stacked=stacked, expand=expand)
    assert not [said for said in derivation.diagnostics if said.is_error], derivation.diagnostics
    return derivation


class Point:
    """A program with numbers for all its names; every dimension has a size of its own."""

    def __init__(self, text: str, sizes: Mapping[str, int] | None = None, name: str = "test") -> None:
        statements = [line for line in text.splitlines() if " wrt " not in line and "differential " not in line]
        self.setting = Setting(Case(name, "\n".join(statements), sizes=dict(sizes or {})))

    def value(self, of: str, **given: Any) -> Any:
        """The value of a name by JAX, some names having other values."""
        return self.setting.value(of, given)

    def number(self, derivation: Derivation, answer: Answer, more: Mapping[Node, Any] | None = None) -> np.ndarray:
        """What an answer is worth here; `more` gives numbers to further names."""
        value = answer.value
        for step in reversed(answer.where):
            value = replace([value], {step.name: step.value})[0]
        nodes = derivation.program.nodes
        for name, definition in reversed(derivation.program.definitions.items()):
            value = replace([value], {nodes[name]: definition})[0]
        given = {nodes[name]: number for name, number in self.setting.free.items() if name in nodes}
        given.update(more or {})
        arrays = {
            node: Array(node_shape(node, self.setting.sizes), [float(x) for x in np.ravel(number)])
            for node, number in given.items()
        }
        hooks = {name: _hook(order) for name, order in self.setting.callables.items()}
        sizes = self.setting.sizes
        out = evaluate([value], arrays, sizes, FLOAT, functions=hooks, strict_kinks=False)[0]
        return np.array([float(x) for x in out.flat]).reshape(out.shape)


def node_shape(node: Node, sizes: Mapping[str, int]) -> tuple[int, ...]:
    """A node's shape in numbers."""
    return tuple(dim if isinstance(dim, int) else sizes[dim] for dim in node.shape)


def _hook(function: Callable[[int], Any]) -> Callable[[int, Any], Any]:
    return lambda order, x: np.asarray(function(order)(np.asarray(x, dtype=float))).tolist()


def vec(array: Any) -> Any:
    """The columns of a matrix, stacked; a list as it is."""
    return array.T.reshape(-1) if array.ndim == 2 else array.reshape(-1)
