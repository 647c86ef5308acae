"""Gradients by matrices with a structure: by their independent entries, and projected on the tangent space.

Source: language reference, section 4; Matrix Cookbook (138) for the symmetric case; A. Edelman, T. Arias, S. Smith,
"The geometry of algorithms with orthogonality constraints", 1998, for the orthogonal one.
"""

from __future__ import annotations

from fractions import Fraction

from gradcli.expr.arith import add, mul, sub, zeros
from gradcli.expr.linear import diag, diagonal, matmul, transpose
from gradcli.expr.node import Node, has_attribute, name_of, num
from gradcli.expr.reduce import triangle
from gradcli.rules.missing import NoRule

_HALF = num(Fraction(1, 2))


def structured(gradient: Node, variable: Node, structure: str, declared: Node | None = None) -> Node:
    """The plain gradient, every entry taken as free, as `structure` wants it: `entries` or `tangent`.

    `declared` is the variable as declared, where `variable` is its twin with every entry free.
    Raises NoRule where a variable has no independent entries (an orthogonal one).
    """
    known = declared or variable
    if has_attribute(known, "diagonal") or _is_both(known):
        return zeros(variable.shape) if has_attribute(known, "unit") else diag(diagonal(gradient))
    if has_attribute(known, "orthogonal"):
        if structure == "entries":
            name = name_of(variable)
            raise NoRule("E403", f"{name} is orthogonal and has no independent entries: ask structure=tangent.")
        middle = add(matmul(transpose(variable), gradient), matmul(transpose(gradient), variable))
        return sub(gradient, mul(_HALF, matmul(variable, middle)))
    if has_attribute(known, "symmetric"):
        if structure == "tangent":
            return mul(_HALF, add(gradient, transpose(gradient)))
        return sub(add(gradient, transpose(gradient)), diag(diagonal(gradient)))
    strict = 1 if has_attribute(known, "unit") else 0
    if has_attribute(known, "lower"):
        return triangle("tril", gradient, -strict)
    if has_attribute(known, "upper"):
        return triangle("triu", gradient, strict)
    return gradient


def _is_both(variable: Node) -> bool:
    return has_attribute(variable, "lower") and has_attribute(variable, "upper")


def structure_note(variable: Node, of: str) -> str | None:
    """What a gradient by a variable with a structure is, and how to ask for the other forms; None without structure."""
    if variable.op != "var" or len(variable.shape) != 2 or has_attribute(variable, "permutation"):
        return None
    name = name_of(variable)
    unit = has_attribute(variable, "unit")
    if has_attribute(variable, "diagonal") or _is_both(variable):
        return _note(name, of, "diagonal", "0" if unit else "diag(diag(G))")
    if has_attribute(variable, "orthogonal"):
        return (
            f"{name} is orthogonal; the gradient G is the plain one, every entry taken as free. Projected on the "
            f"tangent space it is G - {name} @ ({name}.T @ G + G.T @ {name}) / 2: grad({of}, {name}, structure=tangent)"
        )
    if has_attribute(variable, "symmetric"):
        return (
            f"{name} is symmetric; the gradient G is the plain one, every entry taken as free. By the independent "
            f"entries it is G + G.T - diag(diag(G)): grad({of}, {name}, structure=entries); among symmetric matrices "
            f"(G + G.T) / 2: structure=tangent"
        )
    if has_attribute(variable, "lower"):
        return _note(name, of, "lower triangular", "tril(G, -1)" if unit else "tril(G)")
    if has_attribute(variable, "upper"):
        return _note(name, of, "upper triangular", "triu(G, 1)" if unit else "triu(G)")
    return None


def _note(name: str, of: str, what: str, form: str) -> str:
    return (
        f"{name} is {what}; the gradient G is the plain one, every entry taken as free. By the free entries it is "
        f"{form}: grad({of}, {name}, structure=entries)"
    )
