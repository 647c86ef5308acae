"""The right side of a name that an equation defines."""

from __future__ import annotations

from gradcli.record import dataclass
from gradcli.syntax import ast


@dataclass(frozen=True, slots=True)
class Equation(ast.Expr):
    """The value of `name` at which both sides are equal."""

    name: str
    left: ast.Expr
    right: ast.Expr
