"""Factorisations: `P, L, U = lu(X)`, `chol`, `qr`, `eigh`, `svd`, and one component as an expression.

Where a program needs one component without a name, that is `lu(X, "L")`.
"""

from __future__ import annotations

from gradcli.expr.factor import KINDS, component, dims_of
from gradcli.expr.node import Node
from gradcli.program.signature import LanguageFunction, Misfit, Options
from gradcli.program.stacks import of_stack, stack_of_squares
from gradcli.program.unify import OpenShape, find, settle, show_open, unify
from gradcli.syntax import ast


def component_shapes(kind: str, shape: OpenShape) -> dict[str, OpenShape]:
    """The shape of each component of a factorisation of a matrix.

    Raises Misfit where the argument is no matrix, not square, or known to be wide.
    """
    shape = settle(shape)
    if len(shape) != 2:
        raise Misfit("E305", f"{kind} takes a matrix, and this is {show_open(shape)}")
    if KINDS[kind].square and not unify(*shape):
        raise Misfit("E302", f"{kind} needs a square matrix, and this is {show_open(shape)}")
    rows, columns = (find(dim) for dim in shape)
    if kind == "qr" and isinstance(rows, int) and isinstance(columns, int) and rows < columns:
        hint = "of a wide matrix take qr(X.T)"
        raise Misfit("E301", f"qr needs at least as many rows as columns, and this is {show_open(shape)}", hint)
    if kind == "svd" and isinstance(rows, int) and isinstance(columns, int):
        columns_kept = min(rows, columns)
        return {"U": settle((rows, columns_kept)), "s": settle((columns_kept,)), "V": settle((columns, columns_kept))}
    stand_ins = {"#rows": rows, "#columns": columns}
    return {
        part: settle(tuple(stand_ins[str(dim)] for dim in dims_of(kind, part, "#rows", "#columns")))
        for part in KINDS[kind].components
    }


def component_attributes(call: ast.Call) -> tuple[str, ...]:
    """What is true of the value of `lu(X, "L")` and its kin; nothing of any other call."""
    if call.fn not in KINDS or call.primes:
        return ()
    components = KINDS[call.fn].components
    part = call.args[1].value if len(call.args) == 2 and isinstance(call.args[1], ast.Str) else next(iter(components))
    return components.get(part, ())


def _function(kind: str) -> LanguageFunction:
    parts = KINDS[kind].components

    def chosen(options: Options) -> str:
        part = options.get("part", next(iter(parts)) if len(parts) == 1 else None)
        if part is None:
            outputs = ", ".join(parts)
            raise Misfit("E204", f"{kind} has {len(parts)} outputs", f"name them, `{outputs} = {kind}(X)`")
        if part not in parts:
            raise Misfit("E209", f"{kind} has no part {part}", f"its parts are {', '.join(parts)}")
        return str(part)

    def infer(shapes: list[OpenShape], options: Options) -> OpenShape:
        part = chosen(options)
        if kind == "chol" and len(settle(shapes[0])) > 2:
            return stack_of_squares(shapes[0], kind)
        return component_shapes(kind, shapes[0])[part]

    def build(nodes: list[Node], options: Options) -> Node:
        if len(nodes[0].shape) > 2:
            return of_stack(kind, nodes[0])
        return component(kind, chosen(options), nodes[0])

    return LanguageFunction(1, 2, infer, build)


FACTOR_FUNCTIONS: dict[str, LanguageFunction] = {kind: _function(kind) for kind in KINDS}
