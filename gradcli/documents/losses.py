r"""Losses that stand in definitions: `J = L + \lambda \|W\|^2` with an arbitrary L of the output.

In the language a loss is only differentiated.  One that a definition holds is written as the value of an arbitrary
function of what it names, which says the same.
"""

from __future__ import annotations

from gradcli.latex.context import Context
from gradcli.program.subexpressions import parts_of
from gradcli.syntax import ast
from gradcli.syntax.ast import Ident

_DERIVATIVES = ("grad", "jac", "hess", "hvp", "vjp", "jvp")


def lowered(statements: list[ast.Statement], context: Context) -> list[ast.Statement]:
    """The statements with losses that definitions hold as values of functions; others stay."""
    losses = {s.name.id: s for s in statements if isinstance(s, ast.Loss)}
    if not losses:
        return statements
    held: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.Define | ast.DefineIndexed):
            held |= values_in(statement.value) & set(losses)
    held = {name for name in held if all(None not in context.name_shape(arg.id) for arg in losses[name].args)}
    out: list[ast.Statement] = []
    written: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.Loss) and statement.name.id in held:
            continue
        if isinstance(statement, ast.Define | ast.DefineIndexed):
            for name in sorted(values_in(statement.value) & held - written):
                written.add(name)
                out += _as_function(losses[name], context)
        out.append(statement)
    return out


def _as_function(loss: ast.Loss, context: Context) -> list[ast.Statement]:
    at = loss.span
    function = f"{loss.name.id}_of"
    context.spelled.setdefault(function, context.spelled.get(loss.name.id, loss.name.id))
    domains = tuple(ast.ArrayType("R", tuple(context.name_shape(arg.id))) for arg in loss.args)  # type: ignore[arg-type]
    kind = ast.FunctionType(domains, ast.ArrayType("R", ()))
    args = tuple(ast.Name(arg.span, arg.id) for arg in loss.args)
    return [
        ast.Declare(at, (Ident(function, at),), kind, ()),
        ast.Define(at, loss.name, ast.Call(at, function, 0, args)),
    ]


def values_in(expr: ast.Expr) -> set[str]:
    """The names whose values an expression holds: what is only differentiated is not one of them."""
    found: set[str] = set()
    todo = [expr]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Name):
            found.add(node.id)
            continue
        if isinstance(node, ast.Call) and node.fn in _DERIVATIVES and isinstance(node.args[0], ast.Name):
            todo += node.args[1:]
            continue
        todo += parts_of(node)
    return found
