"""Syntax moved to another place of the document."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any, TypeVar

from gradcli.syntax.ast import Span

T = TypeVar("T")


def placed(expr: T, span: Span) -> T:
    """The expression with every part at one place."""
    out: T = _changed(expr, lambda _: span)
    return out


def shifted(statement: T, offset: int) -> T:
    """Syntax with every place moved on."""
    out: T = _changed(statement, lambda s: Span(s.start + offset, s.end + offset))
    return out


def _changed(value: Any, move: Any) -> Any:
    if isinstance(value, Span):
        return move(value)
    if isinstance(value, tuple):
        return tuple(_changed(part, move) for part in value)
    if hasattr(value, "__dataclass_fields__"):
        changes = {one.name: _changed(getattr(value, one.name), move) for one in fields(value)}
        return replace(value, **changes)
    return value
