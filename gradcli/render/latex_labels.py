"""The left sides of answers as LaTeX: `\\nabla_x f`, `\\frac{\\partial y}{\\partial x}`; and shapes."""

from __future__ import annotations

import re

from gradcli.derive.model import Answer
from gradcli.expr.node import name_of
from gradcli.expr.shapes import Shape
from gradcli.render.labels import STACKED, names_of
from gradcli.render.latex_names import latex_dim, latex_name

_ENTRY = re.compile(r"(\w+)\[(\d+(?:,\d+)*)\]")


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
    stacked, entry = STACKED.fullmatch(names), _ENTRY.fullmatch(names)
    if stacked is not None:
        return rf"\operatorname{{vec}}({latex_name(stacked[1])})"
    if entry is not None:
        return rf"{{{latex_name(entry[1])}}}_{{{entry[2]}}}"
    return latex_name(names)


def latex_shape(shape: Shape) -> str:
    r"""`\mathbb{R}^{m \times n}`."""
    if not shape:
        return r"\mathbb{R}"
    written = r" \times ".join(map(latex_dim, shape))
    return rf"\mathbb{{R}}^{{{written}}}"
