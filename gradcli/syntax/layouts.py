"""A module in one layout from its beginning to its end."""

from __future__ import annotations

from gradcli.syntax.ast import Ident, Layout, Module, Span


def in_layout(module: Module, layout: str) -> Module:
    """The module with one layout, whatever it says itself."""
    nowhere = Span(0, 0)
    kept = [statement for statement in module.statements if not isinstance(statement, Layout)]
    return Module(module.source, (Layout(nowhere, Ident(layout, nowhere)), *kept))
