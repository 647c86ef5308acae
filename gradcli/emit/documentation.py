"""Docstrings: what a function computes, in the language."""

from __future__ import annotations

from collections.abc import Sequence
from textwrap import wrap

from gradcli.derive.model import Answer
from gradcli.expr.node import Node, name_of
from gradcli.expr.shapes import show_shape
from gradcli.expr.walk import tree_size
from gradcli.render.mc import mc

_LARGEST = 60
_MOST_STEPS = 12

_TITLES = {
    "gradient": "Gradient",
    "jacobian": "Jacobian",
    "hessian": "Hessian",
    "derivative": "Derivative",
    "hvp": "Product of the Hessian and a direction",
}


def describe_value(of: str, values: Sequence[Node]) -> str:
    """The docstring of `value`."""
    shapes = ", ".join(show_shape(node.shape) for node in values)
    return quoted([f"{of}: {shapes}."])


def describe_all(values: Sequence[Node], functions: Sequence[str]) -> str:
    """The docstring of the function that gives the values and what every one of `functions` gives."""
    names = list(map(name_of, values))
    shown = ", ".join(names)
    returned = wrap(f"Returns ({', '.join([*(names if names[1:] else ['value']), *functions])}).", 80)
    return quoted([f"{shown} and the derivatives at once: what they share is computed once.", "", *returned])


def describe(answer: Answer) -> str:
    """The docstring of a derivative: its shape and, where it is short, its formula."""
    layout = f", {answer.layout} layout" if answer.kind == "jacobian" else ""
    title = _TITLES.get(answer.kind, answer.kind.capitalize())
    lines = [f"{title} of {answer.of} by {answer.wrt}{layout}: {show_shape(answer.shape)}."]
    if answer.kind == "hvp":
        ((_, direction),) = answer.directions
        lines[0] = f"Hessian of {answer.of} by {answer.wrt}, times the direction {name_of(direction)}"
        lines[0] += f": {show_shape(answer.shape)}; the Hessian is not formed."
    short = len(answer.where) <= _MOST_STEPS and _small(answer.value) and all(_small(s.value) for s in answer.where)
    if short:
        lines += ["", *(f"    {mc(step.name)} = {mc(step.value)}" for step in answer.where)]
        lines.append(f"    {mc(answer.value)}")
    return quoted(lines)


def _small(node: Node) -> bool:
    return tree_size(node) <= _LARGEST


def quoted(lines: list[str]) -> str:
    """A docstring of these lines."""
    text = "\n".join(lines).replace("\\", "\\\\").replace('"""', "'''")
    return f'"""{text}"""' if len(lines) == 1 else f'"""{text}\n"""'
