"""The left sides of answers: `∇_x f`, `∂y/∂x`, in text and LaTeX; and shapes."""

from __future__ import annotations

import re

from gradcli.derive.model import Answer
from gradcli.expr.node import name_of
from gradcli.expr.shapes import Shape, show_shape
from gradcli.render.latex_names import latex_dim, latex_name

_STACKED = re.compile(r"vec\((\w+)\)")
_ENTRY = re.compile(r"(\w+)\[(\d+(?:,\d+)*)\]")


def names_of(wrt: str) -> list[str]:
    """The variables of an answer: `x, z` of a mixed Hessian are two, a list `[x, y]` is one."""
    return [wrt] if wrt.startswith("[") else [name for name in wrt.split(", ") if name]


def text_label(answer: Answer) -> str:
    """An answer's left side as Unicode mathematics."""
    closed = answer.of.isidentifier() or answer.of.startswith("[") or _STACKED.fullmatch(answer.of)
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


def latex_entry_label(answer: Answer, of: str, wrt: tuple[str, ...]) -> str:
    """The same as LaTeX."""
    names = names_of(answer.wrt) * (len(wrt) if answer.kind == "hessian" else 1)
    by = r" \, ".join(rf"\partial {_indexed(name, index)}" for name, index in zip(names, wrt, strict=False))
    order = "^{2}" if answer.kind == "hessian" else ""
    return rf"\frac{{\partial{order} {_indexed(answer.of, of)}}}{{{by}}}"


def _indexed(name: str, index: str) -> str:
    written = latex_name(name)
    if not index:
        return written
    return f"{{{written}}}_{{{index}}}" if "_" in written else f"{written}_{{{index}}}"


def latex_label(answer: Answer) -> str:
    """An answer's left side as LaTeX."""
    of, wrt = _latex_list(answer.of), _latex_list(answer.wrt)
    match answer.kind:
        case "gradient":
            return rf"\nabla_{{{wrt}}} {of}"
        case "hessian":
            names = [_latex_list(name) for name in names_of(answer.wrt)]
            if len(names) > 1:
                by = r" \, ".join(rf"\partial {name}" for name in names)
                return rf"\frac{{\partial^{{2}} {of}}}{{{by}}}"
            return rf"\nabla^{{2}}_{{{wrt}}} {of}"
        case "jacobian" | "derivative":
            return rf"\frac{{\partial {of}}}{{\partial {wrt}}}"
        case "differential":
            return rf"\mathrm{{d}} {of}"
        case "hvp":
            return rf"(\nabla^{{2}}_{{{wrt}}} {of}) \, {latex_name(name_of(answer.directions[0][1]))}"
        case "difference":
            return rf"\Delta_{{{wrt}}} {of}"
    return rf"\text{{{answer.kind}}} \; {of} \; {wrt}"


def _latex_list(names: str) -> str:
    parts = [name.strip() for name in names.strip("[]").split(",")]
    if names.startswith("[") and all(name.isidentifier() for name in parts):
        return f"({', '.join(map(latex_name, parts))})"
    stacked, entry = _STACKED.fullmatch(names), _ENTRY.fullmatch(names)
    if stacked is not None:
        return rf"\operatorname{{vec}}({latex_name(stacked[1])})"
    if entry is not None:
        return rf"{{{latex_name(entry[1])}}}_{{{entry[2]}}}"
    return latex_name(names)


def text_shape(shape: Shape) -> str:
    """`m × n`."""
    return show_shape(shape).replace(" x ", " × ")


def latex_shape(shape: Shape) -> str:
    r"""`\mathbb{R}^{m \times n}`."""
    if not shape:
        return r"\mathbb{R}"
    written = r" \times ".join(map(latex_dim, shape))
    return rf"\mathbb{{R}}^{{{written}}}"


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
