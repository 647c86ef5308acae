"""Programs as they are typed, read to the end."""

from __future__ import annotations

from gradcli.program.elaborate import elaborate
from gradcli.program.model import Program
from gradcli.render.mc import mc
from gradcli.syntax.ast import Source
from gradcli.syntax.parse import parse_module


def program_of(text: str) -> Program:
    """The program of a text, right or wrong."""
    module, diagnostics = parse_module(Source("typed.mc", text))
    return elaborate([module], diagnostics)


def errors_of(text: str) -> list[str]:
    """The codes of its errors."""
    return [said.code for said in program_of(text).diagnostics if said.is_error]


def meaning(text: str) -> dict[str, str]:
    """Each definition as the language writes it; the text must be right."""
    program = program_of(text)
    wrong = [said for said in program.diagnostics if said.is_error]
    assert not wrong, (text, [(said.code, said.message, said.hint) for said in wrong])
    return {name: mc(node) for name, node in program.definitions.items()}
