"""The left sides of answers: `∇_x f`, `∂y/∂x`, in text; and shapes."""

from __future__ import annotations

import re

from gradcli.derive.model import Answer
from gradcli.expr.node import name_of
from gradcli.expr.shapes import Shape, show_shape

STACKED = re.compile(r"vec\((\w+)\)")


def names_of(wrt: str) -> list[str]:
    """The variables of an answer: `x, z` of a mixed Hessian are two, a list `[x, y]` is one."""
    return [wrt] if wrt.startswith("[") else [name for name in wrt.split(", ") if name]


def text_label(answer: Answer) -> str:
    """An answer's left side as Unicode mathematics."""
    closed = answer.of.isidentifier() or answer.of.startswith("[") or STACKED.fullmatch(answer.of)
    of = answer.of if closed else f"({answer.of})"
    match answer.kind:
        case "gradient":
            return f"∇_{answer.wrt} {of}"
        case "hessian":
            names = names_of(answer.wrt)
            return f"∇²_{names[0]} {of}" if len(names) == 1 else f"∂²{of}/{''.join(f'∂{name}' for name in names)}"
        case "jacobian" | "derivative":
            return f"∂{of}/∂{answer.wrt}"
        case "differential":
            return f"d{of}"
        case "hvp":
            return f"(∇²_{answer.wrt} {of}) {name_of(answer.directions[0][1])}"
        case "difference":
            return f"Δ_{answer.wrt} {of}"
    return f"{answer.kind} {of} wrt {answer.wrt}"


def text_entry_label(answer: Answer, of: str, wrt: tuple[str, ...]) -> str:
    """The left side of an answer entry by entry: `∂Y_ij/∂X_kl`."""
    names = names_of(answer.wrt) * (len(wrt) if answer.kind == "hessian" else 1)
    by = "".join(f"∂{name}_{index}" if index else f"∂{name}" for name, index in zip(names, wrt, strict=False))
    order = "²" if answer.kind == "hessian" else ""
    return f"∂{order}{answer.of}{f'_{of}' if of else ''}/{by}"


def text_shape(shape: Shape) -> str:
    """`m × n`."""
    return show_shape(shape).replace(" x ", " × ")


TITLES = {
    "gradient": "Gradient",
    "jacobian": "Jacobian",
    "hessian": "Hessian",
    "derivative": "Derivative",
    "differential": "Differential",
    "hvp": "Hessian-vector product",
    "difference": "Forward difference",
}

NO_LAYOUT = ("gradient", "hessian", "difference", "differential", "hvp")
"""Kinds of answers that are the same in every layout."""
