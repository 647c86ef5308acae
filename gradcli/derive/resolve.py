"""Derivatives that stand inside expressions: `grad(f, u)` in a definition or a check is put into its value."""

from __future__ import annotations

from collections.abc import Mapping

from gradcli.derive.free_entries import FreeEntries
from gradcli.derive.value import Resolver
from gradcli.diagnostics import Diagnostic, error
from gradcli.expr.node import Node
from gradcli.expr.walk import postorder
from gradcli.program.model import Program
from gradcli.record import replace as with_changes
from gradcli.rules.missing import NoRule
from gradcli.rules.scalar import is_known

PLACEHOLDERS = ("grad", "jac", "hess", "prime")


def has_placeholder(node: Node) -> bool:
    """Whether an expression holds a derivative that is still to be found."""
    return any(part.op in PLACEHOLDERS or _is_known_derivative(part) for part in postorder(node))


def _is_known_derivative(node: Node) -> bool:
    """Whether this is `tanh'(u)` or its like, which a rule gives."""
    return node.op == "elem" and isinstance(node.data, tuple) and node.data[1] > 0 and is_known(node.data[0])


def asks(node: Node) -> bool:
    """Whether an expression asks for a derivative, other than of a function."""
    return any(part.op in ("grad", "jac", "hess") for part in postorder(node))


def resolved(program: Program, declared: Mapping[str, Node] | None = None) -> Program:
    """The program with every derivative in its definitions put into its value.  (Checks are left as they are.)

    `declared` are the names as declared, where the program is a twin whose every entry is free.  Of a program that has
    a twin the derivatives are those of the twin: what is differentiated must not be simplified by what is declared.
    """
    if not any(has_placeholder(value) for value in program.definitions.values()):
        return program
    twin: dict[str, Node] = {}
    if program.plain is not None:
        program = with_changes(program, plain=resolved(program.plain, program.nodes))
        free = FreeEntries(program)
        twin = {
            name: free.declared(free.twin.definitions[name])
            for name, value in program.definitions.items()
            if name in free.twin.definitions and asks(value)
        }
    done: dict[str, Node] = {}
    diagnostics: list[Diagnostic] = list(program.diagnostics)
    for name, value in program.definitions.items():
        try:
            known = with_changes(program, definitions=done)
            if name in twin:
                done[name] = twin[name]
            else:
                done[name] = Resolver(known, declared).value(value) if has_placeholder(value) else value
        except NoRule as missing:
            diagnostics.append(error(missing.code, missing.reason, program.source, program.spans.get(name)))
    return with_changes(program, definitions=done, diagnostics=tuple(diagnostics))
