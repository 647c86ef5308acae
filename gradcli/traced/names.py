"""Names for traced values: those that the source gives them where they are computed."""

from __future__ import annotations

import ast
import linecache
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

_OWN = ("/jax/", "/jaxlib/", "\\jax\\", "\\jaxlib\\")


def names_of(equations: Sequence[Any], function: str | None) -> dict[int, str]:
    """For places of equations, the name that the source assigns their value to: the last of each statement has it.

    Of a function that is called, whose title is `function`, its own statements count alone: those of its callers stand
    around what the library does too.
    """
    found: dict[int, str] = {}
    before: tuple[str, int] | None = None
    tables: dict[str, Mapping[int, tuple[int, str]]] = {}
    for place in range(len(equations) - 1, -1, -1):
        key = _line(equations[place], function)
        if key is None:
            continue
        file, line = key
        if file not in tables:
            tables[file] = _assigned(file)
        statement, name = tables[file].get(line, (line, ""))
        if (file, statement) != before and name:
            found[place] = name
        before = file, statement
    return found


def _line(equation: Any, function: str | None) -> tuple[str, int] | None:
    """The innermost place outside of JAX at which an equation was made."""
    traceback = getattr(getattr(equation, "source_info", None), "traceback", None)
    for frame in getattr(traceback, "frames", ()):
        if not any(own in frame.file_name for own in _OWN):
            title = frame.function_name.rpartition(".")[2]
            return (frame.file_name, frame.line_num) if function in (None, title) else None
    return None


def _assigned(file: str) -> Mapping[int, tuple[int, str]]:
    """For each line of a file the statement `name = ...` that it belongs to: its first line, and the name."""
    text = "".join(linecache.getlines(file))
    try:
        tree = ast.parse(textwrap.dedent(text))
    except (SyntaxError, ValueError, RecursionError):
        return {}
    found: dict[int, tuple[int, str]] = {}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                pass
            case ast.AugAssign(target=ast.Name(id=name)):
                pass
            case _:
                continue
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
            found[line] = (node.lineno, name)
    return found
