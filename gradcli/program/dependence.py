"""On what an arbitrary scalar function depends: by the definitions as written, before anything is simplified.

`grad(f, b)` where f is a function of `s` and `s` does not mention `b` is no quiet zero: the file means another f.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gradcli.program.equation import Equation
from gradcli.program.scope import Definition, Scope
from gradcli.program.subexpressions import subexpressions
from gradcli.syntax import ast
from gradcli.syntax.ast import Source

_DERIVATIVES = ("grad", "jac", "hess")


def arguments_of(scope: Scope, name: str) -> tuple[str, ...]:
    """What an arbitrary scalar function is a function of: as stated, else the last definition."""
    if name in scope.losses:
        return tuple(arg.id for arg in scope.losses[name][0].args)
    if scope.last is None:
        return ()
    return scope.together.get(scope.last, (scope.last,))


def ancestors(scope: Scope, names: Iterable[str]) -> set[str]:
    """Every name that these are computed from, these included."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name in found:
            continue
        found.add(name)
        if name in scope.values:
            todo += mentioned(scope, scope.values[name][0].value)
    return found


def mentioned(scope: Scope, expr: ast.Expr) -> set[str]:
    """The names that an expression mentions, through the functions that it calls and the f it is a derivative of."""
    found: set[str] = set()
    called: set[str] = set()
    todo: list[tuple[ast.Expr, frozenset[str]]] = [(expr, frozenset())]
    while todo:
        root, bound = todo.pop()
        for part in subexpressions(root):
            if isinstance(part, ast.Name) and part.id not in bound:
                found.add(part.id)
                found.update(arguments_of(scope, part.id) if part.id in scope.losses else ())
            elif isinstance(part, ast.Call):
                if part.fn in scope.functions and part.fn not in called:
                    called.add(part.fn)
                    function = scope.functions[part.fn][0]
                    todo.append((function.value, frozenset(param.id for param in function.params)))
                elif part.fn in _DERIVATIVES and part.args and isinstance(part.args[0], ast.Name):
                    found.update(arguments_of(scope, part.args[0].id) if part.args[0].id == "f" else ())
    return found


def names_of(expr: ast.Expr) -> set[str]:
    """The names that a derivative is taken by: `x`, `x[2]`, `vec(X)` and `[x, y]` are by x, X, x and y."""
    return {part.id for part in subexpressions(expr) if isinstance(part, ast.Name)}


class Dependence:
    """Whether an arbitrary function depends on a name, and else what is to be said."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._known: dict[str, set[str]] = {}

    def message(self, name: str, by: ast.Expr) -> tuple[str, str] | None:
        """What is wrong with the derivative of the arbitrary function `name`, and the line to write; else None."""
        if self._reaches(name) & names_of(by):
            return None
        arguments = arguments_of(self._scope, name)
        if name not in self._scope.losses and arguments[0] not in self._scope.values:
            return None  # its definition is at fault, and that is said there
        label = ", ".join(sorted(names_of(by)))
        stated = self._scope.losses.get(name)
        span, source = self._place(arguments, name)
        where = f", line {source.text.count(chr(10), 0, span.start) + 1}" if source.text else ""
        said = (
            f"{name} is a function of {' and '.join(arguments)}{where}, which {'do' if len(arguments) > 1 else 'does'}"
        )
        said += f" not depend on {label}."
        return said, self._advice(name, label, stated is not None)

    def _reaches(self, name: str) -> set[str]:
        if name not in self._known:
            found = ancestors(self._scope, arguments_of(self._scope, name))
            for relation in self._scope.relations:  # what is given is a function of the names that are free
                found |= set(relation.names) if relation.data in found else set()
            self._known[name] = found
        return self._known[name]

    def _place(self, arguments: tuple[str, ...], name: str) -> tuple[ast.Span, Source]:
        if name in self._scope.losses:
            statement, source = self._scope.losses[name]
            return statement.span, source
        definition, source = self._scope.values[arguments[0]]
        return definition.span, source

    def _advice(self, name: str, label: str, stated: bool) -> str:
        fits = self._fitting(name)
        if fits:
            what = f"loss {name}({', '.join(fits)})"
            if stated:
                return f"the derivatives of {name} in this file fit `{what}`"
            fit = f"{' and '.join(fits)} {'fits' if len(fits) == 1 else 'fit'}"
            return f"write `{what}`: {fit} the derivatives of {name} in this file"
        return f"nothing that is defined depends on {label}; a derivative that is zero is checked with `== 0`"

    def _fitting(self, name: str) -> tuple[str, ...]:
        """The one definition on whose ancestors f would depend as the file says; else the fewest that do together."""
        wanted = [by for by in _asked_by(self._scope, name) if by]
        above = {each: ancestors(self._scope, [each]) for each in self._scope.values}
        derived = {each for each, (definition, _) in self._scope.values.items() if _holds_derivatives(definition)}
        candidates = [
            each
            for each in above
            if each not in derived and not above[each] & derived and any(by & above[each] for by in wanted)
        ]
        fits = [each for each in candidates if all(by & above[each] for by in wanted)]
        ends = _ends(fits, above)
        if ends:
            return (ends[-1],)
        together = _ends(candidates, above)
        return tuple(together) if all(any(by & above[each] for each in together) for by in wanted) else ()


def _holds_derivatives(definition: Definition) -> bool:
    """Whether a definition is made of derivatives: an arbitrary function is none of those."""
    value = definition.value
    return not isinstance(value, Equation) and any(
        isinstance(part, ast.Call) and part.fn in _DERIVATIVES for part in subexpressions(value)
    )


def _ends(names: list[str], above: Mapping[str, set[str]]) -> list[str]:
    """Those that no other one of them is computed from."""
    return [name for name in names if not any(name in above[other] for other in names if other != name)]


def _asked_by(scope: Scope, name: str) -> list[set[str]]:
    """The names by which a file differentiates an arbitrary function, of each derivative."""
    found: list[set[str]] = []
    for located in scope.statements:
        statement = located.statement
        roots: tuple[ast.Expr, ...] = ()
        match statement:
            case ast.Question():
                if isinstance(statement.of, ast.Name) and statement.of.id == name:
                    found += [names_of(by) for by in statement.wrt]
            case ast.Check():
                roots = () if any(is_zero(side) for side in statement.sides) else statement.sides
            case ast.Define():
                roots = (statement.value,) if not isinstance(statement.value, Equation) else ()
        for root in roots:
            for part in subexpressions(root):
                if not isinstance(part, ast.Call) or part.fn not in _DERIVATIVES or len(part.args) < 2:
                    continue
                if isinstance(part.args[0], ast.Name) and part.args[0].id == name:
                    found += [names_of(by) for by in part.args[1:]]
    return found


def is_zero(expr: ast.Expr) -> bool:
    """Whether this is a literal 0."""
    return isinstance(expr, ast.Num) and expr.value == 0
