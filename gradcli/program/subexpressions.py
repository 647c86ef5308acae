"""The parts of an expression as it is written."""

from __future__ import annotations

from collections.abc import Iterator

from gradcli.program.equation import Equation
from gradcli.syntax import ast


def subexpressions(expr: ast.Expr) -> Iterator[ast.Expr]:
    """The expression and all its parts, outermost first, left to right; index names are no parts."""
    todo = [expr]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(reversed(parts_of(node)))


def parts_of(node: ast.Expr) -> list[ast.Expr]:
    """What an expression is made of directly, left to right; index names are no parts."""
    match node:
        case ast.Neg() | ast.LastTwoTurned() | ast.Transpose() | ast.Bars():
            return [node.arg]
        case ast.Sum():
            return list(node.terms)
        case ast.Product():
            return list(node.factors)
        case ast.Compare():
            return [node.left, node.right]
        case ast.Power() | ast.MatPower():
            return [node.base, node.exponent]
        case ast.Call():
            return [*node.args, *(value for _, value in node.kwargs)]
        case ast.Index():
            return [node.base, *(index for index in node.indices if not isinstance(index, ast.Name))]
        case ast.Slice():
            return [end for end in (node.first, node.last) if end is not None]
        case ast.ListLit():
            return list(node.items)
        case ast.Superscript():
            return [node.base]
        case ast.IndexSum() | ast.Entries():
            return [node.body]
        case Equation():
            return [node.left, node.right]
    return []
