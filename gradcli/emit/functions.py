"""How the scalar functions of the catalogue are written for a target."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from string import Formatter

from gradcli.ops.functions import SCALAR_FUNCTIONS
from gradcli.ops.scalar import ScalarFunction


@cache
def spellings(target: str) -> Mapping[str, str]:
    """For each function a function of the package, or an expression over `{t}`; a helper is `{name}({t})`."""
    return {name: _spelling(row, target) for name, row in SCALAR_FUNCTIONS.items()}


@cache
def helper_texts(target: str) -> Mapping[str, str]:
    """The texts of the functions that the target's package lacks."""
    return {name: text for name, row in SCALAR_FUNCTIONS.items() if (text := _helper(row, target)) is not None}


@cache
def helpers_of(spelling: str) -> frozenset[str]:
    """The helpers that an expression calls."""
    fields = {field for _, field, _, _ in Formatter().parse(spelling) if field}
    return frozenset(fields - {"np", "t"})


def _spelling(row: ScalarFunction, target: str) -> str:
    own = row.spelling(target)
    return f"{{{row.name}}}({{t}})" if own is None or own.lstrip().startswith("def ") else own


def _helper(row: ScalarFunction, target: str) -> str | None:
    own = row.spelling(target)
    if own is not None:
        return own if own.lstrip().startswith("def ") else None
    assert row.definition is not None, f"{row.name} has neither a spelling for {target} nor a definition"
    body = _Written(target).visit(ast.parse(row.definition, mode="eval").body)
    return f"\ndef {{{row.name}}}(t):\n    return {ast.unparse(body)}\n"


class _Written(ast.NodeTransformer):
    """A formula with the calls of a target, its names in braces as helpers are written."""

    def __init__(self, target: str) -> None:
        self._target = target

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Name({"pi": "math.pi", "e_": "math.e"}.get(node.id, node.id))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        assert isinstance(node.func, ast.Name)
        name = node.func.id
        args = [ast.unparse(self.visit(arg)) for arg in node.args]
        if not any(isinstance(part, ast.Name) and part.id == "t" for part in ast.walk(node)):
            return ast.Name(f"math.{name}({', '.join(args)})")
        if name == "where":
            return ast.Name(f"{{np}}.where({', '.join(args)})")
        if name in ("max", "min"):
            if self._target != "torch":
                return ast.Name(f"{{np}}.{name}imum({', '.join(args)})")
            a, b = args
            return ast.Name(f"{{np}}.where({a} {'>' if name == 'max' else '<'} {b}, {a}, {b})")
        spelling = _spelling(SCALAR_FUNCTIONS[name], self._target)
        return ast.Name(spelling.replace("{t}", args[0]) if "{" in spelling else f"{{np}}.{spelling}({args[0]})")
