"""What a differential and a product of the Hessian are equal to, in the language: Jacobians times directions."""

from __future__ import annotations

from gradcli.derive.model import Answer
from gradcli.expr.node import name_of
from gradcli.expr.shapes import Shape, is_row


def directional(answer: Answer, written: str) -> tuple[str | None, str]:
    """Two sides of a check that states the answer, which is `written`; None for the first where it has no form."""
    shapes = [direction.shape for _, direction in answer.directions]
    if any(len(shape) > 2 for shape in (answer.shape, *shapes)):
        return None, written
    if answer.kind == "hvp":
        ((name, direction),) = answer.directions
        if _is_matrix(direction.shape):
            return f"hess({answer.of}, vec({name})) @ vec({name_of(direction)})", f"vec({written})"
        times = "@" if direction.shape else "*"
        turned = f"{name_of(direction)}.T" if is_row(direction.shape) else name_of(direction)
        column = f"({written}).T" if is_row(direction.shape) else written
        return f"hess({answer.of}, {name}) {times} {turned}", column
    if not answer.shape:
        terms = [f"sum(grad({answer.of}, {name}) * {name_of(direction)})" for name, direction in answer.directions]
        return " + ".join(terms), written
    whole = f"vec({answer.of})"
    terms = []
    for name, direction in answer.directions:
        times = "@" if direction.shape else "*"
        terms.append(f"jac({whole}, vec({name}), layout=numerator) {times} vec({name_of(direction)})")
    return " + ".join(terms), f"vec({written})"


def _is_matrix(shape: Shape) -> bool:
    return len(shape) == 2 and not is_row(shape)
