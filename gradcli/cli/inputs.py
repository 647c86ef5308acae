"""From the arguments of a command to a program."""

from __future__ import annotations

import click

from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.program.elaborate import elaborate
from gradcli.program.model import Program
from gradcli.syntax.ast import Module, Source
from gradcli.syntax.layouts import in_layout
from gradcli.syntax.parse import parse_module
from gradcli.syntax.sources import nothing_in, read_source, source_of_text


class Input:
    """One program text, parsed: `name` is what the file goes by in messages and answers."""

    __slots__ = ("_program", "diagnostics", "module", "name")

    def __init__(self, name: str, module: Module, diagnostics: list[Diagnostic]) -> None:
        self.name = name
        self.module = module
        self.diagnostics = diagnostics
        self._program: Program | None = None

    def program(self) -> Program:
        """The program, made once; never raises, what is wrong is in its diagnostics."""
        if self._program is None:
            self._program = elaborate([self.module], self.diagnostics)
        return self._program


def read_input(file: str | None, text: tuple[str, ...], layout: str | None = None) -> Input:
    """Read and parse `FILE`, `-` or `-e TEXT`; raises a usage error where there is none or are two."""
    if (file is None) == (not text):
        raise click.UsageError("a FILE, - or -e TEXT is missing" if file is None else "a FILE or -e TEXT, not both")
    source = source_of_text("\n".join(text), "<command line>") if text else read_source(file or "")
    name = "-" if file == "-" else source.name if isinstance(source, Source) else file or ""
    if isinstance(source, Diagnostic):
        return Input(name, Module(Source(name, ""), ()), [source])
    module, diagnostics = parse_module(source)
    if not module.statements and not diagnostics:
        diagnostics = [nothing_in(source)]
    return Input(name, in_layout(module, layout) if layout else module, diagnostics)
