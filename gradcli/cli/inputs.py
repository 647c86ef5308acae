"""From the arguments of a command to a program."""

from __future__ import annotations

from pathlib import Path

import click

from gradcli.diagnostics.diagnostic import Diagnostic
from gradcli.program.elaborate import elaborate
from gradcli.program.model import Program
from gradcli.syntax.ast import Module, Question, Source
from gradcli.syntax.layouts import in_layout
from gradcli.syntax.parse import parse_module
from gradcli.syntax.sources import nothing_in, read_source, source_of_text
from gradcli.ways_in.registry import is_document
from gradcli.ways_in.settings import Settings, in_force


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

    @property
    def asks(self) -> bool:
        """Whether a question stands in it."""
        return any(isinstance(statement, Question) for statement in self.module.statements)


def read_programs(file: str, layout: str | None = None, settings: Settings | None = None) -> list[Input]:
    """The programs of a document, in order; `layout` goes before what it says, that of the settings after it."""
    from gradcli.documents.read import read_document

    source = read_source(file)
    if isinstance(source, Diagnostic):
        return [Input(file, Module(Source(file, ""), ()), [source])]
    document = read_document(source, layout or _default(source, settings))
    if isinstance(document, Diagnostic):
        return [Input(file, Module(source, ()), [document])]
    return [Input(source.name, made.module, list(made.diagnostics)) for made in document.programs]


def write_back(file: str, text: str) -> None:
    """Write a text into a file, with the line ends and the byte order mark that it has."""
    path = Path(file)
    raw = path.read_bytes()
    if b"\r\n" in raw and raw.count(b"\r\n") == raw.count(b"\n"):
        text = text.replace("\n", "\r\n")
    if raw.startswith(b"\xef\xbb\xbf"):
        text = "\ufeff" + text
    try:
        path.write_bytes(text.encode("utf-8"))
    except OSError as problem:
        raise click.UsageError(f"{file} cannot be written: {(problem.strerror or str(problem)).lower()}") from None


def _default(source: Source, settings: Settings | None) -> str | None:
    return in_force(source.text, settings) if settings is not None else None


def read_input(
    file: str | None, text: tuple[str, ...], layout: str | None = None, settings: Settings | None = None
) -> Input:
    """Read and parse `FILE`, `-` or `-e TEXT`; raises a usage error where there is none or are two."""
    if (file is None) == (not text):
        raise click.UsageError("a FILE, - or -e TEXT is missing" if file is None else "a FILE or -e TEXT, not both")
    if file is not None and is_document(file):
        made = read_programs(file, layout, settings)
        return next(
            (one for one in made if one.asks), made[0] if made else Input(file, Module(Source(file, ""), ()), [])
        )
    source = source_of_text("\n".join(text), "<command line>") if text else read_source(file or "")
    name = "-" if file == "-" else source.name if isinstance(source, Source) else file or ""
    if isinstance(source, Diagnostic):
        return Input(name, Module(Source(name, ""), ()), [source])
    module, diagnostics = parse_module(source)
    if not module.statements and not diagnostics:
        diagnostics = [nothing_in(source)]
    layout = layout or _default(source, settings)
    return Input(name, in_layout(module, layout) if layout else module, diagnostics)
