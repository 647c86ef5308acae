"""What is made of a formula, and what its left side may be."""

from __future__ import annotations

from dataclasses import dataclass, field

from gradcli.latex.derivative_signs import derivative_parts as derivative_parts
from gradcli.latex.tree import (
    Item,
    Items,
)
from gradcli.syntax import ast

INDEX_LETTERS = frozenset("ijklmnpqrst") | {"ell"}
DEFINED_BY = ":="


@dataclass(slots=True)
class Said:
    """What was made of a formula: `kind` is declaration, definition, claim or passed; `why` says why it was passed."""

    kind: str
    start: int
    end: int
    statements: list[ast.Statement] = field(default_factory=list)
    why: str = ""
    condition: bool = False


@dataclass(slots=True)
class Left:
    """The left side of what may be a definition: a name, the indices of an entry, or the parameters of a function."""

    name: str
    parts: list[Item] | None
    params: list[Items] | None
    known: bool
