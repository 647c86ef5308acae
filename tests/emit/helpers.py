"""From program text to the functions of an emitted module."""

from __future__ import annotations

from typing import Any

from gradcli.derive.derive import derive
from gradcli.emit import emit
from gradcli.program.elaborate import elaborate
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module


def module_text(text: str, of: str, target: str = "numpy") -> str:
    """The module for a program with its questions."""
    module, diagnostics = parse_module(Source("program", text))
    program = elaborate([module], diagnostics)
    assert not [d for d in program.diagnostics if d.is_error], program.diagnostics
    derivation = derive(program)
    assert not [d for d in derivation.diagnostics if d.is_error], derivation.diagnostics
    return emit(target, derivation.program, of, derivation.answers)


def functions(text: str, of: str, target: str = "numpy") -> dict[str, Any]:
    """What is in that module."""
    namespace: dict[str, Any] = {"__name__": "emitted"}
    exec(compile(module_text(text, of, target), "<emitted>", "exec"), namespace)
    return namespace
