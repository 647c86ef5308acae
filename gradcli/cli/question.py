"""One question from the command line: `--kind`, `--of`, `--wrt`."""

from __future__ import annotations

import click

from gradcli.cli.inputs import Input
from gradcli.program.model import Program, Question


def asked_question(given: Input, of: str | None, wrt: str | None, kind: str | None) -> tuple[Program, list[Question]]:
    """The program and the one question; none where it has an error, which is in the program's diagnostics."""
    from gradcli.api import asked

    for option, said in (("--of", of), ("--wrt", wrt)):
        if said is not None and not said.strip():
            raise click.UsageError(f"{option} wants a name, and has none")
    try:
        return asked.asked_question(given.module, given.diagnostics, of, wrt, kind, given.program())
    except asked.NoQuestion as none:
        raise click.UsageError(f"--of and --wrt take names: {none}") from none
