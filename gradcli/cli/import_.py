"""`gradcli import`: a Python function as a program."""

from __future__ import annotations

import click

from gradcli.cli import complete
from gradcli.cli.options import output_options
from gradcli.cli.status import OK, WRONG
from gradcli.cli.terminal import Terminal
from gradcli.diagnostics.diagnostic import Diagnostic, error
from gradcli.syntax.sources import read_source


@click.command()
@click.argument("place", metavar="FILE.py[:FUNCTION]", shell_complete=complete.files)
@click.option("--shapes", metavar="SHAPES", help='What no comment says: "X: n d, w: d, y: n of C".')
@output_options
def command(place: str, shapes: str | None, color: str, quiet: bool, verbose: bool) -> int:
    """Print a Python function as a program.

    The file is read, never run. Shapes stand in a comment above the function,
    `# gradcli: X: n d, w: d`, in jaxtyping annotations, in its docstring, or in --shapes.
    """
    from gradcli.api.program import ProgramError
    from gradcli.api.python import program_text
    from gradcli.pysource.module import Unreadable, read_file

    terminal = Terminal(color, quiet, verbose)
    path, _, name = place.rpartition(":") if ".py:" in place else (place, "", "")
    source = read_source(path)
    if isinstance(source, Diagnostic):
        terminal.complain([source])
        return WRONG
    try:
        file = read_file(source.name, source.text)
        wanted = name or next(iter(file.functions), "")
        if not wanted:
            terminal.complain([error("E112", f"there is no function in {path}")])
            return WRONG
        terminal.answer(program_text(file, wanted, shapes))
    except Unreadable as wrong:
        terminal.complain([error("P701", f"{path}:{wrong.line}: {wrong}")])
        return WRONG
    except ProgramError as refused:
        terminal.complain(refused.diagnostics)
        return WRONG
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None
    return OK
