"""The order of definitions: what is used comes first."""

from __future__ import annotations

from gradcli.program.equation import Equation
from gradcli.program.scope import Scope, arbitrary_names
from gradcli.program.subexpressions import subexpressions
from gradcli.syntax import ast
from gradcli.syntax.ast import Source, Span

_ARBITRARY = "f, arbitrary"


def in_order(scope: Scope) -> tuple[list[str], list[tuple[str, Span, Source]]]:
    """The defined names, each after those that it uses, else as written; and the names on cycles."""
    uses = _uses(scope)
    order: list[str] = []
    state: dict[str, int] = {}  # 1: being visited, 2: done
    cycles: list[tuple[str, Span, Source]] = []
    for root in scope.values:
        todo: list[tuple[str, int]] = [(root, 0)]
        while todo:
            name, position = todo.pop()
            if position == 0:
                if state.get(name):
                    continue
                state[name] = 1
            needed = uses[name]
            if position < len(needed):
                todo.append((name, position + 1))
                other = needed[position]
                if state.get(other) == 1:
                    statement, source = scope.values[other]
                    cycles.append((other, statement.span, source))
                elif not state.get(other):
                    todo.append((other, 0))
            else:
                state[name] = 2
                order.append(name)
    return order, cycles


def _uses(scope: Scope) -> dict[str, list[str]]:
    """For each defined name, the defined names that its value mentions, through functions too."""
    inside: dict[str, list[str]] = {}
    for name, (function, _) in scope.functions.items():
        bound = {param.id for param in function.params}
        inside[_called(name)] = [part for part in _names(function.value) if part not in bound]
    uses: dict[str, list[str]] = {}
    for name, (statement, _) in scope.values.items():
        found: dict[str, None] = {}
        value = statement.value
        own = name if isinstance(value, Equation) else None  # an equation speaks of the name that it settles
        todo = [part for part in _names(value) if part != own]
        seen: set[str] = set()
        while todo:
            part = todo.pop(0)
            if part in scope.values:
                found[part] = None
            elif part in inside and part not in seen:
                seen.add(part)
                todo += inside[part]
            elif part in scope.losses:
                todo += [arg.id for arg in scope.losses[part][0].args]
            elif part == _ARBITRARY and scope.last is not None and not _is_named(scope, "f"):
                todo += scope.together.get(scope.last, (scope.last,))
        uses[name] = list(found)
    return uses


def _is_named(scope: Scope, name: str) -> bool:
    return name in scope.losses or name in scope.values or name in scope.arrays


def _called(name: str) -> str:
    """A function as it is told from a value of the same name."""
    return f"{name}()"


def _names(expr: ast.Expr) -> list[str]:
    """The names of an expression, called functions as `g()`; of what `f` is a function of, where f is arbitrary."""
    out = []
    arbitrary = arbitrary_names(expr)
    for part in subexpressions(expr):
        if isinstance(part, ast.Name):
            out.append(part.id)
            if part.span in arbitrary:
                out.append(_ARBITRARY)
        elif isinstance(part, ast.Call):
            out.append(_called(part.fn))
    return out
