"""What is known of a Python file that is read."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from gradcli.pysource.values import Library, Value


@dataclass(slots=True)
class PythonFile:
    """What a file binds at its top: `names` by name; `functions` and `classes` with their syntax.

    `comments` are the `# gradcli:` comments by line.  `rebound` are functions of libraries and methods that the file
    assigns to, by their full names, `replaced` functions and classes whose names are bound to something else as well;
    `opaque` is a statement that may bind anything.
    """

    name: str
    text: str
    tree: ast.Module
    names: dict[str, Value] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    comments: dict[int, str] = field(default_factory=dict)
    rebound: dict[str, ast.AST] = field(default_factory=dict)
    replaced: dict[str, ast.AST] = field(default_factory=dict)
    opaque: ast.AST | None = None

    @property
    def is_jax(self) -> bool:
        """Whether the arrays of this file are JAX's, which are never written to in place."""
        roots = {value.path.split(".")[0] for value in self.names.values() if isinstance(value, Library)}
        return "jax" in roots and not roots & {"numpy", "torch"}

    def lines(self) -> list[str]:
        """The lines of the text."""
        return self.text.split("\n")
