"""One change of a side, and what changes draw on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from gradcli.syntax import ast


@dataclass(frozen=True, slots=True)
class Edit:
    """One change: its kind, what it says of the mistake, and the side as it is then."""

    kind: str
    text: str
    side: ast.Expr


@dataclass(frozen=True, slots=True)
class Setting:
    """What the edits draw on.

    `side` is `left` or `right`; `inner` are inner derivatives that stand in the answer (`g'(u)`), `factors` and `terms`
    its other factors and terms; `dims` the dimensions, `names` the values that may stand where another does.
    """

    side: str = "right"
    inner: tuple[ast.Expr, ...] = ()
    factors: tuple[ast.Expr, ...] = ()
    terms: tuple[ast.Expr, ...] = ()
    dims: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


Edits = Iterator[Edit]
