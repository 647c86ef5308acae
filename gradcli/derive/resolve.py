"""Derivatives that stand inside expressions: `grad(f, u)` in a definition or a check is put into its value."""

from __future__ import annotations

from dataclasses import replace as with_changes

from gradcli.derive.value import Resolver
from gradcli.diagnostics import Diagnostic, error
from gradcli.expr.node import Node
from gradcli.expr.walk import postorder
from gradcli.program.model import Program
from gradcli.rules.fill import is_known
from gradcli.rules.missing import NoRule

PLACEHOLDERS = ("grad", "jac", "hess", "prime")


def has_placeholder(node: Node) -> bool:
    """Whether an expression holds a derivative that is still to be found."""
    return any(part.op in PLACEHOLDERS or _is_known_derivative(part) for part in postorder(node))


def _is_known_derivative(node: Node) -> bool:
    """Whether this is `tanh'(u)` or its like, which a rule gives."""
    return node.op == "elem" and isinstance(node.data, tuple) and node.data[1] > 0 and is_known(node.data[0])


def resolved(program: Program) -> Program:
    """The program with every derivative in its definitions put into its value.  (Checks are left as they are.)"""
    if not any(has_placeholder(value) for value in program.definitions.values()):
        return program
    if program.plain is not None:
        program = with_changes(program, plain=resolved(program.plain))
    done: dict[str, Node] = {}
    diagnostics: list[Diagnostic] = list(program.diagnostics)
    for name, value in program.definitions.items():
        try:
            known = with_changes(program, definitions=done)
            done[name] = Resolver(known).value(value) if has_placeholder(value) else value
        except NoRule as missing:
            diagnostics.append(error(missing.code, missing.reason, program.source, program.spans.get(name)))
    return with_changes(program, definitions=done, diagnostics=tuple(diagnostics))
